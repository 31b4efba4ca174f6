"""Finding things by what people have at hand: a reference, a body, a report, a person, a Message-ID."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import or_
from sqlmodel import Session, SQLModel, col, select

from models.database import Database
from models.tables import Body, CaseRow, Mail, Person, Recommendation, Report

Row = TypeVar("Row", bound=SQLModel)
MOST = 20
"""Of each kind, at most so many are shown."""
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """What was found; each kind at most MOST."""

    cases: Sequence[CaseRow] = ()
    recommendations: Sequence[Recommendation] = ()
    bodies: Sequence[Body] = ()
    reports: Sequence[Report] = ()
    people: Sequence[Person] = ()
    mails: Sequence[Mail] = ()

    def __bool__(self) -> bool:
        return any(vars(self).values())


def search(database: Database, words: str) -> Found:
    """What has these words in its id, name, title or mailbox; nothing for fewer than two characters."""
    wanted = words.strip()
    if len(wanted) < SHORTEST:
        return Found()
    with database.reading() as session:
        return Found(
            cases=_with(session, CaseRow, wanted, CaseRow.id),
            recommendations=_with(
                session, Recommendation, wanted, Recommendation.reference, Recommendation.title
            ),
            bodies=_with(session, Body, wanted, Body.id, Body.name),
            reports=_with(session, Report, wanted, Report.id, Report.title),
            people=_with(session, Person, wanted, Person.id, Person.name, Person.mailbox),
            mails=_with(session, Mail, wanted, Mail.message_id, Mail.mailbox),
        )


def _with(session: Session, table: type[Row], wanted: str, *columns: str) -> Sequence[Row]:
    """Rows with the words in one of the columns, in the order of the first."""
    has = or_(*(col(one).icontains(wanted, autoescape=True) for one in columns))
    return session.exec(select(table).where(has).order_by(col(columns[0])).limit(MOST)).all()
