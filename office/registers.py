"""Bodies, reports and mails as lists, for whoever may know of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from activities.ledger.reports import state
from models.database import Database
from models.messages import ReportState
from models.tables import (
    Body,
    CaseRow,
    Contact,
    Criterion,
    Mail,
    Oversees,
    OversightBody,
    Recommendation,
    Report,
)
from office.reach import Reach


@dataclass(frozen=True)
class BodyEntry:
    """A body, who answers for it today, and the mailboxes of its offices."""

    body: Body
    oversight: tuple[OversightBody, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class ReportEntry:
    """A report with its recommendations; how its cases stand, for the inspectorate alone."""

    report: Report
    recommendations: tuple[tuple[Recommendation, tuple[Criterion, ...]], ...]
    state: ReportState | None


def bodies(database: Database, reach: Reach, *, after: str | None, size: int) -> list[Body]:
    """A page of the bodies that this person may know of, in the order of their ids, and one more."""
    query = select(Body).order_by(col(Body.id)).limit(size + 1)
    if not reach.everything:
        query = query.where(col(Body.id).in_(reach.bodies))
    if after is not None:
        query = query.where(col(Body.id) > after)
    with database.reading() as session:
        return list(session.exec(query))


def body(database: Database, body_id: str, today: date) -> BodyEntry | None:
    with database.reading() as session:
        found = session.get(Body, body_id)
        if found is None:
            return None
        overseers = session.exec(
            select(OversightBody)
            .join(Oversees, col(Oversees.oversight_id) == col(OversightBody.id))
            .where(
                Oversees.body_id == body_id,
                col(Oversees.since) <= today,
                or_(col(Oversees.until).is_(None), col(Oversees.until) > today),
            )
            .order_by(col(OversightBody.id))
        ).all()
        contacts = session.exec(
            select(Contact)
            .where(Contact.owner == body_id, or_(col(Contact.until).is_(None), col(Contact.until) > today))
            .order_by(col(Contact.role), col(Contact.id))
        ).all()
        return BodyEntry(found, tuple(overseers), tuple(contacts))


def reports(database: Database, reach: Reach, *, after: tuple[date, str] | None, size: int) -> list[Report]:
    """A page of the reports with a case that this person may know of, newest first, and one more."""
    query = select(Report).order_by(col(Report.published_on).desc(), col(Report.id)).limit(size + 1)
    if not reach.everything:
        query = query.where(col(Report.id).in_(select(CaseRow.report_id).where(reach.cases())))
    if after is not None:
        day, last = after
        published = col(Report.published_on)
        query = query.where(or_(published < day, and_(published == day, col(Report.id) > last)))
    with database.reading() as session:
        return list(session.exec(query))


def report(database: Database, reach: Reach, report_id: str) -> ReportEntry | None:
    """One report, or None. Outside the inspectorate with those recommendations that have a case one may know."""
    with database.reading() as session:
        found = session.get(Report, report_id)
        known = session.exec(
            select(CaseRow.reference).where(CaseRow.report_id == report_id, reach.cases())
        ).all()
        if found is None or not (reach.everything or known):
            return None
        return ReportEntry(
            found,
            _recommendations(session, report_id, None if reach.everything else set(known)),
            state(session, report_id) if reach.everything else None,
        )


def mails(
    database: Database,
    *,
    wanted: str | None,
    mailbox: str | None,
    after: tuple[datetime, str] | None,
    size: int,
) -> list[Mail]:
    """A page of mails, of a state or to a mailbox, the newest first, and one more."""
    query = select(Mail).order_by(col(Mail.composed_at).desc(), col(Mail.id)).limit(size + 1)
    if wanted is not None:
        query = query.where(Mail.state == wanted)
    if mailbox is not None:
        query = query.where(Mail.mailbox == mailbox)
    if after is not None:
        at, last = after
        composed = col(Mail.composed_at)
        query = query.where(or_(composed < at, and_(composed == at, col(Mail.id) > last)))
    with database.reading() as session:
        return list(session.exec(query))


def _recommendations(
    session: Session, report_id: str, only: set[str] | None
) -> tuple[tuple[Recommendation, tuple[Criterion, ...]], ...]:
    query = select(Recommendation).where(Recommendation.report_id == report_id)
    if only is not None:
        query = query.where(col(Recommendation.reference).in_(only))
    rows: Sequence[Recommendation] = session.exec(query.order_by(col(Recommendation.reference))).all()
    criteria: dict[str, list[Criterion]] = defaultdict(list)
    for one in session.exec(
        select(Criterion)
        .where(col(Criterion.reference).in_([row.reference for row in rows]))
        .order_by(col(Criterion.position))
    ):
        criteria[one.reference].append(one)
    return tuple((row, tuple(criteria[row.reference])) for row in rows)
