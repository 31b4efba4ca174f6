"""Mails from claimed notices: what goes to one mailbox together, under which Message-ID, in which conversation."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session, col, select

from activities.mail.addressing import Addresses
from activities.mail.backlog import explanation
from activities.mail.claim import Told
from activities.mail.compose import Sender, Thread, compose
from activities.mail.cover import SUBMITTER
from activities.mail.envelope import Outgoing
from activities.mail.lease import Lease
from activities.mail.papers import attachments
from activities.mail.templates import Rows
from activities.mail.views import letter_of, marking, view
from activities.mail.waiting import natural_key
from lifecycle.dates import local_date
from models.tables import Mail, MailState, Notice, NoticeState

log = logging.getLogger(__name__)

ARRIVED = (MailState.accepted.value, MailState.unknown.value)
NEW_OFFICE = "You now hold this office. Earlier messages about this went to whoever held it before."
SUBMITTED = "You receive this because you sent it. The office's own mailbox has the same receipt."
COVERING = "You receive this because you cover for this office: as its deputy, or while its holder is away."


@dataclass(frozen=True)
class Draft:
    """One mail to be: its notices, and what it says."""

    id: str
    told: tuple[Told, ...]
    outgoing: Outgoing
    meant_for: str = ""


def group(told: Iterable[Told]) -> list[tuple[Told, ...]]:
    """One mail for each mailbox, template and report; the order of the claim is kept."""
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in told:
        report = one.case.report_id if one.case else one.notice.case_id
        groups.setdefault((one.address.mailbox, one.notice.template, report), []).append(one)
    return [tuple(together) for together in groups.values()]


def identity(told: Sequence[Told], copy_of: str = "") -> str:
    """The same notices to the same mailbox have the same id in every run; what a copy sends to its sink, another."""
    keys = sorted(natural_key(one.notice) for one in told)
    words = (*([f"copy of {copy_of}"] if copy_of else []), told[0].address.mailbox, *keys)
    return sha256("\n".join(words).encode()).hexdigest()[:32]


def thread_key(told: Sequence[Told]) -> str:
    return f"{told[0].notice.case_id}|{told[0].address.mailbox}"


def conversation(session: Session, key: str, not_this: str) -> Thread:
    """The first mail of the conversation that left here, and the one before this."""
    previous = session.exec(
        select(Mail)
        .where(Mail.thread == key, Mail.id != not_this, col(Mail.state).in_(ARRIVED))
        .order_by(col(Mail.composed_at).desc(), col(Mail.id).desc())
        .limit(1)
    ).first()
    if previous is None:
        return Thread()
    root = [*previous.references.split(), previous.message_id][0]
    return Thread(tuple(dict.fromkeys((root, previous.message_id))))


def draft(session: Session, told: tuple[Told, ...], sender: Sender, now: datetime) -> Draft:
    """A new mail in words.

    Raises:
        MailError: as `write`.
    """
    mail_id = identity(told, sender.copy_of)
    meant = told[0].address.mailbox if sender.copy_of else ""
    return Draft(mail_id, told, write(session, mail_id, thread_key(told), told, sender, now), meant)


def write(
    session: Session, mail_id: str, thread: str, told: Sequence[Told], sender: Sender, now: datetime
) -> Outgoing:
    """The mail in words, as of `now`.

    Raises:
        MailError: when a template or an address cannot be used.
    """
    addresses = Addresses(session, local_date(now))
    earlier = conversation(session, thread, mail_id)
    letters = {one.notice.id: letter_of(session, one.notice) for one in told}
    files = {letter: attachments(session, [letter]) for letter in letters.values() if letter}
    views = [
        view(
            session,
            one,
            addresses,
            _links(sender, mail_id, one),
            tuple(file.name for file in files.get(letters[one.notice.id] or "", ())),
        )
        for one in told
    ]
    return compose(
        views,
        mailbox=told[0].address.mailbox,
        message_id=f"<{mail_id}@{sender.domain}>",
        thread=earlier,
        sender=replace(sender, marking=marking(told[0], sender.marking)),
        now=now,
        explaining_line=" ".join(_explaining(session, told, earlier, now)),
        attachments=tuple(file for each in files.values() for file in each),
    )


def _links(sender: Sender, mail_id: str, told: Told) -> Rows:
    return sender.door.rows(mail_id, told.notice, told.case) if sender.door else ()


def _explaining(session: Session, told: Sequence[Told], earlier: Thread, now: datetime) -> Iterator[str]:
    if told[0].notice.cover == SUBMITTER:
        yield SUBMITTED
    elif told[0].notice.cover:
        yield COVERING
    elif not earlier.references and _had_another_holder(session, told[0]):
        yield NEW_OFFICE
    if late := explanation(session, [one.notice for one in told], now):
        yield late


def _had_another_holder(session: Session, told: Told) -> bool:
    """Whether the same role was told of this case at another mailbox."""
    notice = told.notice
    earlier = (
        select(Mail.id)
        .join(Notice, col(Notice.mail_id) == Mail.id)
        .where(
            Notice.case_id == notice.case_id,
            Notice.role == notice.role,
            Notice.cover == 0,
            Notice.state == NoticeState.sent.value,
            Mail.mailbox != told.address.mailbox,
        )
    )
    return session.exec(earlier.limit(1)).first() is not None


def keep(session: Session, draft: Draft, lease: Lease, now: datetime) -> bool:
    """Write the mail and put it on its notices, if the claim still holds; before anything is sent."""
    ids = [one.notice.id for one in draft.told]
    mine = session.exec(
        select(Notice)
        .where(
            col(Notice.id).in_(ids),
            Notice.state == NoticeState.claimed.value,
            Notice.lease == lease.token,
        )
        .with_for_update()
    ).all()
    if len(mine) != len(ids):
        return False
    mail = _mail(session, draft, lease, now)
    if mail is None:
        return False
    session.add(mail)
    session.flush()
    for notice in mine:
        notice.mail_id = draft.id
        notice.lease = notice.lease_until = None
    return True


def _mail(session: Session, draft: Draft, lease: Lease, now: datetime) -> Mail | None:
    """A new mail; or one that was dropped when its notices had to wait, taken up again under its own Message-ID."""
    earlier = session.get(Mail, draft.id)
    if earlier is not None and earlier.state != MailState.dropped.value:
        log.error("a mail with these notices is there already", extra={"mail_id": draft.id})
        return None
    mail = earlier or Mail(
        id=draft.id,
        message_id=draft.outgoing.message_id,
        mailbox=draft.outgoing.mailbox,
        meant_for=draft.meant_for,
        case_id=draft.told[0].notice.case_id,
        thread=thread_key(draft.told),
        composed_at=now,
    )
    inscribe(mail, draft.outgoing)
    mail.state = MailState.composed.value
    mail.reply, mail.settled_at, mail.next_try = "", None, None
    mail.lease, mail.lease_until = lease.token, lease.until()
    return mail


def inscribe(mail: Mail, outgoing: Outgoing) -> None:
    """What the mail says, as it is about to leave."""
    mail.subject, mail.text, mail.html = outgoing.subject, outgoing.text, outgoing.html
    mail.references = outgoing.headers.get("References", "")
    mail.composed_at = outgoing.date
