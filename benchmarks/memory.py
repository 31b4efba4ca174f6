"""What a case in a worker's memory takes: growth of a fresh worker's resident memory, after collecting garbage."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from benchmarks.figures import Figure, Goal
from benchmarks.sides import Ours, Plain
from benchmarks.workers import Process
from benchmarks.world import World, at_work

TENS = 10
WARM = 200
SETTLE = 2.0  # seconds
KIB = 1024


async def measure(there: World, size: int) -> list[Figure]:
    """Cases that are open and wait for a far rung: ours, the plain one's, and the least that the SDK needs for one."""
    later = datetime.now(UTC) + timedelta(hours=5)
    warm = max(TENS, min(WARM, size))
    async with at_work(Ours, there.engine, there.folder, what="memory", cached=size + warm) as ours:
        kept = await _growth(ours.worker, lambda what, count: _opened(ours, what, count, later), size, warm)
    async with at_work(Plain, there.engine, there.folder, what="memory", cached=size + warm) as plain:
        plainly = await _growth(
            plain.worker, lambda what, count: _opened(plain, what, count, later), size, warm
        )
    async with at_work(Ours, there.engine, there.folder, what="bare", cached=size + warm) as other:
        bare = await _growth(other.worker, lambda what, count: _bare(other, what, count), size, warm)
    return [
        Figure("memory per cached case, KiB", kept, plainly, Goal(60, unit=" KiB")),
        Figure("... beside a bare workflow with the same commands", kept, bare),
    ]


async def _growth(worker: Process, add: Callable[[str, int], Awaitable[None]], size: int, warm: int) -> float:
    """KiB for each of `size` cases, after `warm` others."""
    await add("warm", warm)
    await asyncio.sleep(SETTLE)
    before = await worker.memory()
    await add("kept", size)
    await asyncio.sleep(SETTLE)
    return (await worker.memory() - before) / size / KIB


async def _opened(side: Ours | Plain, what: str, count: int, nine: datetime) -> None:
    for cases in _tens(side.named(f"memory-{what}", count)):
        await side.start(cases, nine)
        await side.opened(cases)


async def _bare(side: Ours, what: str, count: int) -> None:
    for names in _tens([f"bare-{what}-{number}" for number in range(count)]):
        handles = await asyncio.gather(
            *(
                side.client.start_workflow("BareWorkflow", id=name, task_queue=f"{side.queue}-empty")
                for name in names
            )
        )
        await asyncio.gather(*(_at_rest(handle) for handle in handles))


async def _at_rest(handle: WorkflowHandle[Any, Any]) -> None:
    """Until its timer is set, which is its seventh event."""
    while (await handle.describe()).history_length < 7:
        await asyncio.sleep(0.05)


def _tens(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[first : first + TENS] for first in range(0, len(names), TENS)]
