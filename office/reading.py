"""What people read: cases, case files, the agenda. All from the ledger; nothing here asks a workflow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.ledger.append import read
from lifecycle.agenda import agenda
from lifecycle.case import Case, fold_all
from lifecycle.events import Submitted
from lifecycle.explain import in_words
from lifecycle.rules import Rules, rules_for
from models.database import Database
from models.tables import (
    Body,
    CaseRow,
    ClockRow,
    Document,
    Mail,
    Notice,
    Recommendation,
    Report,
    SealedText,
)


@dataclass(frozen=True)
class Filter:
    """Which cases: all given conditions hold."""

    body: str | None = None
    report: str | None = None
    stage: str | None = None
    reference: str | None = None
    overdue: bool = False
    open_only: bool = True


@dataclass(frozen=True)
class CaseLine:
    """One case in a list."""

    id: str
    reference: str
    body: str
    report: str
    stage: str
    next_due: date | None
    days_late: int
    outcome: str | None
    waiting_for: str


@dataclass(frozen=True)
class TimelineEntry:
    """One event of a case, in words."""

    seq: int
    on: date
    at: datetime
    kind: str
    actor: str
    words: str
    source: str


@dataclass(frozen=True)
class CaseFile:
    """All that the ledger holds of one case."""

    row: CaseRow
    body: Body | None
    recommendation: Recommendation | None
    report: Report | None
    clocks: tuple[ClockRow, ...]
    timeline: tuple[TimelineEntry, ...]
    notices: tuple[Notice, ...]
    mails: tuple[Mail, ...]
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Coming:
    """Something that will happen to a case if nobody acts."""

    at: datetime
    case: str
    body: str
    clock: str
    rung: str
    roles: tuple[str, ...]
    template: str
    due: date
    reason: str | None


def cases(database: Database, wanted: Filter, today: date) -> list[CaseLine]:
    """The cases wanted, most urgent first."""
    query = select(CaseRow).order_by(col(CaseRow.next_due).is_(None), col(CaseRow.next_due), col(CaseRow.id))
    for column, value in (
        (CaseRow.body_id, wanted.body),
        (CaseRow.report_id, wanted.report),
        (CaseRow.stage, wanted.stage),
        (CaseRow.reference, wanted.reference),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if wanted.open_only:
        query = query.where(col(CaseRow.ended_on).is_(None))
    if wanted.overdue:
        query = query.where(col(CaseRow.next_due) < today)
    with database.reading() as session:
        return [_line(row, today) for row in session.exec(query)]


def _line(row: CaseRow, today: date) -> CaseLine:
    late = (today - row.next_due).days if row.next_due and row.ended_on is None else 0
    return CaseLine(
        id=row.id,
        reference=row.reference,
        body=row.body_id,
        report=row.report_id,
        stage=row.stage,
        next_due=row.next_due,
        days_late=max(0, late),
        outcome=row.outcome,
        waiting_for=row.waiting_for,
    )


def case_file(database: Database, case_id: str) -> CaseFile | None:
    """One case's file, or None when there is no such case."""
    with database.reading() as session:
        row = session.get(CaseRow, case_id)
        if row is None:
            return None
        return CaseFile(
            row=row,
            body=session.get(Body, row.body_id),
            recommendation=session.get(Recommendation, row.reference),
            report=session.get(Report, row.report_id),
            clocks=tuple(
                session.exec(
                    select(ClockRow)
                    .where(ClockRow.case_id == case_id)
                    .order_by(col(ClockRow.started), col(ClockRow.id))
                )
            ),
            timeline=_timeline(session, case_id),
            notices=tuple(
                session.exec(
                    select(Notice)
                    .where(Notice.case_id == case_id)
                    .order_by(col(Notice.fell_at), col(Notice.id))
                )
            ),
            mails=tuple(
                session.exec(
                    select(Mail)
                    .where(col(Mail.id).in_(select(Notice.mail_id).where(Notice.case_id == case_id)))
                    .order_by(col(Mail.composed_at), col(Mail.id))
                )
            ),
            documents=_documents(session, case_id),
        )


def _documents(session: Session, case_id: str) -> tuple[Document, ...]:
    """The documents of all its submissions, the first submission's first."""
    submissions = [one.event.submission for one in read(session, case_id) if isinstance(one.event, Submitted)]
    return tuple(
        document
        for submission in dict.fromkeys(submissions)
        for document in session.exec(
            select(Document).where(Document.submission_id == submission).order_by(col(Document.name))
        )
    )


def _timeline(session: Session, case_id: str) -> tuple[TimelineEntry, ...]:
    return tuple(
        TimelineEntry(
            seq=one.seq,
            on=one.event.on,
            at=one.event.at,
            kind=one.event.kind,
            actor=one.event.actor,
            words=in_words(one.event),
            source=one.event.source,
        )
        for one in read(session, case_id)
    )


def sealed(database: Database, text_id: str) -> SealedText | None:
    with database.reading() as session:
        return session.get(SealedText, text_id)


def coming(database: Database, case_ids: Iterable[str], until: datetime | None = None) -> list[Coming]:
    """The agendas of these cases together, in order of time."""
    found: list[Coming] = []
    with database.reading() as session:
        for case_id in case_ids:
            case, rules = folded(session, case_id)
            found += _coming(case, rules)
    return sorted((c for c in found if until is None or c.at <= until), key=lambda c: (c.at, c.case, c.clock))


def folded(session: Session, case_id: str) -> tuple[Case, Rules]:
    """A case as the fold of its ledger, with the rules it holds."""
    case = fold_all(Case(id=case_id), (one.event for one in read(session, case_id)))
    return case, rules_for(case.policy_hash, case.calendar_hash, case.division)


def _coming(case: Case, rules: Rules) -> Sequence[Coming]:
    return [
        Coming(
            at=entry.at,
            case=case.id,
            body=case.body,
            clock=entry.clock,
            rung=entry.rung,
            roles=tuple(role.value for role in entry.roles),
            template=entry.template,
            due=entry.due,
            reason=entry.reason.value if entry.reason else None,
        )
        for entry in agenda(case, rules)
    ]
