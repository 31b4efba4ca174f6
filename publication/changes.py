"""Whether the site would be another one if it were built now: a short mark of all it is made from, cheaply read."""

import hashlib
from datetime import date

from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, func, select

from activities.ledger.reports import SAME
from models.database import Database
from models.tables import (
    Body,
    CaseRow,
    Criterion,
    Notice,
    NoticeState,
    Order,
    Oversees,
    OversightBody,
    Recommendation,
    Report,
    Scan,
    ScanState,
)
from office.letter_pdf import why_not
from office.publications import LATER, PUBLISH, RESTORE, WITHDRAW
from publication.awaiting import WRITTEN
from publication.templates import fingerprint


def mark(database: Database, on: date, base: str) -> str:
    """The same while nothing changed that the site tells. The day is in it: responses become overdue by themselves."""
    with database.reading() as session:
        told = (*_cases(session), *_orders(session), *_around(session))
    with_pdf = not why_not()
    said = (on, base, with_pdf, fingerprint(), *told)
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:16]


def _cases(session: Session) -> tuple[object, ...]:
    """Cases of what is published, and how many events they have: events are only ever added."""
    return session.exec(
        select(func.count(), func.sum(col(CaseRow.seq)), func.count(func.distinct(CaseRow.report_id)))
        .select_from(CaseRow)
        .join(Report, col(Report.id) == CaseRow.report_id)
        .where(col(Report.overview_published_on).is_not(None))
    ).one()


def _orders(session: Session) -> tuple[object, ...]:
    kinds = (PUBLISH, LATER, WITHDRAW, RESTORE, SAME)
    return session.exec(
        select(func.count(), func.count(col(Order.lifted_at))).where(col(Order.kind).in_(kinds))
    ).one()


def _around(session: Session) -> tuple[object, ...]:
    """Names and words, who oversees whom, who was told that a response is overdue, and documents that have to go."""
    told = session.exec(
        select(func.count()).where(Notice.template == WRITTEN, Notice.state == NoticeState.sent.value)
    ).one()
    infected = session.exec(select(func.count()).where(Scan.state == ScanState.infected.value)).one()
    return (_words(session), told, infected)


def _words(session: Session) -> str:
    """The rows of what the site names and quotes: of reports, what is published."""
    public = select(Report.id).where(col(Report.overview_published_on).is_not(None))
    of_these = select(Recommendation.reference).where(col(Recommendation.report_id).in_(public))
    chosen = {
        Report: col(Report.id).in_(public),
        Recommendation: col(Recommendation.report_id).in_(public),
        Criterion: col(Criterion.reference).in_(of_these),
    }
    digest = hashlib.sha256()
    for named in (Body, OversightBody, Oversees, Report, Recommendation, Criterion):
        table = SQLModel.metadata.tables[str(named.__tablename__)]
        query = select_columns(table).order_by(*table.primary_key)
        rows = session.connection().execute(query.where(chosen[named]) if named in chosen else query)
        digest.update("\n".join(repr(tuple(row)) for row in rows).encode())
    return digest.hexdigest()
