"""Heartbeats: when each job last started and finished, and what it said."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from models.database import Database, lock
from models.tables import Heartbeat

LENGTH = 300


@dataclass
class Beat:
    """One run of a job. `outcome` is what it has to say in the end."""

    outcome: str = "ok"


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
