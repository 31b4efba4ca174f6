"""An act's delay: from handing it in to its receipt, when its rows are committed; and where each millisecond goes."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from statistics import median

from activities.ledger.append import append
from benchmarks.figures import Figure, Goal
from benchmarks.lifecycle import Phase, act, fixed, opening, policy
from benchmarks.sides import Side
from benchmarks.world import World, new_ledger
from config.calendar_files import load_calendars
from lifecycle.case import Case, fold_all
from lifecycle.decisions import decide
from lifecycle.explain import waiting_for
from lifecycle.opening import open_case
from lifecycle.rules import rules_for
from models.database import Database
from models.messages import Append

PAUSE = 0.03  # seconds between two measurements, so that one does not wait for what the other left behind
LOOK = 0.0005

Times = dict[str, list[float]]


async def measure(there: World, size: int) -> list[Figure]:
    """`size` acts of five kinds, in turn with everything that they are measured against."""
    times = await _take_turns(there, size)
    ms = {what: median(found) * 1000 for what, found in times.items()}
    parts = ms["update"] + ms["commit"]
    rest = ms["act"] - ms["local"] - ms["statements"] - ms["commit alone"] - ms["judging"]
    return [
        Figure(
            "an act until its rows are committed, ms, beside an empty update and a commit",
            ms["act"],
            parts,
            Goal(2),
        ),
        Figure("... of that: an empty update there and back", ms["update"]),
        Figure("... a local activity, empty", ms["local"] - ms["update"]),
        Figure("... the ledger's statements", ms["statements"]),
        Figure("... their commit, on disk", ms["commit alone"]),
        Figure("... judging twice, folding, saying what is waited for", ms["judging"]),
        Figure("... the rest: messages in and out of JSON, the timer anew, search attributes", rest),
        Figure(
            "an act until its row can be read, ms, beside the plain one's signal", ms["visible"], ms["signal"]
        ),
        Figure(
            "the first act after a worker's start, ms, beside the others", times["act"][0] * 1000, ms["act"]
        ),
    ]


async def _take_turns(there: World, size: int) -> Times:
    times: Times = {}
    later = datetime.now(UTC) + timedelta(hours=5)
    idle = await there.client.start_workflow(
        "EmptyWorkflow", id="empty", task_queue=f"{there.ours.queue}-empty"
    )
    scratch = _Scratch(there, times)
    lives = max(2, size // len(fixed().phase))
    for number, (case, other) in enumerate(
        zip(there.ours.named("delay", lives), there.plain.named("delay", lives), strict=True)
    ):
        for side, name in ((there.ours, case), (there.plain, other)):
            await side.start([name], later)
            await side.opened([name])
        scratch.open(case)
        for phase in fixed().phase:
            if number % 2:
                await _timed(times, "visible", _seen(there.ours, case, phase))
            else:
                await _timed(times, "act", there.ours.take(case, phase))
            await _timed(times, "update", idle.execute_update("empty", "x"))
            await _timed(times, "local", idle.execute_update("local", "x"))
            await _timed(times, "signal", _seen(there.plain, other, phase))
            scratch.take(case, phase)
    scratch.close()
    return times


async def _timed(times: Times, what: str, deed: Awaitable[object]) -> None:
    await asyncio.sleep(PAUSE)
    began = time.perf_counter()
    await deed
    times.setdefault(what, []).append(time.perf_counter() - began)


async def _seen(side: Side, case: str, phase: Phase) -> None:
    """Take an act, and look until another connection can read its row."""
    taking = asyncio.create_task(side.take(case, phase))
    with closing(sqlite3.connect(f"file:{side.ledger}?mode=ro", uri=True)) as ledger:
        while not ledger.execute(
            "SELECT 1 FROM act_taken WHERE key = ?", (f"{case}/{phase.act}",)
        ).fetchone():
            await asyncio.sleep(LOOK)
    # The act's own answer is awaited outside the time that is taken.
    taking.add_done_callback(lambda done: done.result())


class _Scratch:
    """The same cases on a ledger of their own, without a server: what judging and writing take alone."""

    def __init__(self, there: World, times: Times) -> None:
        self.database = Database(f"sqlite:///{new_ledger(there.folder / 'scratch.db')}")
        self.rules = rules_for(policy().hash, load_calendars(policy().calendar).hash, "england-and-wales")
        self.now = fixed().nine - timedelta(hours=5)
        self.times = times
        self.case = Case(id="")

    def open(self, case: str) -> None:
        events = open_case(opening(case, policy(), fixed().issued), self.now, self.rules)
        with self.database.writing() as session:
            append(session, Append(stream=case, expected_seq=0, act_key=None, events=events))
        self.case = fold_all(Case(id=case), events)

    def take(self, case: str, phase: Phase) -> None:
        asked = act(case, phase)
        began = time.perf_counter()
        decide(self.case, asked, self.now, self.rules)
        events = decide(self.case, asked, self.now, self.rules)
        after = fold_all(self.case, events)
        awaited = waiting_for(after, self.rules)
        judged = time.perf_counter()
        request = Append(
            stream=case,
            expected_seq=self.case.seq,
            act_key=asked.key,
            events=events,
            waiting_for=awaited,
        )
        asks = time.perf_counter()
        with self.database.writing() as session:
            append(session, request)
            written = time.perf_counter()
        committed = time.perf_counter()
        self.case = after
        for what, took in (
            ("judging", judged - began),
            ("statements", written - asks),
            ("commit alone", committed - written),
            ("commit", committed - asks),
        ):
            self.times.setdefault(what, []).append(took)

    def close(self) -> None:
        self.database.close()
