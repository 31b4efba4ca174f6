"""Orders that hold mail back: obeyed from their instant on, whatever is claimed or waiting by then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, select

from models.tables import CaseRow, Notice, Order

STOP = "stop_sending"
HOLD = "hold_post"
HOLDING = (STOP, HOLD, "hold_case")
HELD_BACK = "held back by an order"


@dataclass(frozen=True)
class Freeze:
    """What may not be sent at an instant: everything, all about a report or a body, or single cases."""

    everything: bool
    reports: frozenset[str]
    bodies: frozenset[str]
    cases: frozenset[str]

    def covers(self, case_id: str, case: CaseRow | None) -> bool:
        """Whether a notice is held back; `case` is None for a digest, which is of no report and no body."""
        of_case = case is not None and (case.report_id in self.reports or case.body_id in self.bodies)
        return self.everything or of_case or case_id in self.cases

    def spares(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on a query of notices, with their cases outer-joined, that leave out what is held back."""
        if self.everything:
            return (false(),)
        report, body = col(CaseRow.report_id), col(CaseRow.body_id)
        return (
            col(Notice.case_id).not_in(self.cases),
            or_(report.is_(None), report.not_in(self.reports)),
            or_(body.is_(None), body.not_in(self.bodies)),
        )


def in_force(session: Session, now: datetime) -> Freeze:
    """The freeze at `now`. An order names cases or a body in `details`, or else a report; or it holds everything."""
    orders = orders_in_force(session, now)
    cases = {order.id: frozenset(_cases(order)) for order in orders}
    whole = [order for order in orders if not cases[order.id] and not body_of(order)]
    return Freeze(
        everything=any(not order.report_id for order in whole),
        reports=frozenset(order.report_id for order in whole if order.report_id),
        bodies=frozenset(body_of(order) for order in orders) - {""},
        cases=frozenset().union(*cases.values()),
    )


def orders_in_force(session: Session, now: datetime) -> Sequence[Order]:
    """The orders that hold mail back at `now`, oldest first."""
    return session.exec(
        select(Order)
        .where(col(Order.kind).in_(HOLDING), Order.effective_at <= now, col(Order.lifted_at).is_(None))
        .order_by(col(Order.effective_at), col(Order.id))
    ).all()


def body_of(order: Order) -> str:
    """`{"body": id}`"""
    return str(order.details.get("body", ""))


def _cases(order: Order) -> Iterable[str]:
    """`{"case": id}` or `{"cases": [id, …]}`."""
    several = order.details.get("cases", [])
    one = order.details.get("case")
    named = [*(several if isinstance(several, list | tuple) else []), *([one] if one else [])]
    return [str(case) for case in named]
