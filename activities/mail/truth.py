"""Whether a notice is still true: asked when it is claimed and again just before it leaves (design, rule 3)."""

from sqlmodel import Session, col, select

from lifecycle.case import ClockState
from lifecycle.dates import local_date
from lifecycle.words import WITH_INSPECTORATE, Reason, Stage
from models.tables import CaseRow, ClockRow, EventRow, Notice, NoticeState

ACT = "act"
IMPLEMENTATION = "implementation"
CLOSED_BY = {
    "clock_met": Reason.answered,
    "clock_ended": Reason.ended,
    "clock_moved": Reason.moved,
}


def why_not(session: Session, notice: Notice, case: CaseRow | None, clock: ClockRow | None) -> Reason | None:
    """Why the notice must not be sent any more; None when it is true. What tells of an act stays true."""
    if notice.clock == ACT:
        return None
    if case is None or clock is None or case.ended_on is not None or not _open(notice, clock):
        reason = _what_happened(session, notice)
        ended = case is None or case.ended_on is not None
        return None if not ended and _tells_of_its_end(notice, reason) else reason
    if clock.kind == IMPLEMENTATION and Stage(case.stage) in WITH_INSPECTORATE:
        return Reason.with_inspectorate
    return Reason.merged if _has_newer(session, notice) else None


def _open(notice: Notice, clock: ClockRow) -> bool:
    return clock.state == ClockState.running.value and clock.version == notice.version


def _tells_of_its_end(notice: Notice, reason: Reason) -> bool:
    """The rung after the date of a body's check ends its clock itself: what it tells is that no comment came."""
    return reason is Reason.uncommented and notice.due is not None and local_date(notice.fell_at) > notice.due


def _what_happened(session: Session, notice: Notice) -> Reason:
    """The first thing after the rung that closed or moved its clock, as the ledger has it."""
    events = session.exec(
        select(EventRow)
        .where(
            EventRow.stream == notice.case_id,
            EventRow.seq > notice.cause_seq,
            col(EventRow.kind).in_(CLOSED_BY),
        )
        .order_by(col(EventRow.seq))
    )
    found = (_reason(event) for event in events if event.details.get("clock") == notice.clock)
    return next(found, Reason.ended)


def _reason(event: EventRow) -> Reason:
    """Why, as the event says where it says so."""
    said = event.details.get("reason") if event.kind == "clock_ended" else None
    return Reason(said) if isinstance(said, str) else CLOSED_BY[event.kind]


def _has_newer(session: Session, notice: Notice) -> bool:
    """Whether the same role is told, or about to be, of a newer rung: never two back to back (rule 11)."""
    newer = select(Notice.id).where(
        Notice.case_id == notice.case_id,
        Notice.clock == notice.clock,
        Notice.version == notice.version,
        Notice.role == notice.role,
        Notice.cause_seq > notice.cause_seq,
        Notice.state != NoticeState.not_sent.value,
    )
    return session.exec(newer.limit(1)).first() is not None
