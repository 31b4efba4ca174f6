"""The outbox: mails by state and mailbox, a page at a time; and mailboxes that the relay refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import defer
from sqlmodel import col, select

from models.database import Database
from models.tables import Mail, MailState


@dataclass(frozen=True)
class RefusedMailbox:
    """A mailbox to which mails were refused for good: how many, and the newest of them."""

    mailbox: str
    count: int
    since: datetime


@dataclass(frozen=True)
class Outbox:
    """A page of mails, newest first, without their words; and how many there are."""

    mails: Sequence[Mail]
    total: int
    states: dict[str, int]
    refused: Sequence[RefusedMailbox]


def outbox(database: Database, state: str, mailbox: str, offset: int, limit: int) -> Outbox:
    """The mails of a state and with these words in their mailbox; empty means all."""
    wanted: list[ColumnElement[bool]] = []
    if state:
        wanted.append(col(Mail.state) == state)
    if mailbox:
        wanted.append(col(Mail.mailbox).icontains(mailbox, autoescape=True))
    rows = (
        select(Mail)
        .where(*wanted)
        .options(defer(Mail.text), defer(Mail.html))  # type: ignore[arg-type]
        .order_by(col(Mail.composed_at).desc(), col(Mail.id))
    )
    refused = (
        select(Mail.mailbox, func.count(), func.min(Mail.composed_at))
        .where(Mail.state == MailState.refused.value)
        .group_by(Mail.mailbox)
        .order_by(col(Mail.mailbox))
    )
    with database.reading() as session:
        states = dict(session.exec(select(Mail.state, func.count()).group_by(Mail.state)).all())
        total = session.exec(select(func.count()).select_from(Mail).where(*wanted)).one()
        return Outbox(
            mails=session.exec(rows.offset(offset).limit(limit)).all(),
            total=total,
            states=states,
            refused=[RefusedMailbox(one, count, since) for one, count, since in session.exec(refused)],
        )
