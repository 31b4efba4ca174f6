"""How it all stands, in a fixed number of queries: cases by stage, what is due, mail that waits, jobs, holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlalchemy import case as when
from sqlmodel import Session, col, select

from activities.ledger.heartbeat import is_late
from activities.mail.arming import armed
from lifecycle.dates import local_date
from lifecycle.words import ENDS, Stage
from models.database import Database
from models.tables import Body, CaseRow, Heartbeat, Notice, NoticeState, OversightBody, Repair, Report
from office.holds import Hold, holds
from office.ordering import Order

OPEN_STAGES = tuple(stage for stage in Stage if stage not in ENDS)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Job:
    """A job of the scheduler, as its heartbeat has it."""

    name: str
    worker: str
    started: datetime
    finished: datetime | None
    outcome: str
    late: bool

    @property
    def well(self) -> bool:
        return not self.late and not self.outcome.startswith("failed")


@dataclass(frozen=True)
class Overview:
    """The figures of one moment. `due` counts open cases whose next due date is within seven days, today included."""

    at: datetime
    stages: dict[Stage, int]
    due: int
    overdue: int
    stuck: int
    waiting: int
    held: int
    unknown: int
    oldest: datetime | None
    jobs: tuple[Job, ...]
    holds: tuple[Hold, ...]
    armed: bool

    @property
    def open(self) -> int:
        return sum(self.stages.values())

    @property
    def stopped(self) -> Hold | None:
        """The order that stops all sending, when there is one."""
        return next((hold for hold in self.holds if hold.everything), None)


def overview(database: Database, now: datetime) -> Overview:
    """The figures at `now`."""
    with database.reading() as session:
        stages, due, overdue = _cases(session, local_date(now))
        waiting, held, unknown, oldest = _mail(session)
        return Overview(
            at=now,
            stages=stages,
            due=due,
            overdue=overdue,
            stuck=_stuck(session),
            waiting=waiting,
            held=held,
            unknown=unknown,
            oldest=oldest,
            jobs=tuple(jobs(session, now)),
            holds=tuple(holds(session, now)),
            armed=armed(session),
        )


def _cases(session: Session, today: date) -> tuple[dict[Stage, int], int, int]:
    """Open cases by stage; how many are due within a week; how many are overdue. Answered from an index alone."""
    late = col(CaseRow.next_due) < today
    soon = (col(CaseRow.next_due) >= today) & (col(CaseRow.next_due) < today + WEEK)
    rows = session.exec(
        select(
            CaseRow.stage,
            func.count(),
            func.sum(when((soon, 1), else_=0)),
            func.sum(when((late, 1), else_=0)),
        )
        .where(is_open())
        .group_by(CaseRow.stage)
    ).all()
    stages = dict.fromkeys(OPEN_STAGES, 0) | {Stage(row[0]): row[1] for row in rows}
    return stages, sum(row[2] for row in rows), sum(row[3] for row in rows)


def is_open() -> ColumnElement[bool]:
    """Cases that have not ended, as the indexes by stage find them."""
    return col(CaseRow.stage).in_([stage.value for stage in OPEN_STAGES])


def _stuck(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Repair).where(col(Repair.closed_at).is_(None))).one()


def _mail(session: Session) -> tuple[int, int, int, datetime | None]:
    """How many notices wait, are held, are in doubt; and when the oldest that is not held fell due."""
    rows = session.exec(
        select(Notice.state, Notice.held, func.count(), func.min(Notice.fell_at))
        .where(
            col(Notice.state).in_(
                [NoticeState.due.value, NoticeState.claimed.value, NoticeState.unknown.value]
            )
        )
        .group_by(Notice.state, col(Notice.held))
    ).all()
    unknown = sum(row[2] for row in rows if row[0] == NoticeState.unknown)
    held = sum(row[2] for row in rows if row[0] != NoticeState.unknown and row[1])
    waits = [row for row in rows if row[0] != NoticeState.unknown and not row[1]]
    return sum(row[2] for row in waits), held, unknown, min((row[3] for row in waits), default=None)


def jobs(session: Session, now: datetime) -> Sequence[Job]:
    """The jobs that ever ran, by name."""
    return [
        Job(
            name=row.job,
            worker=row.worker,
            started=row.started_at,
            finished=row.finished_at,
            outcome=row.outcome,
            late=is_late(row, now),
        )
        for row in session.exec(select(Heartbeat).order_by(col(Heartbeat.job)))
    ]


# The map


@dataclass(frozen=True)
class MapRow:
    """One body's open cases, by stage."""

    body: str
    name: str
    counts: dict[Stage, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class HeatMap:
    """Bodies × stages. `reports` are those to choose from: id and title, newest first."""

    rows: tuple[MapRow, ...]
    reports: tuple[tuple[str, str], ...]

    @property
    def most(self) -> int:
        return max((count for row in self.rows for count in row.counts.values()), default=0)

    def totals(self) -> dict[Stage, int]:
        return {stage: sum(row.counts[stage] for row in self.rows) for stage in OPEN_STAGES}


BY_NAME = Order("body")


def heat_map(database: Database, report: str = "", order: Order = BY_NAME) -> HeatMap:
    """The open cases of all reports, or of one; by body, by a stage, or by `all`."""
    query = (
        select(CaseRow.body_id, CaseRow.stage, func.count())
        .where(is_open())
        .group_by(CaseRow.body_id, CaseRow.stage)
    )
    if report:
        query = query.where(CaseRow.report_id == report)
    found: dict[str, dict[Stage, int]] = {}
    with database.reading() as session:
        for body, stage, count in session.exec(query):
            found.setdefault(body, dict.fromkeys(OPEN_STAGES, 0))[Stage(stage)] = count
        names = _names(session)
        reports = report_titles(session)
    rows = [MapRow(body, names.get(body, body), counts) for body, counts in found.items()]
    rows.sort(key=lambda row: row.name)
    if order.by != BY_NAME.by:
        rows.sort(key=lambda row: row.all if order.by == "all" else row.counts[Stage(order.by)])
    return HeatMap(tuple(reversed(rows) if order.descending else rows), reports)


def _names(session: Session) -> dict[str, str]:
    """Of bodies, and of the oversight bodies that answer reports."""
    return dict(session.exec(select(Body.id, Body.name)).all()) | dict(
        session.exec(select(OversightBody.id, OversightBody.name)).all()
    )


def report_titles(session: Session) -> tuple[tuple[str, str], ...]:
    """Id and title of each report, newest first."""
    query = select(Report.id, Report.title).order_by(col(Report.published_on).desc(), col(Report.id))
    return tuple((one, title) for one, title in session.exec(query))


def body_names(database: Database) -> tuple[tuple[str, str], ...]:
    """Id and name of each body, by name."""
    with database.reading() as session:
        query = select(Body.id, Body.name).order_by(col(Body.name))
        return tuple((one, name) for one, name in session.exec(query))
