"""`make bench`: ours beside a plain workflow of the same lifecycle, in one run on one server.

    python -m benchmarks.bench [--size 200] [--json]

Figures are ratios of the same run, taken in turn (A B A B). `--size` is lifecycles for each side; reminders are 25
times as many, cached cases 5 times.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from temporalio.client import WorkflowHandle

from activities.ledger.append import append
from benchmarks.lifecycle import act, fixed, opening, policy
from benchmarks.sides import Fired, Ours, Side, all_fire, four_overtaken, none_fires
from benchmarks.world import World, new_ledger, world
from lifecycle.case import Case, fold_all
from lifecycle.decisions import decide
from lifecycle.events import Event
from lifecycle.opening import open_case
from lifecycle.rules import rules_for
from models.database import Database
from models.messages import Append

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 50
ROUNDS = 4


@dataclass(frozen=True)
class Row:
    """One figure: ours, the plain one's or another yardstick, the ratio, and the goal for it."""

    figure: str
    ours: float
    other: float | None
    ratio: float | None
    goal: str
    met: bool | None


async def bench(size: int) -> AsyncIterator[Row]:
    """All figures, in one world, as they come."""
    async with world(cached=size * 6) as there:
        few = max(4, size // 20)
        for row in await _economy(there, few, all_fire, "all rungs fire", 0.75, 0.45):
            yield row
        for row in await _economy(there, few, four_overtaken, "four overtaken", 0.60, 0.30):
            yield row
        yield await _throughput(there, size)
        yield await _act_delay(there, size)
        yield await _memory(there, size * 5)
        yield await _lateness(there, size * 25)


async def _each(things: Sequence[T], deed: Callable[[T], Awaitable[R]]) -> list[R]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with gate:
            return await deed(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


def _names(side: Side, what: str, size: int) -> list[str]:
    return [f"recommendation/{what}-{number}/{side.name}" for number in range(size)]


async def _economy(
    there: World, size: int, fired: Fired, what: str, events_goal: float, transitions_goal: float
) -> list[Row]:
    counted = {}
    for side in there.sides:
        nine = datetime.now(UTC) + timedelta(seconds=3)
        handles = await _each(
            _names(side, what.replace(" ", "-"), size), partial(side.live, nine=nine, fired=fired)
        )
        counted[side.name] = [await _counts(handle) for handle in handles]
    events, transitions = (
        {name: statistics.median(one[index] for one in many) for name, many in counted.items()}
        for index in (0, 1)
    )
    return [
        _row(f"history events per lifecycle, {what}", events["ours"], events["plain"], events_goal),
        _row(
            f"state transitions per lifecycle, {what}",
            transitions["ours"],
            transitions["plain"],
            transitions_goal,
        ),
    ]


async def _counts(handle: WorkflowHandle[Any, Any]) -> tuple[int, int]:
    info = (await handle.describe()).raw_description.workflow_execution_info
    return info.history_length, info.state_transition_count


def _row(figure: str, ours: float, other: float, under: float) -> Row:
    ratio = ours / other
    return Row(figure, round(ours, 1), round(other, 1), round(ratio, 2), f"under {under}", ratio < under)


async def _throughput(there: World, size: int) -> Row:
    took: dict[str, list[float]] = {side.name: [] for side in there.sides}
    later = datetime.now(UTC) + timedelta(hours=5)
    for turn in range(ROUNDS):
        for side in there.sides:
            names = _names(side, f"fast-{turn}", size // ROUNDS)
            began = time.perf_counter()
            await _each(names, partial(side.live, nine=later, fired=none_fires))
            took[side.name].append(len(names) / (time.perf_counter() - began))
    ours, plain = statistics.median(took["ours"]), statistics.median(took["plain"])
    return Row(
        "lifecycles per second, acts only",
        round(ours, 1),
        round(plain, 1),
        round(ours / plain, 2),
        "over 2",
        ours / plain > 2,
    )


async def _act_delay(there: World, size: int) -> Row:
    """From handing in an act to its receipt, when its row is committed; beside an empty update and a bare commit."""
    later = datetime.now(UTC) + timedelta(hours=5)
    empty = await there.client.start_workflow("EmptyWorkflow", id="empty", task_queue="empty")
    acts, updates, commits = [], [], []
    scratch = _Scratch(new_ledger(there.folder / "scratch.db"))
    await empty.execute_update("empty", "warm")
    for case in _names(there.ours, "delay", size):
        handle = await there.ours.start(case, later)
        await there.ours.watch.until(case, "clock_started", 1)
        asked = fixed().phase[0]
        acts.append(await _timed(partial(there.ours.take, handle, asked)))
        updates.append(await _timed(lambda: empty.execute_update("empty", "x")))
        commits.append(scratch.commit(case))
    scratch.close()
    ours = statistics.median(acts) * 1000
    update, commit = statistics.median(updates) * 1000, statistics.median(commits) * 1000
    said = f"an act until committed, ms (empty update {update:.1f} + commit {commit:.1f})"
    return _row(said, ours, update + commit, 2)


async def _timed(deed: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await deed()
    return time.perf_counter() - began


class _Scratch:
    """The same append as the act's, on a ledger of its own, without a server."""

    def __init__(self, ledger: Path) -> None:
        self.database = Database(f"sqlite:///{ledger}")
        self.rules = rules_for(
            policy().hash,
            opening("recommendation/scratch/ours", policy(), fixed().issued).calendar_hash,
            "england-and-wales",
        )

    def commit(self, case_id: str) -> float:
        now = fixed().nine - timedelta(hours=5)
        events = open_case(opening(case_id, policy(), fixed().issued), now, self.rules)
        self._append(case_id, 0, None, events)
        case = fold_all(Case(id=case_id), events)
        asked = act(case_id, fixed().phase[0])
        following = decide(case, asked, now, self.rules)
        began = time.perf_counter()
        self._append(case_id, case.seq, asked.key, following)
        return time.perf_counter() - began

    def _append(self, stream: str, seq: int, key: str | None, events: tuple[Event, ...]) -> None:
        with self.database.writing() as session:
            append(session, Append(stream=stream, expected_seq=seq, act_key=key, events=events))

    def close(self) -> None:
        self.database.close()


async def _lateness(there: World, size: int) -> Row:
    """Reminders due at one second: from that second until their row is written, by the host's clock."""
    ours = there.ours
    lead = timedelta(seconds=15 + size / 40)
    nine = datetime.now(UTC) + lead
    names = _names(ours, "herd", size)
    await _each(names, lambda case: ours.start(case, nine))
    first = nine + timedelta(seconds=fixed().phase[0].rungs[0].second)
    await _each(names, lambda case: ours.watch.until(case, "rung", 1))
    late = sorted(_written(ours, first))
    worst = late[int(len(late) * 0.99) - 1]
    return Row(
        f"lateness of {size} reminders due at one second, s: median (99th percentile {worst:.1f})",
        round(statistics.median(late), 2),
        None,
        None,
        "",
        None,
    )


def _written(side: Ours, due: datetime) -> list[float]:

    with sqlite3.connect(f"file:{side.ledger}?mode=ro", uri=True) as ledger:
        rows = ledger.execute(
            "select recorded_at from event where stream like 'recommendation/herd-%' and seq = "
            "(select min(seq) from event e where e.stream = event.stream and e.kind in ('rung_fell', 'rung_passed'))"
        )
        return [(datetime.fromisoformat(at).replace(tzinfo=UTC) - due).total_seconds() for (at,) in rows]


async def _memory(there: World, size: int) -> Row:
    later = datetime.now(UTC) + timedelta(hours=5)
    measured = []
    for side in there.sides:
        await _started(side, "memory-warm", size // 5, later)
        before = await side.worker.memory()
        await _started(side, "memory", size, later)
        measured.append((await side.worker.memory() - before) / size / 1024)
    ours, plain = measured
    return Row(
        "memory per cached case, KiB",
        round(ours, 1),
        round(plain, 1),
        round(ours / plain, 2),
        "under 60 KiB",
        ours < 60,
    )


async def _started(side: Side, what: str, size: int, nine: datetime) -> None:
    async def one(case: str) -> None:
        await side.start(case, nine)
        await side.watch.until(case, "clock_started", 1)

    await _each(_names(side, what, size), one)
    await asyncio.sleep(2)


def _cells(row: Row) -> str:
    met = {True: "yes", False: "NO", None: ""}[row.met]
    cells = (row.figure, row.ours, row.other, row.ratio, row.goal, met)
    return "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"


async def _print(size: int, as_json: bool) -> None:
    if not as_json:
        print("| figure | ours | other | ratio | goal | met |\n|---|---|---|---|---|---|", flush=True)
    async for row in bench(size):
        print(json.dumps(asdict(row)) if as_json else _cells(row), flush=True)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--size", type=int, default=200)
    reader.add_argument("--json", action="store_true", help="a JSON object a line")
    given = reader.parse_args()
    asyncio.run(_print(given.size, given.json))


if __name__ == "__main__":
    main()
