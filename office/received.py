"""Every letter and mail that a body was sent, as it was sent."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import defer
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from lifecycle.words import Role, Side
from models.database import Database
from models.tables import CaseRow, EventRow, Mail, MailState, Notice, SealedText
from office.ordering import Columns, Order

LEFT = (MailState.accepted.value, MailState.unknown.value)
LETTERS = {"requested": "Request letter", "letter_sent": "Assessment letter"}
ROLES = tuple(role.value for role in Role if role.side is Side.body)


@dataclass(frozen=True)
class Letter:
    """A letter: `number` is the number of its event in the record of its case."""

    id: str
    title: str
    case: str
    reference: str
    on: date
    number: int


@dataclass(frozen=True)
class Received:
    """A page of mails, without their words, how many there are in all, and of letters as many."""

    mails: tuple[Mail, ...]
    count: int
    letters: tuple[Letter, ...]


class NotReceived(LookupError):  # noqa: N818 - said to a person
    """This body was sent no such letter or mail."""


NEWEST = Order("sent", descending=True)
MAILS: Columns = {
    "sent": (col(Mail.composed_at), col(Mail.id)),
    "subject": (col(Mail.subject), col(Mail.composed_at).desc(), col(Mail.id)),
    "to": (col(Mail.mailbox), col(Mail.composed_at).desc(), col(Mail.id)),
}
NEWEST_LETTER = Order("on", descending=True)
_LAST = (col(EventRow.at).desc(), col(EventRow.stream), col(EventRow.seq))
LETTER_ORDERS: Columns = {
    "on": (col(EventRow.at), col(EventRow.stream), col(EventRow.seq)),
    "letter": (col(EventRow.kind), *_LAST),
    "reference": (col(EventRow.stream), *_LAST),
}


def received(
    database: Database,
    body: str,
    *,
    page: int,
    size: int | None,
    order: Order = NEWEST,
    letters: Order = NEWEST_LETTER,
) -> Received:
    """A page (from 1) of the mails, and of the letters as many. Without a size: all of them."""
    first = (page - 1) * size if size is not None else 0
    with database.reading() as session:
        where = (col(Mail.id).in_(_told(body)), col(Mail.state).in_(LEFT))
        mails = session.exec(
            select(Mail)
            .where(*where)
            .options(defer(Mail.text), defer(Mail.html))  # type: ignore[arg-type]
            .order_by(*order.of(MAILS))
            .limit(size)
            .offset(first)
        ).all()
        count = session.exec(select(func.count()).select_from(Mail).where(*where)).one()
        query = _sent(body).order_by(*letters.of(LETTER_ORDERS)).limit(size).offset(first)
        return Received(tuple(mails), count, tuple(_letter(row) for row in session.exec(query)))


def mail(database: Database, body: str, mail_id: str) -> Mail:
    """One mail. Raises NotReceived."""
    with database.reading() as session:
        found = session.exec(
            select(Mail).where(Mail.id == mail_id, col(Mail.id).in_(_told(body)), col(Mail.state).in_(LEFT))
        ).first()
    if found is None:
        raise NotReceived(mail_id)
    return found


def letter(database: Database, body: str, letter_id: str) -> tuple[Letter, SealedText]:
    """One letter with its text. Raises NotReceived."""
    with database.reading() as session:
        found = session.exec(
            _sent(body).where(col(EventRow.details)["letter"].as_string() == letter_id)
        ).first()
        text = session.get(SealedText, letter_id)
    if found is None or text is None:
        raise NotReceived(letter_id)
    return _letter(found), text


def _told(body: str) -> SelectOfScalar[str] | SelectOfScalar[None]:
    """The mails that carried a notice to one of the body's own roles."""
    cases = select(CaseRow.id).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
    return select(Notice.mail_id).where(
        col(Notice.case_id).in_(cases), col(Notice.role).in_(ROLES), col(Notice.mail_id).is_not(None)
    )


def _sent(body: str) -> SelectOfScalar[EventRow]:
    cases = select(CaseRow.id).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
    return select(EventRow).where(col(EventRow.stream).in_(cases), col(EventRow.kind).in_(LETTERS))


def _letter(row: EventRow) -> Letter:
    return Letter(
        id=str(row.details["letter"]),
        title=LETTERS[row.kind],
        case=row.stream,
        reference=row.stream.split("/", 2)[1],
        on=row.on,
        number=row.seq,
    )
