"""One mail from one or more notices. Pure: the same notices at the same instant give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import formataddr

from activities.mail.envelope import Attachment, MailError, Outgoing
from activities.mail.links import Door
from activities.mail.notice import NoticeView, entry
from activities.mail.templates import MIXED, Context, render
from lifecycle.dates import local_date, long_date

__all__ = ["NoticeView", "Sender", "Thread", "compose"]

# RFC 3834, and its like for Exchange. Bounces stay wanted, so delivery reports are not suppressed; the mails
# are not bulk, and nobody can unsubscribe from a duty: neither Precedence nor List-Unsubscribe.
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


@dataclass(frozen=True)
class Thread:
    """Message-IDs of earlier mails of the conversation: its root first, then the previous one."""

    references: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        if not self.references:
            return {}
        return {"In-Reply-To": self.references[-1], "References": " ".join(self.references)}


@dataclass(frozen=True)
class Sender:
    """Who writes. `domain` takes the bounces; `marking` is a security classification such as OFFICIAL.

    `door` is where links lead; without it mails carry none. `copy_of` names the original in a copy that is not
    armed: nothing goes but to `sink`.
    """

    name: str
    address: str
    reply_to: str
    domain: str
    marking: str | None = None
    door: Door | None = None
    sink: str = "sink@inspectorate.example"
    copy_of: str = ""

    def goes_to(self, mailbox: str) -> str:
        """Where what is meant for this mailbox goes."""
        return self.sink if self.copy_of else mailbox

    def marked(self, subject: str) -> str:
        """The subject, marked when it comes from a copy."""
        return f"[COPY of {self.copy_of[:8]}] {subject}" if self.copy_of else subject

    def diverted(self, mailbox: str) -> str:
        """What a mail from a copy says of itself; empty otherwise."""
        if not self.copy_of:
            return ""
        return (
            f"This comes from a copy of the installation {self.copy_of[:8]}, and is no real message. It would have "
            f"gone to {mailbox}; nothing was sent there."
        )


def compose(
    notices: Sequence[NoticeView],
    *,
    mailbox: str,
    message_id: str,
    thread: Thread,
    sender: Sender,
    now: datetime,
    explaining_line: str = "",
    attachments: tuple[Attachment, ...] = (),
) -> Outgoing:
    """The mail that tells `mailbox` about `notices`, dated `now` (aware).

    Raises:
        MailError: when there is no notice, a template is unknown, or a field cannot go into a mail.
    """
    if not notices:
        raise MailError("notices: there are none. A mail carries at least one notice.")
    ordered = sorted(notices, key=_first_due)
    said = " ".join(line for line in (sender.diverted(mailbox), explaining_line) if line)
    written = render(_template(ordered), _context(ordered, sender, now, said))
    return Outgoing(
        message_id=message_id,
        mailbox=sender.goes_to(mailbox),
        sender=formataddr((sender.name, sender.address)),
        reply_to=sender.reply_to,
        subject=sender.marked(_subject(written.subject, ordered, sender.marking)),
        text=written.text,
        html=written.html,
        date=now,
        headers={**AUTOMATIC, **thread.headers},
        envelope_sender=_bounces_to(message_id, sender.domain),
        attachments=attachments,
    )


def _each_text_once(notices: Sequence[NoticeView]) -> Sequence[NoticeView]:
    """A letter on several cases is told once, after the last of them."""
    last = {notice.note: number for number, notice in enumerate(notices)}
    return [
        notice if last[notice.note] == number else replace(notice, note="")
        for number, notice in enumerate(notices)
    ]


def _first_due(notice: NoticeView) -> tuple[date, str]:
    return notice.due or date.max, notice.reference


def _template(notices: Sequence[NoticeView]) -> str:
    kinds = {notice.template for notice in notices}
    return kinds.pop() if len(kinds) == 1 else MIXED


def _context(notices: Sequence[NoticeView], sender: Sender, now: datetime, explaining_line: str) -> Context:
    today = local_date(now)
    return Context(
        entries=tuple(entry(notice, today) for notice in _each_text_once(notices)),
        office=" and ".join(dict.fromkeys(notice.office for notice in notices if notice.office)),
        sent_on=long_date(today),
        sender_name=sender.name,
        reply_to=sender.reply_to,
        marking=sender.marking or "",
        explaining_line=explaining_line,
    )


def _subject(headline: str, notices: Sequence[NoticeView], marking: str | None) -> str:
    """Marking, deed, date, and the reference when there is one notice. Never the name of a person."""
    reference = notices[0].reference if len(notices) == 1 else ""
    words = f"{headline}: {reference}" if reference else headline
    return " ".join((f"[{marking}] {words}" if marking else words).split())


def _bounces_to(message_id: str, domain: str) -> str:
    """An address for bounces that names the mail they are about (VERP)."""
    local = message_id.strip("<>").split("@")[0]
    return f"bounce+{local}@{domain}"
