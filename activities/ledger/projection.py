"""The rows that pages read, as the same fold that the workflow uses; rebuilt from events at need (`rebuild.py`)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Session

from lifecycle.case import Case, Clock, ClockState, fold, fold_all
from lifecycle.events import Event
from lifecycle.words import Side, Stage
from models.messages import Append
from models.tables.core import CASES, CLOCKS

Values = dict[str, object]
_CASE = select(CASES).where(CASES.c.id == bindparam("of"))
_CLOCKS = select(CLOCKS).where(CLOCKS.c.case_id == bindparam("of"))
_ADD_CASE = insert(CASES)
_ADD_CLOCKS = insert(CLOCKS)
_CHANGE_CASE = update(CASES).where(CASES.c.id == bindparam("of"))
_CHANGE_CLOCK = update(CLOCKS).where(CLOCKS.c.case_id == bindparam("of"), CLOCKS.c.id == bindparam("named"))


def project(session: Session, request: Append, head_hash: str) -> Case:
    """Fold the appended events into the case's rows; answers the case afterwards."""
    before = _load(session, request.stream)
    after = fold_all(before, request.events)
    values = case_values(after) | {"head_hash": head_hash, "next_at": request.next_at}
    values |= waiting_values(request.waiting_for)
    if after.ended and not before.ended:
        values["ended_on"] = ended_on(before, request.events)
    if before.opened:
        session.connection().execute(_CHANGE_CASE, values | {"of": after.id})
    else:
        session.connection().execute(_ADD_CASE, values)
    _store_clocks(session, before, after)
    return after


def ended_on(case: Case, events: Iterable[Event]) -> date | None:
    """The local date of the event that ended the case."""
    for event in events:
        case = fold(case, event)
        if case.ended:
            return event.on
    return None


def _load(session: Session, case_id: str) -> Case:
    """The case as its rows have it: enough to fold on, though they leave out what no page shows."""
    row = session.connection().execute(_CASE, {"of": case_id}).first()
    if row is None:
        return Case(id=case_id)
    clocks = session.connection().execute(_CLOCKS, {"of": case_id})
    return Case(
        id=row.id,
        seq=row.seq,
        stage=Stage(row.stage),
        reference=row.reference,
        body=row.body_id,
        oversight=row.oversight_id,
        report=row.report_id,
        recommendation_kind=row.recommendation_kind,
        division=row.division,
        policy=row.policy,
        policy_hash=row.policy_hash,
        calendar_hash=row.calendar_hash,
        issued_on=row.issued_on,
        opened_at=row.opened_at,
        outcome=row.outcome,
        clocks={clock.id: _clock(clock) for clock in clocks},
    )


def _clock(row: Row[Any]) -> Clock:
    return Clock(
        id=row.id,
        kind=row.kind,
        started=row.started,
        limit=row.limit,
        due=row.due,
        why=row.why,
        version=row.version,
        state=ClockState(row.state),
    )


def case_values(case: Case) -> Values:
    """A case as its row has it, but for what the events alone do not say."""
    return {
        "id": case.id,
        "kind": "response" if case.recommendation_kind == "response" else "recommendation",
        "reference": case.reference,
        "body_id": case.body,
        "oversight_id": case.oversight,
        "report_id": case.report,
        "recommendation_kind": case.recommendation_kind,
        "division": case.division,
        "policy": case.policy,
        "policy_hash": case.policy_hash,
        "calendar_hash": case.calendar_hash,
        "stage": case.stage.value,
        "outcome": case.outcome,
        "seq": case.seq,
        "issued_on": case.issued_on,
        "opened_at": case.opened_at,
        "next_due": case.next_due(),
    }


def waiting_values(words: str) -> Values:
    """What a case waits for, in words, and as the side whose duty is next: the words begin with it."""
    return {"waiting_for": words[:400], "waits_on": _whose(words)}


def _whose(words: str) -> str:
    if words.startswith("nothing") or not words:
        return ""
    if words.startswith("the body's"):
        return Side.body.value
    return (Side.oversight if "the oversight body's" in words.partition(";")[0] else Side.inspectorate).value


def clock_values(case_id: str, clock: Clock) -> Values:
    """A clock as its row has it."""
    return {
        "case_id": case_id,
        "id": clock.id,
        "kind": clock.kind,
        "started": clock.started,
        "limit": clock.limit,
        "due": clock.due,
        "version": clock.version,
        "state": clock.state.value,
        "why": clock.why[:500],
    }


def _store_clocks(session: Session, before: Case, after: Case) -> None:
    new: list[Values] = []
    for clock in after.clocks.values():
        values = clock_values(after.id, clock)
        if clock.id not in before.clocks:
            new.append(values)
        elif values != clock_values(after.id, before.clocks[clock.id]):
            session.connection().execute(_CHANGE_CLOCK, values | {"of": after.id, "named": clock.id})
    if new:
        session.connection().execute(_ADD_CLOCKS, new)
