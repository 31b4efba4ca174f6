"""Heartbeats: a job that runs, one that fails, and one that never came to its end."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.client import Client

from activities.ledger.heartbeat import beat
from config.settings import load
from models.database import Database
from models.tables import Heartbeat
from scheduler import scheduling
from tests.ledger.story import at_once


def _of(database: Database, job: str) -> Heartbeat:
    with database.reading() as session:
        return session.get_one(Heartbeat, job)


def test_a_run_is_seen_while_it_lasts_and_after(database: Database):
    with beat(database, "dispatch"):
        running = _of(database, "dispatch")
    after = _of(database, "dispatch")

    assert (running.finished_at, running.outcome) == (None, "")
    assert after.outcome == "ok"
    assert after.finished_at is not None
    assert running.started_at == after.started_at <= after.finished_at
    assert after.worker


def test_a_job_says_what_it_did(database: Database):
    with beat(database, "dispatch") as run:
        run.outcome = "3 sent, 1 deferred"

    assert _of(database, "dispatch").outcome == "3 sent, 1 deferred"


def test_a_job_that_fails_is_recorded_and_still_fails(database: Database):
    with pytest.raises(ConnectionError, match="refused"), beat(database, "dispatch"):
        raise ConnectionError("refused " * 100)

    failed = _of(database, "dispatch")
    assert failed.outcome.startswith("failed: ConnectionError: refused")
    assert len(failed.outcome) == 300
    assert failed.finished_at is not None


async def test_a_job_that_is_scheduled_no_more_is_forgotten_when_a_worker_starts(
    database: Database, tmp_path: Path
):
    for job in ("site", "an older one", "audit"):
        with beat(database, job):
            pass
    engine = await Client.connect("127.0.0.1:1", lazy=True)
    async with asyncio.timeout(30), scheduling(load(home=tmp_path, site_seconds=0), engine, database):
        while {"site", "an older one"} & _jobs(database):
            await asyncio.sleep(0.01)
    assert "audit" in _jobs(database)


def _jobs(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(Heartbeat.job)))


def test_the_next_run_takes_the_place_of_the_last(database: Database):
    with beat(database, "dispatch"):
        pass
    first = _of(database, "dispatch")

    with beat(database, "dispatch"):
        second = _of(database, "dispatch")

    assert second.started_at > first.started_at
    assert (second.finished_at, second.outcome) == (None, "")


def test_jobs_do_not_share_a_heartbeat(database: Database):
    with beat(database, "dispatch"), beat(database, "digest"):
        pass

    assert _of(database, "dispatch").outcome == _of(database, "digest").outcome == "ok"


def test_two_workers_may_run_a_job_at_once(database: Database):
    def run() -> None:
        with beat(database, "dispatch"):
            pass

    at_once([partial(run)] * 4)

    assert _of(database, "dispatch").outcome == "ok"
