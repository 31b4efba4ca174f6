"""What the ledger shows of each case, read as it grows: how a benchmark knows that something is recorded."""

import asyncio
import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from itertools import chain
from pathlib import Path

EVERY = 0.005  # seconds
RUNGS = {"rung_fell": "rung", "rung_passed": "rung"}


class Watch:
    """Counts of events by stream and kind. A rung counts as `rung`, whether it was sent, merged into another, or
    overtaken by a start that came late because the machine was busy."""

    def __init__(self, ledger: Path) -> None:
        self._file = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, check_same_thread=False)
        self._last = 0
        self.merged = 0
        self.seen: Counter[tuple[str, str]] = Counter()
        self._waiting: dict[tuple[str, str], list[tuple[int, asyncio.Future[None]]]] = {}

    async def until(self, stream: str, kind: str, count: int) -> None:
        """Wait until the ledger has so many events of this kind in the stream."""
        if self.seen[stream, kind] >= count:
            return
        arrived = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((stream, kind), []).append((count, arrived))
        await arrived

    async def run(self) -> None:
        while True:
            for row, stream, kind, details in await asyncio.to_thread(self._more):
                self._last = row
                self.merged += kind == "rung_passed"
                self._count(stream, RUNGS.get(kind, kind))
                for _ in _overtaken(kind, details):
                    self.merged += 1
                    self._count(stream, "rung")
            await asyncio.sleep(EVERY)

    def _more(self) -> list[tuple[int, str, str, str]]:
        asked = "SELECT rowid, stream, kind, details FROM event WHERE rowid > ? ORDER BY rowid"
        return self._file.execute(asked, (self._last,)).fetchall()

    def _count(self, stream: str, kind: str) -> None:
        self.seen[stream, kind] += 1
        waiting = self._waiting.get((stream, kind), [])
        for count, arrived in waiting:
            if self.seen[stream, kind] >= count and not arrived.done():
                arrived.set_result(None)

    def stopped(self, task: asyncio.Task[None]) -> None:
        """Who waits is told why nothing more is read."""
        why = None if task.cancelled() else task.exception()
        for _, arrived in chain.from_iterable(self._waiting.values()):
            if why and not arrived.done():
                arrived.set_exception(why)

    def close(self) -> None:
        self._file.close()


def _overtaken(kind: str, details: str) -> list[object]:
    """The rungs that a clock's start overtook."""
    found: list[object] = json.loads(details).get("passed", []) if kind == "clock_started" else []
    return found


@contextlib.asynccontextmanager
async def watching(ledger: Path) -> AsyncIterator[Watch]:
    watch = Watch(ledger)
    task = asyncio.create_task(watch.run())
    task.add_done_callback(watch.stopped)
    try:
        yield watch
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        watch.close()
