"""One server for all that is measured: the embedded engine as in production, and a ledger and worker for each side."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from temporalio.client import Client

from benchmarks.lifecycle import shelve_policy
from benchmarks.sides import Ours, Plain, Side
from benchmarks.watch import watching
from benchmarks.workers import worker_process
from config.policy_files import fill_shelf
from embedded.engine import Engine, engine
from embedded.plan import Plan
from embedded.ports import free_ports
from models.database import Database
from models.schema import upgrade

S = TypeVar("S", bound=Side)
CACHED = 6000  # all cases of a figure stay in memory, on both sides


@dataclass(frozen=True)
class World:
    """A running server with ours and the plain one at work on it."""

    engine: Engine
    folder: Path
    ours: Ours
    plain: Plain

    @property
    def client(self) -> Client:
        return self.engine.client

    @property
    def sides(self) -> tuple[Side, Side]:
        return (self.ours, self.plain)


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Everything started in a folder of its own, stopped and removed when the block ends."""
    fill_shelf()
    shelve_policy()
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="followthrough-bench-") as name:
        folder = Path(name)
        async with (
            engine(Plan(folder / "home", port)) as running,
            at_work(Ours, running, folder) as ours,
            at_work(Plain, running, folder) as plain,
        ):
            yield World(running, folder, ours, plain)


@contextlib.asynccontextmanager
async def at_work(
    kind: type[S], running: Engine, folder: Path, *, what: str = "bench", cached: int = CACHED
) -> AsyncIterator[S]:
    """A side with a ledger, a task queue and a worker process of its own."""
    queue = f"{what}-{kind.name}"
    ledger = new_ledger(folder / f"{queue}.db")
    async with (
        worker_process(kind.name, queue, running.address, f"sqlite:///{ledger}", cached) as worker,
        watching(ledger) as watch,
    ):
        yield kind(running.client, queue, worker, ledger, watch)


def new_ledger(path: Path) -> Path:
    """A ledger with its schema and nothing in it."""
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path
