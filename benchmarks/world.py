"""One server for all that is measured: the embedded engine as in production, two ledgers, two workers."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from benchmarks.lifecycle import shelve_policy
from benchmarks.sides import Ours, Plain
from benchmarks.watch import watching
from benchmarks.workers import worker_process
from config.policy_files import fill_shelf
from embedded.engine import Engine, engine
from embedded.plan import Plan
from embedded.ports import free_ports
from models.database import Database
from models.schema import upgrade


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
    def sides(self) -> tuple[Ours, Plain]:
        return (self.ours, self.plain)


@contextlib.asynccontextmanager
async def world(cached: int = 1000) -> AsyncIterator[World]:
    """Everything started in a folder of its own, stopped and removed when the block ends."""
    fill_shelf()
    shelve_policy()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="followthrough-bench-")))
        [port] = free_ports(1)
        running = await stack.enter_async_context(engine(Plan(folder / "home", port)))
        sides = []
        for kind in (Ours, Plain):
            ledger = new_ledger(folder / f"{kind.name}.db")
            worker = await stack.enter_async_context(
                worker_process(kind.name, running.address, f"sqlite:///{ledger}", cached)
            )
            watch = await stack.enter_async_context(watching(ledger))
            sides.append(kind(running.client, worker, ledger, watch))
        ours, plain = sides
        assert isinstance(ours, Ours)
        assert isinstance(plain, Plain)
        yield World(running, folder, ours, plain)


def new_ledger(path: Path) -> Path:
    """A ledger with its schema and nothing in it."""
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path
