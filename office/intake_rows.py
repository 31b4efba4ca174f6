"""The rows of an imported report: made from the file, and written."""

import hashlib

from sqlmodel import Session, col, select

from models.tables import Criterion, Recommendation, Report
from office.intake_entries import RecommendationEntry, ReportFile


def report_row(report: ReportFile) -> Report:
    return Report(
        id=report.id,
        title=report.title,
        published_on=report.published,
        source=report.source,
        s55=report.s55,
        content_hash=_content_hash(report),
    )


def _content_hash(report: ReportFile) -> str:
    """SHA-256 of what the file says of the report, on whatever lines it says it."""
    said = report.model_dump_json(exclude={"line": True, "recommendations": {"__all__": {"line"}}})
    return hashlib.sha256(said.encode()).hexdigest()


def recommendation_row(report: ReportFile, entry: RecommendationEntry) -> Recommendation:
    return Recommendation(
        reference=entry.reference,
        report_id=report.id,
        kind=entry.kind,
        title=entry.title,
        summary=entry.summary,
        quoted=entry.quoted,
        source=entry.source,
        issued_on=entry.issued,
        phrase=entry.due.phrase,
        limit=entry.due.limit,
        due=entry.due.day,
        policy=entry.policy,
        illustrative=report.sample,
    )


def criterion_rows(entry: RecommendationEntry) -> list[Criterion]:
    return [
        Criterion(
            reference=entry.reference,
            id=one.id,
            position=position,
            summary=one.summary,
            limit=one.due.limit,
            due=one.due.day,
        )
        for position, one in enumerate(entry.criteria, 1)
    ]


def criteria_in_tables(session: Session, reference: str) -> list[Criterion]:
    rows = select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
    return list(session.exec(rows))


def write_report(session: Session, report: ReportFile) -> None:
    """Insert the report's row, or bring it up to date; the day its overview was published stays."""
    row = report_row(report)
    there = session.get(Report, report.id)
    if there is not None:
        row.overview_published_on = there.overview_published_on
    session.merge(row)
    session.flush()


def write_recommendation(session: Session, report: ReportFile, entry: RecommendationEntry) -> None:
    """Insert the recommendation with its criteria, or bring them up to date."""
    session.merge(recommendation_row(report, entry))
    session.flush()
    kept = {one.id for one in entry.criteria}
    for row in criteria_in_tables(session, entry.reference):
        if row.id not in kept:
            session.delete(row)
    for row in criterion_rows(entry):
        session.merge(row)
