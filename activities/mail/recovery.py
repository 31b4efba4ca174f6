"""After a crash: what a worker left behind when its lease ran out is put right, on the safe side (rule 2)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from activities.mail.lease import FAR, Lease, expired, free
from activities.mail.relay import Delivery, Outcome, Phase
from activities.mail.settle import WAITS, defer, settle, unsettled
from activities.mail.waiting import close_moot
from models.tables import Attempt, Mail, MailState, Notice, NoticeState

BROKEN_OFF = "The worker {worker} was lost before DATA; nothing was handed over."
IN_DOUBT = "The worker {worker} was lost after DATA began."


def recover(session: Session, now: datetime, on_unknown: Callable[[Session, str], str]) -> int:
    """Answers how many notices are in doubt from now on."""
    release_claims(session)
    close_moot(session)
    abandoned = session.exec(
        select(Mail)
        .where(Mail.state == MailState.sending.value, expired(Mail))
        .order_by(col(Mail.id))
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_recover(session, mail, now, on_unknown) for mail in abandoned)


def release_claims(session: Session) -> None:
    """Claimed, but no mail was written: due again, at once."""
    for notice in session.exec(
        select(Notice)
        .where(
            Notice.state == NoticeState.claimed.value,
            col(Notice.mail_id).is_(None),
            expired(Notice),
        )
        .with_for_update(skip_locked=True)
    ):
        notice.state = NoticeState.due.value
        notice.lease = notice.lease_until = None


def _recover(session: Session, mail: Mail, now: datetime, on_unknown: Callable[[Session, str], str]) -> int:
    attempt = session.get_one(Attempt, (mail.id, mail.tries))
    if attempt.phase == Phase.data.value:
        lost = Delivery(Outcome.unknown, None, IN_DOUBT.format(worker=attempt.worker), Phase.data)
        return len(settle(session, mail.id, mail.tries, lost, now, on_unknown(session, mail.id)))
    lost = Delivery(Outcome.unreachable, None, BROKEN_OFF.format(worker=attempt.worker), Phase(attempt.phase))
    settle(session, mail.id, mail.tries, lost, now)
    defer(mail, unsettled(session, mail.id), now)
    return 0


def take(
    session: Session, now: datetime, lease: Lease, limit: int, *, after: datetime | None = None
) -> Sequence[str]:
    """Mails whose next try has come, and mails written but never begun: this run's, under its lease.

    With `after`, only those written later: the others are a backlog that a person has to release.
    """
    waiting = session.exec(
        select(Mail)
        .where(
            col(Mail.held).is_(False),
            or_(
                col(Mail.state) == MailState.composed.value,
                and_(col(Mail.state) == MailState.deferred.value, _its_turn(now)),
            ),
            free(Mail),
            *([] if after is None else [col(Mail.composed_at) > after]),
        )
        .order_by(col(Mail.composed_at), col(Mail.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for mail in waiting:
        mail.lease, mail.lease_until = lease.token, lease.until()
    return [mail.id for mail in waiting]


def _its_turn(now: datetime) -> ColumnElement[bool]:
    """Its next try has come; or stands further off than any wait, since a clock that has been set back."""
    return or_(col(Mail.next_try) <= now, col(Mail.next_try) > now + WAITS[-1] + FAR)


def give_back(session: Session, lease: Lease) -> None:
    """What this run holds and did not come to: anybody's again."""
    for mail in session.exec(
        select(Mail).where(Mail.lease == lease.token, Mail.state != MailState.sending.value)
    ):
        mail.lease = mail.lease_until = None
