"""A worker that is killed, with kill -9, at the points that a file names, and started again each time.

The parent has everything imported and forks a worker; a killed one is followed by the next. Each point kills once.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

from temporalio import activity
from temporalio.worker import Worker

import worker
from activities.ledger.recording import LedgerActivities
from config.temporal import connect_to
from models.database import Database
from models.messages import Append, Appended

DYING = threading.Lock()


class Doomed(LedgerActivities):
    """Dies before the transaction of a step, or after it was committed and before anybody knows."""

    points: dict[str, tuple[str, str]]
    folder: Path

    @activity.defn(name="append")
    def append(self, request: Append) -> Appended:
        self._die(request, "before")
        answer = super().append(request)
        self._die(request, "after")
        return answer

    def _die(self, request: Append, when: str) -> None:
        if self.points.get(request.stream) != (step_of(request), when):
            return
        with DYING:
            mark = self.folder / request.stream.replace("/", "-")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)


def step_of(request: Append) -> str:
    """open, rung, or the act's own name."""
    if request.act_key:
        return request.act_key.partition("@")[0]
    return "rung" if request.expected_seq else "open"


async def work(address: str, queue: str, url: str) -> None:
    quick = partial(Worker, sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=300))
    vars(worker).update(Worker=quick, LedgerActivities=Doomed)
    client = await connect_to(address)
    async with worker.working(client, Database(url), task_queue=queue):
        await worker.stop_on_signals().wait()


def main(address: str, queue: str, url: str, folder: Path) -> None:
    told: dict[str, list[str]] = json.loads((folder / "points.json").read_text())
    Doomed.points = {case: (step, when) for case, (step, when) in told.items()}
    Doomed.folder = folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            asyncio.run(work(address, queue, url))
            os._exit(0)
        try:
            _, status = os.waitpid(child, 0)
        except SystemExit:
            os.kill(child, signal.SIGKILL)
            raise
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.exit(f"the worker ended by itself: {status}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
