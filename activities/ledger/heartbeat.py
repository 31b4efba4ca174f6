"""Heartbeats: when each job last started and finished, and what it said."""

import os
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from models.database import Database, lock
from models.tables import Heartbeat

LENGTH = 300
SOON = timedelta(minutes=15)
"""A job that has not finished for so long is late; but for those below none runs less often than every ten minutes."""
LATE = {"audit": timedelta(hours=26)}
AGAIN = timedelta(hours=1)


@dataclass
class Beat:
    """One run of a job. `outcome` is what it has to say in the end."""

    outcome: str = "ok"


def is_late(row: Heartbeat, now: datetime) -> bool:
    """Whether the job has not finished for longer than it may take to come round."""
    return now - (row.finished_at or row.started_at) > allowed(row.job)


def allowed(job: str) -> timedelta:
    """How long ago a job may have finished last."""
    return LATE.get(job, SOON)


def retire(database: Database, scheduled: Collection[str]) -> list[str]:
    """Forget jobs that are scheduled no more, which would be late for ever; answers which. Another worker that still
    runs one beats anew when it comes round."""
    with database.writing() as session:
        gone = session.exec(select(Heartbeat).where(col(Heartbeat.job).not_in(scheduled))).all()
        for row in gone:
            session.delete(row)
    return [row.job for row in gone]


def take_turn(database: Database, job: str, since: datetime, now: datetime) -> bool:
    """Whether a job that is due since then is this process's to run now: of several, one is told so.

    One that has failed, or was lost on its way, is due again after an hour.
    """
    with database.writing() as session:
        lock(session.connection(), f"heartbeat/{job}")
        row = session.get(Heartbeat, job)
        well = row is not None and row.finished_at is not None and not row.outcome.startswith("failed")
        if row is not None and row.started_at >= since and (well or row.started_at > now - AGAIN):
            return False
        row = row or Heartbeat(job=job, started_at=now)
        row.sqlmodel_update({"started_at": now, "finished_at": None, "outcome": ""})
        session.add(row)
    return True


@contextmanager
def beat(database: Database, job: str) -> Iterator[Beat]:
    """Write that the job has started, and, after the block, that it has finished and how.

    A block that raises is recorded as failed, with its error, and still raises.
    """
    run = Beat()
    _write(database, job, started_at=datetime.now(UTC), finished_at=None, outcome="")
    try:
        yield run
    except BaseException as error:
        run.outcome = f"failed: {type(error).__name__}: {error}"
        raise
    finally:
        _write(database, job, finished_at=datetime.now(UTC), outcome=run.outcome[:LENGTH])


def _write(database: Database, job: str, **values: object) -> None:
    with database.writing() as session:
        lock(session.connection(), f"heartbeat/{job}")
        row = session.get(Heartbeat, job) or Heartbeat(job=job, started_at=datetime.now(UTC))
        row.sqlmodel_update({**values, "worker": f"{socket.gethostname()[:60]} {os.getpid()}"})
        session.add(row)
