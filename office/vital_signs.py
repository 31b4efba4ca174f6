"""What the ledger says of how things stand, for whoever watches from outside: a fixed number of small questions.

Each is answered from an index, or from a table of a few rows: none reads cases or notices one by one.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import func
from sqlmodel import Session, col, select

from activities.ledger.heartbeat import allowed
from activities.mail.arming import standing
from lifecycle.dates import local_date
from models.database import Database
from models.tables import CaseRow, Heartbeat, Notice, NoticeState, Repair

OPEN = col(CaseRow.ended_on).is_(None)
FRESH = timedelta(seconds=15)


@dataclass(frozen=True)
class JobSign:
    """How old a job's last end is, how old it may be, and whether it failed."""

    age: timedelta
    allowed: timedelta
    failed: bool


@dataclass(frozen=True)
class VitalSigns:
    """The figures of one moment."""

    cases: Mapping[str, int]
    overdue: int
    deadlines_unfired: int
    oldest_deadline: timedelta
    notices: Mapping[str, int]
    outbox_age: timedelta
    held: int
    repairs: Mapping[str, int]
    jobs: Mapping[str, JobSign]
    armed: bool
    mute: bool


def vital_signs(database: Database, now: datetime) -> VitalSigns:
    """The figures as of `now`, in one reading of the ledger."""
    with database.reading() as session:
        unfired, first = _deadlines(session, now)
        here = standing(session)
        return VitalSigns(
            cases=_cases(session),
            overdue=_overdue(session, now),
            deadlines_unfired=unfired,
            oldest_deadline=_since(first, now),
            notices=_notices(session),
            outbox_age=_since(_first_waiting(session), now),
            held=_held(session),
            repairs=_repairs(session),
            jobs=_jobs(session, now),
            armed=here.armed,
            mute=here.mute,
        )


class Watched:
    """The latest figures, read again when they are asked for and old: however often, and by however many, that is."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        fresh: timedelta = FRESH,
    ) -> None:
        self.database = database
        self.clock = clock
        self.fresh = fresh
        self._one = threading.Lock()
        self._read: tuple[float, VitalSigns] | None = None

    def now(self) -> VitalSigns:
        """Raises what the database raises, when they are old and it cannot be read."""
        with self._one:
            if self._read is None or monotonic() - self._read[0] > self.fresh.total_seconds():
                self._read = monotonic(), vital_signs(self.database, self.clock())
            return self._read[1]


def _cases(session: Session) -> dict[str, int]:
    return dict(
        session.exec(select(CaseRow.stage, func.count()).where(OPEN).group_by(col(CaseRow.stage))).all()
    )


def _overdue(session: Session, now: datetime) -> int:
    late = col(CaseRow.next_due) < local_date(now)
    return session.exec(select(func.count()).select_from(CaseRow).where(OPEN, late)).one()


def _deadlines(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How many cases have an instant on their agenda that passed and is not recorded; and the oldest of those."""
    passed = col(CaseRow.next_at) < now
    return session.exec(select(func.count(), func.min(CaseRow.next_at)).where(passed)).one()


def _notices(session: Session) -> dict[str, int]:
    found = dict(session.exec(select(Notice.state, func.count()).group_by(col(Notice.state))).all())
    return {state.value: found.get(state.value, 0) for state in NoticeState}


def _first_waiting(session: Session) -> datetime | None:
    """When the oldest notice was due that could have left by now, and has not: held ones wait for a person."""
    waiting = (NoticeState.due.value, NoticeState.claimed.value)
    return session.exec(
        select(func.min(Notice.not_before)).where(col(Notice.state).in_(waiting), ~col(Notice.held))
    ).one()


def _held(session: Session) -> int:
    due = Notice.state == NoticeState.due.value
    return session.exec(select(func.count()).select_from(Notice).where(due, col(Notice.held))).one()


def _repairs(session: Session) -> dict[str, int]:
    still_open = col(Repair.closed_at).is_(None)
    return dict(
        session.exec(select(Repair.kind, func.count()).where(still_open).group_by(col(Repair.kind))).all()
    )


def _jobs(session: Session, now: datetime) -> dict[str, JobSign]:
    return {row.job: _sign(row, now) for row in session.exec(select(Heartbeat))}


def _sign(row: Heartbeat, now: datetime) -> JobSign:
    age = max(timedelta(0), now - (row.finished_at or row.started_at))
    return JobSign(age, allowed(row.job), row.outcome.startswith("failed"))


def _since(instant: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(0), now - instant) if instant else timedelta(0)
