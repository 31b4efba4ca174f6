"""What became of an attempt, written to attempt, mail and notices in one transaction."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from activities.ledger.repairs import close_repair, open_repair
from activities.mail.relay import Delivery, Outcome
from models.tables import Attempt, Mail, MailState, Notice, NoticeState, Repair

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60))
HOLD = "hold"
SEND_AGAIN = "send_again"
REFUSED = "refused"
UNKNOWN = "unknown_send"
OPEN = (MailState.sending.value, MailState.unknown.value, MailState.deferred.value)
UNSETTLED = (NoticeState.claimed.value, NoticeState.unknown.value)


def settle(
    session: Session, mail_id: str, number: int, delivery: Delivery, now: datetime, on_unknown: str = HOLD
) -> list[int]:
    """Record the outcome; answers which notices it is of. `on_unknown` is the policy's word: hold or send_again.

    A worker that was given up for dead may answer late: while nothing came after, its answer is the better one.
    """
    _close_attempt(session, mail_id, number, delivery, now)
    mail = session.exec(select(Mail).where(Mail.id == mail_id).with_for_update()).one()
    if mail.tries != number or mail.state not in OPEN:
        return []
    notices = unsettled(session, mail_id)
    mail.code, mail.reply = delivery.code, delivery.reply[:500]
    mail.lease = mail.lease_until = None
    match delivery.outcome:
        case Outcome.accepted:
            _end(mail, MailState.accepted, notices, NoticeState.sent, now)
        case Outcome.refused:
            _end(mail, MailState.refused, notices, NoticeState.refused, now)
            _tell_refused(session, mail)
        case Outcome.unknown:
            _in_doubt(session, mail, notices, on_unknown, now)
        case Outcome.deferred | Outcome.unreachable:
            defer(mail, notices, now + wait(mail.tries))
    if mail.state != MailState.unknown.value:
        end_repair(session, mail_id, UNKNOWN, "dispatcher")
    return [notice.id for notice in notices if notice.id is not None]


def unsettled(session: Session, mail_id: str) -> list[Notice]:
    return list(
        session.exec(
            select(Notice)
            .where(Notice.mail_id == mail_id, col(Notice.state).in_(UNSETTLED))
            .with_for_update()
        )
    )


def wait(tries: int) -> timedelta:
    """How long after the nth try: growing to an hour, then each hour for ever, until the notice is no longer true."""
    return WAITS[min(tries, len(WAITS)) - 1]


def defer(mail: Mail, notices: list[Notice], until: datetime) -> None:
    """The mail is tried again from `until` on, under the same Message-ID."""
    mail.state = MailState.deferred.value
    mail.next_try = until
    mail.settled_at = None
    for notice in notices:
        notice.state = NoticeState.claimed.value


def end_repair(session: Session, mail_id: str, kind: str, closed_by: str) -> None:
    """Close the mail's repair of this kind, if one is open."""
    repair = session.get(Repair, repair_id(kind, mail_id))
    if repair is not None and repair.closed_at is None:
        close_repair(session, repair.id, closed_by)


def repair_id(kind: str, mail_id: str) -> str:
    return f"{kind}/{mail_id}"[:250]


def _close_attempt(session: Session, mail_id: str, number: int, delivery: Delivery, now: datetime) -> None:
    attempt = session.get_one(Attempt, (mail_id, number))
    attempt.outcome = delivery.outcome.value
    attempt.phase = delivery.phase.value
    attempt.code, attempt.reply = delivery.code, delivery.reply[:500]
    attempt.ended_at = now


def _end(mail: Mail, state: MailState, notices: list[Notice], fate: NoticeState, now: datetime) -> None:
    mail.state = state.value
    mail.settled_at = now
    mail.next_try = None
    for notice in notices:
        notice.state = fate.value


def _in_doubt(session: Session, mail: Mail, notices: list[Notice], on_unknown: str, now: datetime) -> None:
    """Sent again only by the policy's word, and only once: a second doubt is for a person."""
    if on_unknown == SEND_AGAIN and _doubts(session, mail.id) == 1:
        defer(mail, notices, now + wait(1))
        return
    _end(mail, MailState.unknown, notices, NoticeState.unknown, now)
    open_repair(
        session,
        repair_id(UNKNOWN, mail.id),
        mail.case_id,
        UNKNOWN,
        f"The connection ended after DATA began, so nobody knows whether mail {mail.id} to {mail.mailbox} "
        f"arrived. {mail.reply}",
        f"Ask {mail.mailbox} whether {mail.message_id} came, or look in the relay's log. Then say so: arrived, or "
        "not arrived, which sends it again under the same Message-ID.",
    )


def _doubts(session: Session, mail_id: str) -> int:
    """How many attempts ended in doubt, this one included."""
    session.flush()
    found = session.exec(
        select(Attempt.number).where(Attempt.mail_id == mail_id, Attempt.outcome == Outcome.unknown.value)
    )
    return len(found.all())


def _tell_refused(session: Session, mail: Mail) -> None:
    open_repair(
        session,
        repair_id(REFUSED, mail.id),
        mail.case_id,
        REFUSED,
        f"The server refused mail {mail.id} to {mail.mailbox} for good: {mail.code} {mail.reply}",
        "Put right what it names (often the mailbox of the contact), then retry the mail.",
    )
