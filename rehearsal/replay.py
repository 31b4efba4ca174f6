"""Replaying a history: real workflows on a real Temporal server of its own, in virtual time, from first to last day.

Everything is in one folder: engine.db, ledger.db, inbox/*.eml, letters/*.html, timeline.html, replay.json; and, when
it is kept, the public site as it would stand in the end: site/current.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports
from lifecycle.dates import end_of_day, local_date, plain_date
from models.database import Database
from office.desk import Desk
from office.reports import ReportDesk
from publication.build import build
from rehearsal.acting import Cast
from rehearsal.conductor import Conductor, VirtualClock
from rehearsal.deeds import deeds, ends_on, opens_at
from rehearsal.errors import FolderTaken
from rehearsal.history import History
from rehearsal.history_file import find_history, read_history
from rehearsal.outputs import write_letters
from rehearsal.performance import Performance
from rehearsal.post import Post
from rehearsal.result import ReplayResult, read_result
from rehearsal.stage import open_ledger, open_report, set_stage
from rehearsal.timeline import write_timeline
from worker import TASK_QUEUE, working

PATIENCE = timedelta(seconds=60)
SITE = "site"
ADDRESS = "https://recommendations.inspectorate.example"
"""Where the rehearsed site would stand: feeds and the sitemap must say some address."""
Progress = Callable[[int, int, str], None]


async def replay(
    history: Path | str, *, keep: Path | None = None, progress: Progress | None = None
) -> ReplayResult:
    """Replay a history, by the path of its file or the name of one that is shipped.

    With `keep` everything stays in that folder; without, in a temporary one that goes away. `progress` hears of deeds
    done, of how many, and of the day reached. Whatever was started is stopped, also on an error.

    Raises:
        HistoryError: for a file that cannot be replayed. DeedFailed: when an act of it is refused.
        FolderTaken: when `keep` is not empty. NoEngine, EngineFailed: without a Temporal server to start.
    """
    began = time.monotonic()
    told = read_history(find_history(history))
    with _folder(keep) as folder:
        database = open_ledger(folder / "ledger.db")
        try:
            until = await _play(told, folder, database, progress or _silence)
            await asyncio.to_thread(_write, told, folder, database)
            if keep:
                await asyncio.to_thread(build, database, folder / SITE, ADDRESS, local_date(until))
            seconds = time.monotonic() - began
            result = await asyncio.to_thread(
                read_result, told, database, folder, until=until, seconds=seconds
            )
        except Exception:
            _end_if_interrupted()
            raise
        finally:
            database.close()
    return result.model_copy(update={"folder": str(keep)}) if keep else result


def _end_if_interrupted() -> None:
    """An act broken off by Ctrl-C says that the engine does not answer; what ended it is the interruption."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from None


async def _play(history: History, folder: Path, database: Database, progress: Progress) -> datetime:
    """The run itself; answers the instant by which everything has happened."""
    await asyncio.to_thread(set_stage, database, history)
    clock, until = VirtualClock(opens_at(history)), end_of_day(ends_on(history))
    [port] = free_ports(1)
    async with (
        Post(database, folder / "inbox", clock) as post,
        engine(Plan(folder, port, virtual=True)) as running,
        working(running.client, database),
    ):
        reports = ReportDesk(running.client, database, TASK_QUEUE, clock=clock)
        await open_report(history, database, reports)
        conductor = Conductor(running.client, database, clock)
        conductor.others.add(f"report/{history.report.id}")
        desk = Desk(running.client, database, clock=clock, patience=PATIENCE)
        performance = Performance(
            conductor,
            deeds(history),
            take=Cast(history, desk, reports).take,
            deliver=post.deliver,
            tell=lambda done, of, at: progress(done, of, plain_date(local_date(at))),
        )
        await performance.run(until)
    return until


def _write(history: History, folder: Path, database: Database) -> None:
    write_letters(database, folder / "letters")
    write_timeline(history, database, folder / "timeline.html")


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="followthrough-replay-") as name:
            yield Path(name)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise FolderTaken(f"{keep} is not empty. Name a new folder: each replay begins with an empty ledger.")
    yield keep


def _silence(done: int, of: int, what: str) -> None:
    """Nobody listens."""
