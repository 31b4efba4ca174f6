"""What goes wrong, by seed: which program is killed when, and for how long; when clocks step, when the disk is full."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.soak.disk import Disk
from benchmarks.soak.plant import Plant
from benchmarks.soak.programs import STEP

GAP = (0.3, 3.0)
"""Seconds before a kill."""
AT_WORK = 0.5
"""Before so many of the kills we wait until all is at work again; the others meet programs that are coming up."""
KILL_SECONDS = 4.0
"""About so long a kill takes, from one to the next."""
DOWN = (0.0, 2.0)
WEIGHTS = {"worker": 5, "engine": 2, "console": 2, "database": 2}
BY_DAY = ((0.3, -2), (0.4, 2), (0.6, 2), (0.75, -2), (0.85, 2))
"""After which share of the kills clocks step by how many hours."""
BY_NIGHT = ((0.5, -2), (0.75, 2))
KILLS_A_FULL_DISK = 15
FULL = (1.0, 4.0)
"""Seconds for which the disk is full."""


@dataclass(frozen=True)
class Kill:
    at_work: bool
    after: float
    target: str
    down: float


@dataclass(frozen=True)
class Step:
    hours: int


@dataclass(frozen=True)
class Full:
    seconds: float


Fault = Kill | Step | Full


def timeline(
    chance: random.Random, kills: int, targets: list[str], steps: Sequence[tuple[float, int]], *, disk: bool
) -> list[Fault]:
    """The same for the same chance."""
    weights = [WEIGHTS[target] for target in targets]
    due: list[tuple[float, Step | Full]] = [(share * kills, Step(hours)) for share, hours in steps]
    if disk:
        fulls = max(1, kills // KILLS_A_FULL_DISK)
        due += [(kills * (n + 0.6) / fulls, Full(chance.uniform(*FULL))) for n in range(fulls)]
    due.sort(key=lambda one: one[0])
    found: list[Fault] = []
    for number in range(kills):
        while due and due[0][0] <= number:
            found.append(due.pop(0)[1])
        [target] = chance.choices(targets, weights)
        at_work = chance.random() < AT_WORK
        found.append(Kill(at_work, chance.uniform(*GAP), target, chance.uniform(*DOWN)))
    return found + [one for _, one in due]


class Faults:
    """Does it, and writes down what was done: `faults.jsonl`."""

    def __init__(self, plant: Plant, disk: Disk) -> None:
        self.plant = plant
        self.disk = disk
        self.done: Counter[str] = Counter()
        self._record = (plant.folder / "faults.jsonl").open("a", encoding="utf-8")
        self._revivals: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        self._record.close()

    async def run(self, timeline: Sequence[Fault]) -> None:
        for one in timeline:
            match one:
                case Kill():
                    if one.at_work:
                        await self.plant.at_work()
                    await asyncio.sleep(one.after)
                    await self._there(one.target)
                    self.kill(one.target, one.down)
                case Step():
                    self.step(timedelta(hours=one.hours))
                case Full():
                    await self._fill(one.seconds)
        await asyncio.gather(*self._revivals)

    async def _there(self, target: str) -> None:
        """Wait until it runs: a program that is down already cannot be killed."""
        while not self.plant.programs[target].alive:
            await asyncio.sleep(STEP)

    def kill(self, target: str, down: float) -> None:
        self.note("kill", target)
        self.done[f"{target} killed"] += 1
        self.plant.programs[target].kill()
        task = asyncio.create_task(self._revive(target, down))
        self._revivals.add(task)
        task.add_done_callback(self._revivals.discard)

    async def _revive(self, target: str, down: float) -> None:
        await asyncio.sleep(down)
        program = self.plant.programs[target]
        if not program.alive:
            program.start()

    def step(self, by: timedelta) -> None:
        """The clocks of all hosts but the database's. Whoever sets one back restarts the engine (docs/operating.md)."""
        hours = f"{by.total_seconds() / 3600:+.0f} h"
        self.note("clock", hours)
        self.done[f"clocks set {hours}"] += 1
        self.plant.wall.step(by)
        if by < timedelta(0):
            self.note("restart", "engine")
            self.done["engine restarted after that"] += 1
            self.plant.programs["engine"].kill()
            self.plant.programs["engine"].start()

    async def _fill(self, seconds: float) -> None:
        self.note("disk full", f"{seconds:.1f} s")
        self.done["disk full"] += 1
        self.disk.fill()
        await asyncio.sleep(seconds)
        self.disk.empty()
        self.note("disk free", "")

    def note(self, what: str, which: str) -> None:
        line = {"at": datetime.now(UTC).isoformat(), "what": what, "which": which}
        self._record.write(json.dumps(line) + "\n")
        self._record.flush()
