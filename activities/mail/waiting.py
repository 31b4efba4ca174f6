"""Notices that cannot leave yet for want of something: kept due, shown for repair, and tried again each hour."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from activities.ledger.repairs import close_repair, open_repair
from models.tables import Notice, NoticeState, Repair

NO_CONTACT = "no_contact"
NOT_COMPOSED = "not_composed"
KINDS = (NO_CONTACT, NOT_COMPOSED)
PAUSE = timedelta(hours=1)
DISPATCHER = "dispatcher"


def natural_key(notice: Notice) -> str:
    """What makes a notice the same one in every database."""
    of = f"{notice.role}/{notice.cover}" if notice.cover else notice.role
    return f"{notice.case_id}|{notice.clock}|{notice.version}|{notice.rung}|{of}"


def postpone(session: Session, notice: Notice, kind: str, cause: str, remedy: str, now: datetime) -> None:
    """Nothing is lost: the notice stays due, is not tried again for an hour, and a person is told why."""
    notice.state = NoticeState.due.value
    notice.not_before = now + PAUSE
    notice.lease = notice.lease_until = notice.mail_id = None
    session.add(notice)
    open_repair(session, _repair_id(kind, notice), notice.case_id, kind, cause, remedy)


def not_composed(session: Session, notice: Notice, error: Exception, now: datetime) -> None:
    """The notice cannot be put into words, or into an envelope."""
    postpone(
        session,
        notice,
        NOT_COMPOSED,
        f"The mail for {notice.role} ({notice.template}) cannot be written: {error}",
        "Put right what it names: the template, or the mailbox of the contact. It is tried again each hour.",
        now,
    )


def overcome(session: Session, notices: list[Notice]) -> None:
    """These notices found their way after all: their repairs are over."""
    ids = [_repair_id(kind, notice) for notice in notices for kind in KINDS]
    _close(session, set(ids))


def close_moot(session: Session) -> None:
    """Close repairs about notices that no longer wait, because they were cancelled meanwhile."""
    repairs = session.exec(
        select(Repair).where(col(Repair.kind).in_(KINDS), col(Repair.closed_at).is_(None))
    ).all()
    if not repairs:
        return
    waiting = session.exec(
        select(Notice).where(
            Notice.state == NoticeState.due.value,
            col(Notice.case_id).in_({repair.subject for repair in repairs}),
        )
    ).all()
    still = {_repair_id(kind, notice) for notice in waiting for kind in KINDS}
    _close(session, {repair.id for repair in repairs} - still)


def _close(session: Session, ids: set[str]) -> None:
    found = session.exec(
        select(Repair.id).where(col(Repair.id).in_(ids), col(Repair.closed_at).is_(None))
    ).all()
    for repair_id in sorted(found):
        close_repair(session, repair_id, DISPATCHER)


def _repair_id(kind: str, notice: Notice) -> str:
    return f"{kind}/{natural_key(notice)}"[:250]
