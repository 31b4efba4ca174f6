"""The machine's clock is set back: jobs go on, and our own engine, which would serve nobody, is started again."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

import embedded.engine
import scheduler
from activities.wall import until_set_back
from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports

TWO_HOURS = 7200.0


class Clock:
    """The wall's clock as `time.time` shows it, with a hand on it."""

    def __init__(self) -> None:
        self.by = 0.0
        self._real = time.time

    def __call__(self) -> float:
        return self._real() + self.by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hand = Clock()
    monkeypatch.setattr(time, "time", hand)
    return hand


async def test_a_clock_that_is_set_back_is_noticed_and_one_that_is_set_forward_or_nudged_is_not(clock: Clock):
    noticed = asyncio.create_task(until_set_back(0.01))
    for by in (TWO_HOURS, TWO_HOURS - 3):
        clock.by = by
        await asyncio.sleep(0.05)
        assert not noticed.done()
    clock.by = 0
    assert round(await asyncio.wait_for(noticed, 5)) == TWO_HOURS - 3


async def test_jobs_that_would_wait_for_the_clock_to_be_there_again_run_at_once(
    monkeypatch: pytest.MonkeyPatch,
):
    runs: list[str] = []
    jobs = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    ahead = datetime.now(UTC) + timedelta(hours=2)
    for name in ("dispatch", "digest"):
        jobs.add_job(_run, "interval", (runs, name), seconds=1, id=name, next_run_time=ahead)
    jobs.start()
    back = asyncio.Event()
    monkeypatch.setattr(scheduler, "until_set_back", _once(back))
    watch = asyncio.create_task(scheduler._keep_in_time(jobs))
    await asyncio.sleep(0.1)
    assert runs == []

    back.set()

    async with asyncio.timeout(10):
        while min(runs.count("dispatch"), runs.count("digest")) < 2:  # and again, at their interval
            await asyncio.sleep(0.05)
    watch.cancel()
    jobs.shutdown(wait=False)


async def _run(runs: list[str], name: str) -> None:
    runs.append(name)


def _once(back: asyncio.Event):
    """The clock is set back when the event says so, and then never again."""

    async def until() -> float:
        await back.wait()
        back.clear()
        return TWO_HOURS

    return until


@pytest.mark.server
async def test_our_own_engine_is_started_again_and_nobody_takes_it_for_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    back = asyncio.Event()
    monkeypatch.setattr(embedded.engine, "until_set_back", _once(back))
    async with engine(Plan(tmp_path, free_ports(1)[0])) as running:
        before, ended = running.pid, asyncio.create_task(running.ended())
        back.set()
        async with asyncio.timeout(60):
            while running.pid == before or not await running.healthy():
                await asyncio.sleep(0.05)
        assert not ended.done()
        ended.cancel()
