"""What an operator may do about mail: try again, hold, let go, and say what became of a send in doubt."""

from datetime import datetime

from sqlmodel import Session, select

from activities.ledger.repairs import open_repair
from activities.mail.settle import (
    REFUSED,
    UNKNOWN,
    defer,
    end_repair,
    repair_id,
    unsettled,
)
from activities.mail.waiting import natural_key
from models.tables import Mail, MailState, Notice, NoticeState

HELD = "held"
CAN_RETRY = (MailState.refused.value, MailState.deferred.value)
CAN_WAIT = (MailState.composed.value, MailState.deferred.value)


class NotPossible(Exception):  # noqa: N818 - said to an operator
    """Nothing was changed; the message says why, and what can be done."""


def retry(session: Session, mail_id: str, actor: str, now: datetime) -> Mail:
    """Try a refused or deferred mail again at the next run, under the same Message-ID.

    What is no longer true, or now goes to another mailbox, is seen to when the mail is checked before it leaves.

    Raises:
        NotPossible: when the mail is in another state.
    """
    mail = _find(session, mail_id)
    if mail.state not in CAN_RETRY:
        raise NotPossible(f"Mail {mail_id} is {mail.state}; only a refused or deferred mail can be retried.")
    defer(mail, _notices(session, mail_id, NoticeState.refused), now)
    end_repair(session, mail_id, REFUSED, actor)
    return mail


def hold_mail(session: Session, mail_id: str, actor: str) -> Mail:
    """Keep a mail that has not left from leaving, until it is released.

    Raises:
        NotPossible: when it has left, or is leaving now.
    """
    mail = _find(session, mail_id)
    if mail.state not in CAN_WAIT:
        raise NotPossible(f"Mail {mail_id} is {mail.state}; only a mail that waits can be held.")
    mail.held = True
    _tell_held(session, mail_id, mail.case_id, f"Mail {mail_id} to {mail.mailbox}", actor)
    return mail


def hold_notice(session: Session, notice_id: int, actor: str) -> Notice:
    """Keep a notice from leaving, until it is released. If it is in a mail that waits, the mail leaves without it.

    Raises:
        NotPossible: when it has left, or never will.
    """
    notice = _find_notice(session, notice_id)
    mail = session.get(Mail, notice.mail_id) if notice.mail_id else None
    if notice.state not in (NoticeState.due.value, NoticeState.claimed.value):
        raise NotPossible(f"Notice {notice_id} is {notice.state}; only one that is due can be held.")
    if mail is not None and mail.state == MailState.sending.value:
        raise NotPossible(f"Notice {notice_id} is leaving now, in mail {mail.id}.")
    notice.held = True
    _tell_held(
        session, natural_key(notice), notice.case_id, f"Notice {notice.template} to {notice.role}", actor
    )
    return notice


def release_mail(session: Session, mail_id: str, actor: str) -> Mail:
    """Let a held mail go at the next run, if it is still true by then."""
    mail = _find(session, mail_id)
    if not mail.held:
        raise NotPossible(f"Mail {mail_id} is not held.")
    mail.held = False
    end_repair(session, mail_id, HELD, actor)
    return mail


def release_notice(session: Session, notice_id: int, actor: str) -> Notice:
    """Let a held notice go at the next run, if it is still true by then."""
    notice = _find_notice(session, notice_id)
    if not notice.held:
        raise NotPossible(f"Notice {notice_id} is not held.")
    notice.held = False
    end_repair(session, natural_key(notice), HELD, actor)
    return notice


def resolve_unknown(session: Session, mail_id: str, *, arrived: bool, actor: str, now: datetime) -> Mail:
    """Say what became of a send in doubt. Not arrived: it is sent again, under the same Message-ID.

    The attempt stays recorded as unknown: what was believed then stays visible.

    Raises:
        NotPossible: when the mail is not in doubt.
    """
    mail = _find(session, mail_id)
    if mail.state != MailState.unknown.value:
        raise NotPossible(f"Mail {mail_id} is {mail.state}, not unknown; nothing needs to be said.")
    notices = unsettled(session, mail_id)
    if arrived:
        mail.state, mail.settled_at = MailState.accepted.value, now
        for notice in notices:
            notice.state = NoticeState.sent.value
    else:
        defer(mail, notices, now)
    mail.reply = f"{actor} found that it {'arrived' if arrived else 'did not arrive'}. {mail.reply}"[:500]
    end_repair(session, mail_id, UNKNOWN, actor)
    return mail


def _find(session: Session, mail_id: str) -> Mail:
    mail = session.exec(select(Mail).where(Mail.id == mail_id).with_for_update()).first()
    if mail is None:
        raise NotPossible(f"There is no mail {mail_id!r}.")
    return mail


def _find_notice(session: Session, notice_id: int) -> Notice:
    notice = session.exec(select(Notice).where(Notice.id == notice_id).with_for_update()).first()
    if notice is None:
        raise NotPossible(f"There is no notice {notice_id}.")
    return notice


def _notices(session: Session, mail_id: str, state: NoticeState) -> list[Notice]:
    found = select(Notice).where(Notice.mail_id == mail_id, Notice.state == state.value)
    return list(session.exec(found.with_for_update()))


def _tell_held(session: Session, key: str, case_id: str, what: str, actor: str) -> None:
    open_repair(
        session,
        repair_id(HELD, key),
        case_id,
        HELD,
        f"{what} is held by {actor}.",
        "Release it when it may leave. It is checked again before it does.",
    )


def send_for_real(session: Session, actor: str) -> int:
    """What went to a copy's sink is due again, for the mailboxes it was meant for; answers how many notices.

    The attempts stay as they were; each notice is checked again like any other before it leaves.
    """
    mails = session.exec(
        select(Mail).where(Mail.meant_for != "", Mail.state != MailState.dropped.value).with_for_update()
    ).all()
    notices = [one for mail in mails for one in _notices_in(session, mail.id)]
    for notice in notices:
        notice.state, notice.reason, notice.mail_id = NoticeState.due.value, "", None
        notice.lease = notice.lease_until = None
    for mail in mails:
        for kind in (UNKNOWN, REFUSED, HELD):
            end_repair(session, mail.id, kind, actor)
        mail.state, mail.held, mail.next_try = MailState.dropped.value, False, None
        mail.reply = f"went to the sink of a copy only; its notices are due again. {mail.reply}"[:500]
    return len(notices)


def _notices_in(session: Session, mail_id: str) -> list[Notice]:
    found = select(Notice).where(Notice.mail_id == mail_id, Notice.state != NoticeState.not_sent.value)
    return list(session.exec(found.with_for_update()))
