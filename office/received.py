"""Every letter and mail that a body was sent, as it was sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from lifecycle.words import LetterKind, Role, Side
from models.database import Database
from models.tables import CaseRow, EventRow, Mail, MailState, Notice, SealedText
from office.ordering import Columns, Order

LEFT = (MailState.accepted.value, MailState.unknown.value)
LETTERS = {
    "requested": "Request letter",
    "draft_sent": "Draft letter, under embargo",
    "letter_sent": "Assessment letter",
    "letter_corrected": "Corrected letter",
    "word_sent": "Letter",
    "time_granted": "Letter on more time",
    "time_refused": "Letter on more time",
    "inspected": "Closing letter",
}
"""The events that send a letter, if they name one."""
WORDS = {
    LetterKind.progress: "Letter on progress",
    LetterKind.revisit: "Letter on a revisit",
    LetterKind.reminder: "Formal reminder",
}
ROLES = tuple(role.value for role in Role if role.side is Side.body)


@dataclass(frozen=True)
class Letter:
    """A letter: `number` is the number of its event in the record of its case. `replaced`: a corrected one came in
    its place."""

    id: str
    title: str
    case: str
    reference: str
    on: date
    number: int
    replaced: bool = False


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
        replaced = _replaced(session, body)
        return Received(tuple(mails), count, tuple(_letter(row, replaced) for row in session.exec(query)))


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
        text, replaced = session.get(SealedText, letter_id), _replaced(session, body)
    if found is None or text is None:
        raise NotReceived(letter_id)
    return _letter(found, replaced), text


def _told(body: str) -> SelectOfScalar[str] | SelectOfScalar[None]:
    """The mails that carried a notice to one of the body's own roles."""
    cases = select(CaseRow.id).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
    return select(Notice.mail_id).where(
        col(Notice.case_id).in_(cases), col(Notice.role).in_(ROLES), col(Notice.mail_id).is_not(None)
    )


def _sent(body: str) -> SelectOfScalar[EventRow]:
    cases = select(CaseRow.id).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
    return select(EventRow).where(
        col(EventRow.stream).in_(cases),
        col(EventRow.kind).in_(LETTERS),
        col(EventRow.details)["letter"].as_string().is_not(None),
    )


def _replaced(session: Session, body: str) -> frozenset[str]:
    rows = session.exec(_sent(body).where(EventRow.kind == "letter_corrected"))
    return frozenset(str(row.details["corrects"]) for row in rows)


def _letter(row: EventRow, replaced: Collection[str]) -> Letter:
    return Letter(
        id=str(row.details["letter"]),
        title=WORDS[LetterKind(str(row.details["of"]))] if row.kind == "word_sent" else LETTERS[row.kind],
        case=row.stream,
        reference=row.stream.split("/", 2)[1],
        on=row.on,
        number=row.seq,
        replaced=row.details["letter"] in replaced,
    )
