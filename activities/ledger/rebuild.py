"""A case's rows made again from its events, when they were lost or doubted. Notices are not touched: they were sent."""

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from activities.ledger.chain import first_break, to_event
from activities.ledger.projection import case_values, clock_values, ended_on, waiting_values
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold_all
from lifecycle.explain import waiting_for
from lifecycle.rules import rules_for
from models.database import lock
from models.tables import CaseRow, ClockRow, EventRow


class BrokenChain(Exception):  # noqa: N818 - said to an operator
    """The stream's events do not follow from one another: they were changed outside the ledger."""


def rebuild_projections(session: Session, stream: str) -> Case:
    """Write the rows of the case and its clocks again from its events; answers the case.

    Raises:
        BrokenChain: when the events were tampered with; nothing is changed.
        UnknownRules: when this process lacks the policy or calendar that the case holds.
    """
    lock(session.connection(), f"stream/{stream}")
    rows = _whole(session, stream)
    events = [to_event(row) for row in rows]
    case = fold_all(Case(id=stream), events)
    rules = rules_for(case.policy_hash, case.calendar_hash, case.division)
    values = case_values(case) | {
        "head_hash": rows[-1].hash,
        "ended_on": ended_on(Case(id=stream), events),
        "next_at": next_instant(case, rules),
        **waiting_values(waiting_for(case, rules)),
    }
    session.exec(delete(ClockRow).where(col(ClockRow.case_id) == stream))
    session.exec(delete(CaseRow).where(col(CaseRow.id) == stream))
    session.exec(insert(CaseRow), params=[values])
    if case.clocks:
        session.exec(insert(ClockRow), params=[clock_values(stream, c) for c in case.clocks.values()])
    return case


def _whole(session: Session, stream: str) -> list[EventRow]:
    query = select(EventRow).where(EventRow.stream == stream).order_by(col(EventRow.seq))
    rows = list(session.exec(query))
    if not rows:
        raise LookupError(f"The ledger has no events of {stream}.")
    broken = first_break(rows)
    if broken is not None:
        raise BrokenChain(
            f"Event {broken} of {stream} does not follow from the one before it: it was changed outside the "
            "ledger. Compare with a backup before anything is rebuilt from it."
        )
    return rows
