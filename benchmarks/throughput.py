"""Whole lives per second, rungs and all, with as many under way as keep the machine busy; and what a life costs.

A life here lasts about twenty seconds, for its rungs stand two seconds apart. So lives are led in lanes that begin one
after another, ten cases to a lane; a lane's next ten begin when its last ten have ended.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, Goal
from benchmarks.sides import Side, all_fire
from benchmarks.workers import cpu_seconds
from benchmarks.world import World

LANES = 36
ABREAST = 10
LIFE = 17.0  # seconds
REST = 0.3
SOON = timedelta(seconds=1)


@dataclass(frozen=True)
class Run:
    """What one side took for so many lives: seconds, and processor seconds of its worker and of the server."""

    lives: int
    took: float
    worker: float
    server: float


async def measure(there: World, size: int, rounds: int = 1) -> list[Figure]:
    """Ours and the plain one in turn, `size` lives each time: some three for each place abreast, so that filling the
    lanes and emptying them weigh little."""
    runs: dict[str, list[Run]] = {side.name: [] for side in there.sides}
    for number in range(rounds):
        for side in there.sides:
            runs[side.name].append(await _run(there, side, side.named(f"lives-{number}", size)))
    ours, plain = (_all(runs[side.name]) for side in there.sides)
    merged = there.ours.watch.merged
    noted = f"; {merged} of {ours.lives * 8} rungs came late enough to be merged" if merged else ""
    return [
        Figure(
            f"lifecycles per second{noted}",
            ours.lives / ours.took,
            plain.lives / plain.took,
            Goal(2, over=True),
        ),
        Figure("processor ms per lifecycle, worker", _each(ours, ours.worker), _each(plain, plain.worker)),
        Figure("processor ms per lifecycle, server", _each(ours, ours.server), _each(plain, plain.server)),
    ]


def _all(runs: Sequence[Run]) -> Run:
    return Run(
        sum(run.lives for run in runs),
        sum(run.took for run in runs),
        sum(run.worker for run in runs),
        sum(run.server for run in runs),
    )


def _each(run: Run, seconds: float) -> float:
    return seconds * 1000 / run.lives


async def _run(there: World, side: Side, cases: Sequence[str]) -> Run:
    tens = [cases[first : first + ABREAST] for first in range(0, len(cases), ABREAST)]
    lanes = [tens[lane::LANES] for lane in range(min(LANES, len(tens)))]
    worker, server, began = cpu_seconds(side.worker.pid), cpu_seconds(there.engine.pid), time.perf_counter()
    await asyncio.gather(
        *(_lane(side, lane, number * LIFE / len(lanes)) for number, lane in enumerate(lanes))
    )
    return Run(
        len(cases),
        time.perf_counter() - began,
        cpu_seconds(side.worker.pid) - worker,
        cpu_seconds(there.engine.pid) - server,
    )


async def _lane(side: Side, tens: Sequence[Sequence[str]], after: float) -> None:
    await asyncio.sleep(after)
    for cases in tens:
        await side.start(cases, datetime.now(UTC) + SOON)
        await asyncio.gather(*(side.live(case, all_fire, REST) for case in cases))
