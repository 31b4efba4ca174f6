"""A mail at once, to somebody who waits for it at a screen. It is about no duty, so the ledger keeps none of it."""

import contextlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import formataddr

from activities.mail.arming import Standing, stands
from activities.mail.compose import AUTOMATIC
from activities.mail.envelope import Outgoing
from activities.mail.relay import Delivery, Relay, Unarmed
from activities.mail.setup import sender_of
from activities.mail.templates import Context, Group, Paragraphs, Rows, render_words
from config.settings import Settings
from lifecycle.dates import local_date, long_date
from models.database import Database

TIMEOUT = 10.0


class Mute(Unarmed):
    """This is a copy that nobody has unmuted."""


@dataclass(frozen=True)
class Words:
    """What a direct mail says: its subject, an opening sentence, facts, and what to do next."""

    subject: str
    opening: str
    rows: Rows
    next: tuple[str, ...]


def send_now(settings: Settings, database: Database, mailbox: str, words: Words, now: datetime) -> Delivery:
    """Send it, and answer what the server said. Blocks for at most a few seconds.

    Raises:
        Unarmed: when the relay is beyond this machine and the installation is not armed.
        Mute: when this is a copy, and mute.
        MailError: when a field cannot go into a mail.
    """
    here = stands(database)
    if here.mute:
        raise Mute("This is a copy, and mute: nothing is sent. `followthrough unmute` (docs/operating.md).")
    with contextlib.closing(Relay(settings.smtp_url, armed=here.armed, timeout=TIMEOUT)) as relay:
        return relay.send(_composed(settings, here, mailbox, words, now), lambda phase: None)


def _composed(settings: Settings, here: Standing, mailbox: str, words: Words, now: datetime) -> Outgoing:
    sender = replace(sender_of(settings), copy_of=here.copy_of)
    context = Context(
        entries=(),
        office="",
        sent_on=long_date(local_date(now)),
        sender_name=sender.name,
        reply_to=sender.reply_to,
        marking="",
        explaining_line=sender.diverted(mailbox),
    )
    group = Group(words.subject, (Paragraphs(words.opening, words.rows, ""),), words.next)
    written = render_words(words.subject, (group,), context)
    return Outgoing(
        message_id=f"<{uuid.uuid4()}@{sender.domain}>",
        mailbox=sender.goes_to(mailbox),
        sender=formataddr((sender.name, sender.address)),
        reply_to=sender.reply_to,
        subject=sender.marked(written.subject),
        text=written.text,
        html=written.html,
        date=now,
        headers=AUTOMATIC,
        envelope_sender=f"bounces@{sender.domain}",
    )
