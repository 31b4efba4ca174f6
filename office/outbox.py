"""The outbox: mails by state and mailbox, a page at a time; and mailboxes that the relay refuses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import Database
from models.tables import Mail, MailState
from office.ordering import Columns, Order

NEWEST = Order("composed", descending=True)
COLUMNS: Columns = {
    "subject": (col(Mail.subject), col(Mail.id)),
    "mailbox": (col(Mail.mailbox), col(Mail.composed_at).desc(), col(Mail.id)),
    "composed": (col(Mail.composed_at), col(Mail.id)),
    "state": (col(Mail.state), col(Mail.composed_at).desc(), col(Mail.id)),
    "tries": (col(Mail.tries), col(Mail.composed_at).desc(), col(Mail.id)),
}
AT_ONCE = 1_000


@dataclass(frozen=True)
class RefusedMailbox:
    """A mailbox to which mails were refused for good: how many, and the newest of them."""

    mailbox: str
    count: int
    since: datetime


@dataclass(frozen=True)
class Outbox:
    """A page of mails, without their words; and how many there are."""

    mails: Sequence[Mail]
    total: int
    states: dict[str, int]
    refused: Sequence[RefusedMailbox]


def outbox(
    database: Database, state: str, mailbox: str, offset: int, limit: int, order: Order = NEWEST
) -> Outbox:
    """The mails of a state and with these words in their mailbox; empty means all."""
    wanted, rows = _wanted(state, mailbox), _rows(state, mailbox, order)
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


def every_mail(database: Database, state: str, mailbox: str, order: Order) -> Iterator[Sequence[Mail]]:
    """All of them in one reading, some at once, for an export."""
    with database.reading() as session:
        yield from session.exec(_rows(state, mailbox, order)).partitions(AT_ONCE)


def _wanted(state: str, mailbox: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if state:
        wanted.append(col(Mail.state) == state)
    if mailbox:
        wanted.append(col(Mail.mailbox).icontains(mailbox, autoescape=True))
    return wanted


def _rows(state: str, mailbox: str, order: Order) -> SelectOfScalar[Mail]:
    return (
        select(Mail)
        .where(*_wanted(state, mailbox))
        .options(defer(Mail.text), defer(Mail.html))  # type: ignore[arg-type]
        .order_by(*order.of(COLUMNS))
    )
