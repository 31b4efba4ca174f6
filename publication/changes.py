"""Whether the site would be another one if it were built now: a short mark of all it is made from, cheaply read."""

import hashlib
from datetime import date

from sqlmodel import Session, col, func, select

from models.database import Database
from models.tables import Body, CaseRow, Notice, NoticeState, Order, Oversees, Report
from office.letter_pdf import why_not
from office.publications import LATER, PUBLISH, WITHDRAW
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
    kinds = (PUBLISH, LATER, WITHDRAW)
    return session.exec(
        select(func.count(), func.count(col(Order.lifted_at))).where(col(Order.kind).in_(kinds))
    ).one()


def _around(session: Session) -> tuple[object, ...]:
    """Names, who oversees whom, and who was told that a response is overdue."""
    names = session.exec(select(Body.name).order_by(col(Body.id))).all()
    overseen = session.exec(select(func.count()).select_from(Oversees)).one()
    told = session.exec(
        select(func.count()).where(Notice.template == WRITTEN, Notice.state == NoticeState.sent.value)
    ).one()
    return (hashlib.sha256("\n".join(names).encode()).hexdigest(), overseen, told)
