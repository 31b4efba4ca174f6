"""What sealing costs: an act on a case whose history is sealed, in turn with one whose history is not."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.delay import PAUSE
from benchmarks.figures import Figure
from benchmarks.lifecycle import Phase, fixed
from benchmarks.sides import Ours, Sealed, Side
from benchmarks.world import World, at_work


async def measure(there: World, size: int) -> list[Figure]:
    """`size` acts of each, from handing one in to its receipt."""
    async with at_work(Sealed, there.engine, there.folder) as sealed:
        sides: tuple[Ours, Ours] = (sealed, there.ours)
        times = await _take_turns(sides, max(2, size // len(fixed().phase)))
    first, second = (median(times[side.name]) * 1000 for side in sides)
    return [Figure("an act until its rows are committed, sealed, ms, beside one unsealed", first, second)]


async def _take_turns(sides: tuple[Side, ...], lives: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {side.name: [] for side in sides}
    later = datetime.now(UTC) + timedelta(hours=5)
    for number in range(lives):
        cases = {side.name: f"recommendation/sealing-{number}/{side.name}" for side in sides}
        for side in sides:
            await side.start([cases[side.name]], later)
            await side.opened([cases[side.name]])
        for phase in fixed().phase:
            for side in sides:
                times[side.name].append(await _timed(side, cases[side.name], phase))
    return times


async def _timed(side: Side, case: str, phase: Phase) -> float:
    await asyncio.sleep(PAUSE)
    began = time.perf_counter()
    await side.take(case, phase)
    return time.perf_counter() - began
