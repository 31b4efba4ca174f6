"""Every letter and mail that a body was sent, as it was sent, newest first."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from lifecycle.words import Role, Side
from models.database import Database
from models.tables import CaseRow, EventRow, Mail, MailState, Notice, SealedText

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
    """A page of mails, how many there are in all, and the newest letters."""

    mails: tuple[Mail, ...]
    count: int
    letters: tuple[Letter, ...]


class NotReceived(LookupError):  # noqa: N818 - said to a person
    """This body was sent no such letter or mail."""


def received(database: Database, body: str, *, page: int, size: int) -> Received:
    """A page (from 1) of the mails, and of the letters as many."""
    with database.reading() as session:
        where = (col(Mail.id).in_(_told(body)), col(Mail.state).in_(LEFT))
        mails = session.exec(
            select(Mail)
            .where(*where)
            .order_by(col(Mail.composed_at).desc(), col(Mail.id))
            .limit(size)
            .offset((page - 1) * size)
        ).all()
        count = session.exec(select(func.count()).select_from(Mail).where(*where)).one()
        return Received(tuple(mails), count, _letters(session, body, page, size))


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


def _letters(session: Session, body: str, page: int, size: int) -> tuple[Letter, ...]:
    rows = session.exec(
        _sent(body)
        .order_by(col(EventRow.at).desc(), col(EventRow.stream))
        .limit(size)
        .offset((page - 1) * size)
    )
    return tuple(_letter(row) for row in rows)


def _letter(row: EventRow) -> Letter:
    return Letter(
        id=str(row.details["letter"]),
        title=LETTERS[row.kind],
        case=row.stream,
        reference=row.stream.split("/", 2)[1],
        on=row.on,
        number=row.seq,
    )
