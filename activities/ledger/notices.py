"""Notices that follow from events, and the unclaimed ones that an act makes pointless."""

from collections.abc import Iterator

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.words import Reason
from models.messages import Append
from models.tables import NoticeState
from models.tables.core import NOTICES

ACT = "act"
Values = dict[str, object]
_OF_CLOCK = (NOTICES.c.case_id == bindparam("of"), NOTICES.c.clock == bindparam("named"))
_ADD = insert(NOTICES)
_DROP = (
    update(NOTICES)
    .where(*_OF_CLOCK, NOTICES.c.state == NoticeState.due.value)
    .values(state=NoticeState.not_sent.value, reason=bindparam("why"))
)
_DROP_OF_ROLES = _DROP.where(NOTICES.c.role.in_(bindparam("roles", expanding=True)))
_LEAVING = select(NOTICES.c.mail_id).where(*_OF_CLOCK, NOTICES.c.state == NoticeState.claimed.value)


def settle(session: Session, request: Append, case: Case, before_seq: int) -> tuple[str, ...]:
    """Cancel what the events made pointless, then add their notices. Answers ids of mail that is already leaving."""
    leaving: list[str] = []
    for event in request.events:
        leaving += _cancel(session, request.stream, event)
    rows = [
        values
        for seq, event in enumerate(request.events, before_seq + 1)
        for values in _notices(request, case, event, seq)
    ]
    if rows:
        session.connection().execute(_ADD, rows)
    return tuple(dict.fromkeys(leaving))


_CANCELS = {
    "clock_met": Reason.answered,
    "clock_moved": Reason.moved,
}


def _cancel(session: Session, case_id: str, event: e.Event) -> list[str]:
    if isinstance(event, e.RungFell):
        _merge(session, case_id, event)
    if not isinstance(event, e.ClockMet | e.ClockEnded | e.ClockMoved):
        return []
    of_clock = {"of": case_id, "named": event.clock}
    reason = event.reason if isinstance(event, e.ClockEnded) else _CANCELS[event.kind]
    session.connection().execute(_DROP, of_clock | {"why": reason.value})
    leaving = session.connection().scalars(_LEAVING, of_clock)
    return [mail for mail in leaving if mail]


def _merge(session: Session, case_id: str, event: e.RungFell) -> None:
    """A role that still waits for an older rung of this clock hears only of the newest (design, rule 11)."""
    told = [notify.role.value for notify in event.notify]
    older = {"of": case_id, "named": event.clock, "roles": told, "why": Reason.merged.value}
    session.connection().execute(_DROP_OF_ROLES, older)


def _notices(request: Append, case: Case, event: e.Event, seq: int) -> Iterator[Values]:
    match event:
        case e.ClockStarted() | e.ClockMoved():
            for passed in event.passed:
                yield from _not_sent(request, event, seq, event.due, passed)
        case e.RungPassed():
            yield from _not_sent(request, event, seq, case.clocks[event.clock].due, event.passed)
    due = _due_of(request, case, event)
    for notify in event.notify:
        yield _row(request, event, seq) | {
            "clock": event.clock if isinstance(event, e.RungFell) else ACT,
            "version": event.version if isinstance(event, e.RungFell) else seq,
            "rung": event.rung if isinstance(event, e.RungFell) else notify.template,
            "role": notify.role.value,
            "template": notify.template,
            "copied_to": ",".join(role.value for role in notify.copied_to),
            "due": due,
            "not_before": min(event.scheduled, event.at) if isinstance(event, e.RungFell) else event.at,
            "state": NoticeState.due.value,
            "reason": "",
        }


def _not_sent(
    request: Append,
    event: e.ClockStarted | e.ClockMoved | e.RungPassed,
    seq: int,
    due: object,
    passed: e.Passed,
) -> Iterator[Values]:
    for role in passed.roles:
        yield _row(request, event, seq) | {
            "clock": event.clock,
            "version": event.version,
            "rung": passed.rung,
            "role": role.value,
            "template": passed.template,
            "copied_to": "",
            "due": due,
            "fell_at": passed.at,
            "state": NoticeState.not_sent.value,
            "reason": passed.reason.value,
        }


def _row(request: Append, event: e.Event, seq: int) -> Values:
    return {
        "case_id": request.stream,
        "cause_seq": seq,
        "fell_at": event.at,
        "not_before": event.at,
        "held": False,
    }


def _due_of(request: Append, case: Case, event: e.Event) -> object:
    if isinstance(event, e.RungFell):
        return case.clocks[event.clock].due
    if isinstance(event, e.TimeGranted | e.TimeRefused):
        return event.due
    started = [other.due for other in request.events if isinstance(other, e.ClockStarted)]
    return started[0] if started else None
