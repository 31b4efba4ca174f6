"""What stands in the way of publishing a report: letters not sent, mail in doubt, cases that wait for repair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, distinct, func, select

from activities.ledger import reports
from lifecycle.words import Stage
from models.database import Database
from models.tables import Body, CaseRow, EventRow, Notice, NoticeState, Order, Repair, Report

LETTER = "assessment-letter"
LEFT = (NoticeState.sent.value,)


@dataclass(frozen=True)
class Waiting:
    """A case without a letter, and how far it has come."""

    case: str
    body_name: str
    reference: str
    stage: str


@dataclass(frozen=True)
class Doubt:
    """Something that a person should look at first, of one case."""

    case: str
    said: str


@dataclass(frozen=True)
class Readiness:
    """How a report stands before its publication. `responds` are the oversight bodies whose 56 days begin with it."""

    report: Report
    stages: dict[str, int]
    not_ready: tuple[Waiting, ...]
    doubts: tuple[Doubt, ...]
    responds: int

    @property
    def cases(self) -> int:
        return sum(self.stages.values())


@dataclass(frozen=True)
class Progress:
    """How far the order to publish a report has come: cases published, on their way, and waiting for repair.

    A case that was published stays so, however far it goes afterwards.
    """

    report: str
    ordered_at: datetime
    by: str
    on: date
    published: int
    left: tuple[str, ...]
    stuck: tuple[str, ...]
    left_out: dict[str, str]

    @property
    def of(self) -> int:
        return self.published + len(self.left) + len(self.stuck)

    @property
    def done(self) -> bool:
        return not (self.left or self.stuck)


def progress(database: Database, report_id: str) -> Progress | None:
    """How far it has come, as the ledger has it; None while the ledger holds no order."""
    with database.reading() as session:
        order = session.exec(
            select(Order)
            .where(Order.kind == "publish", Order.report_id == report_id)
            .order_by(col(Order.effective_at).desc())
        ).first()
        if order is None:
            return None
        waiting = reports.cases_to_publish(session, report_id, tuple(reports.left_out(order)))
        repairs = session.exec(
            select(Repair.subject).where(col(Repair.closed_at).is_(None), col(Repair.subject).in_(waiting))
        )
        stuck = sorted(set(repairs))
        published = session.exec(
            select(func.count(distinct(col(EventRow.stream))))
            .join(CaseRow, col(CaseRow.id) == EventRow.stream)
            .where(CaseRow.report_id == report_id, EventRow.kind == "published")
        ).one()
        return Progress(
            report=report_id,
            ordered_at=order.effective_at,
            by=order.actor,
            on=order.on,
            published=published,
            left=tuple(case for case in waiting if case not in stuck),
            stuck=tuple(stuck),
            left_out=reports.left_out(order),
        )


def to_publish(database: Database) -> list[Report]:
    """Reports whose overview is not published, the newest first."""
    with database.reading() as session:
        with_cases = select(CaseRow.report_id).where(CaseRow.kind == "recommendation")
        return list(
            session.exec(
                select(Report)
                .where(col(Report.overview_published_on).is_(None), col(Report.id).in_(with_cases))
                .order_by(col(Report.published_on).desc(), col(Report.id))
            )
        )


def readiness(database: Database, report_id: str) -> Readiness | None:
    """The check list of a report, or None when there is none of that name."""
    with database.reading() as session:
        report = session.get(Report, report_id)
        if report is None:
            return None
        state = reports.state(session, report_id)
        return Readiness(
            report=report,
            stages=state.stages,
            not_ready=_waiting(session, state.not_ready),
            doubts=(*_mail(session, report_id), *_repairs(session, report_id)),
            responds=_responding(session, report_id) if report.s55 else 0,
        )


def _waiting(session: Session, cases: Sequence[str]) -> tuple[Waiting, ...]:
    rows = session.exec(
        select(CaseRow, Body.name)
        .join(Body, col(Body.id) == CaseRow.body_id, isouter=True)
        .where(col(CaseRow.id).in_(cases))
        .order_by(col(CaseRow.reference), col(CaseRow.body_id))
    )
    return tuple(Waiting(row.id, name or row.body_id, row.reference, row.stage) for row, name in rows)


def _mail(session: Session, report_id: str) -> list[Doubt]:
    """Letters whose mail has not been taken by the server."""
    rows = session.exec(
        select(Notice)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id)
        .where(
            CaseRow.report_id == report_id,
            Notice.template == LETTER,
            col(Notice.state).not_in(LEFT),
        )
        .order_by(col(Notice.case_id), col(Notice.role))
    )
    return [
        Doubt(
            row.case_id,
            f"the letter's mail to the {row.role.replace('_', ' ')} is {row.state.replace('_', ' ')}",
        )
        for row in rows
    ]


def _repairs(session: Session, report_id: str) -> list[Doubt]:
    rows = session.exec(
        select(Repair)
        .join(CaseRow, col(CaseRow.id) == Repair.subject)
        .where(CaseRow.report_id == report_id, col(Repair.closed_at).is_(None))
        .order_by(col(Repair.subject))
    )
    return [Doubt(row.subject, f"it waits for repair: {row.cause}") for row in rows]


def _responding(session: Session, report_id: str) -> int:
    found = session.exec(
        select(CaseRow.oversight_id)
        .where(
            CaseRow.report_id == report_id,
            CaseRow.kind == "recommendation",
            CaseRow.stage != Stage.withdrawn.value,
            col(CaseRow.body_id).not_in(reports.answered_elsewhere(session, report_id)),
        )
        .distinct()
    )
    return sum(1 for one in found if one)
