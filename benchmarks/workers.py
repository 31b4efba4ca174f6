"""Workers as processes of their own, so that what each costs in time and memory can be read from outside."""

import asyncio
import contextlib
import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy.engine import make_url
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.empty import BareWorkflow, EmptyWorkflow, nothing
from benchmarks.lifecycle import shelve_policy
from benchmarks.plain import PlainWorkflow
from benchmarks.plain_steps import PlainSteps
from config.temporal import connect_to
from models.database import Database
from secrecy.case_keys import CaseKeys
from secrecy.ring import Ring
from worker import THREADS, runner, working

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


class Process:
    """A worker process: `ours`, `sealed`, `plain` or `empty`. It is asked over its standard input, and ends with it."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    @property
    def pid(self) -> int:
        return self._child.pid

    async def memory(self) -> int:
        """Its resident memory in bytes, after all garbage is collected."""
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(b"memory\n")
        return int(json.loads(await self._child.stdout.readline()))


@contextlib.asynccontextmanager
async def worker_process(
    kind: str, queue: str, address: str, url: str, cached: int
) -> AsyncIterator[Process]:
    """A worker of this kind while the block runs; the empty workflow's is at `<queue>-empty`."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.workers", kind, queue, address, url, str(cached)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=_environ(url),
    )
    assert child.stdin
    assert child.stdout
    try:
        if await child.stdout.readline() != b"working\n":
            raise RuntimeError(f"the {kind} worker did not start; its reason is above")
        yield Process(child)
    finally:
        child.stdin.close()
        await child.wait()


def _environ(url: str) -> dict[str, str]:
    """Compiled modules are kept, as they are where nobody forbids it: the plain one's sandbox imports it for each
    case, and would compile it each time."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(make_url(url).database or "").parent / "compiled")}


def keys_of(database: Database) -> CaseKeys:
    """Data keys in this ledger, under a master key that everybody knows."""
    return CaseKeys(database, Ring(["of the benchmark"]), "default")


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextlib.asynccontextmanager
async def _plain(client: Client, database: Database, queue: str, cached: int) -> AsyncIterator[None]:
    steps = PlainSteps(database)
    with ThreadPoolExecutor(THREADS) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[PlainWorkflow],
            activities=[steps.open_case, steps.remind, steps.record_act, steps.tell],
            activity_executor=threads,
            max_concurrent_activities=THREADS,
            max_cached_workflows=cached,
        ):
            yield


@contextlib.asynccontextmanager
async def _ours(client: Client, database: Database, queue: str, cached: int) -> AsyncIterator[None]:
    """As in production, with the empty workflows beside it in the same process, run in the same way."""
    shelve_policy()
    with ThreadPoolExecutor(THREADS) as threads:
        async with (
            working(client, database, task_queue=queue, cached=cached),
            Worker(
                client,
                task_queue=f"{queue}-empty",
                workflows=[EmptyWorkflow, BareWorkflow],
                activities=[nothing],
                workflow_runner=runner(strict=False),
                activity_executor=threads,
                max_concurrent_activities=THREADS,
                max_cached_workflows=cached,
            ),
        ):
            yield


async def main(kind: str, queue: str, address: str, url: str, cached: str) -> None:
    """Work until standard input ends; answer `memory` with the resident bytes."""
    database = Database(url)
    client = await connect_to(address, keys=keys_of(database) if kind == "sealed" else None)
    works = {"ours": _ours, "sealed": _ours, "plain": _plain}[kind]
    async with works(client, database, queue, int(cached)):
        print("working", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(resident()), flush=True)
    database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
