"""How late reminders are that fall due in one second: from that second until their row is written, by the host's clock.

Ours runs under a policy that is in use, whose next rung is days away; the plain one has a single rung.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles

from benchmarks.figures import Figure
from benchmarks.lifecycle import fixed, opening
from benchmarks.sides import Ours, Plain, Side
from benchmarks.world import World
from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold_all
from lifecycle.opening import open_case
from lifecycle.rules import rules_for

POLICY = "accelerated-cause-of-concern"
ISSUED = date(2017, 6, 5)
TENS = 10
LANES = 4
SAMPLE = 40
AMPLE = 1.5
SPARE = timedelta(seconds=5)


async def measure(there: World, size: int) -> list[Figure]:
    """Ours and the plain one, one after the other."""
    ours = await _herd(there.ours, _start_ours(there.ours), size)
    plain = await _herd(there.plain, _start_plain(there.plain.with_one_rung()), size)
    herd = f"{size:,} reminders due in one second"
    return [
        Figure(f"{what} lateness of {herd}, s", mine, other, digits=2)
        for what, mine, other in zip(("median", "99th percentile", "greatest"), ours, plain, strict=True)
    ]


Start = Callable[[Sequence[str], datetime], Awaitable[None]]


def _start_ours(side: Ours) -> Start:
    rules = newest(POLICY)
    found = rules_for(rules.hash, load_calendars(rules.calendar).hash, "england-and-wales")
    opened = datetime(2017, 6, 5, 12, tzinfo=UTC)
    case = fold_all(Case(id="x"), open_case(opening("recommendation/a/b", rules, ISSUED), opened, found))
    first = next_instant(case, found)
    assert first is not None
    return lambda cases, due: side.start_under(rules, ISSUED, cases, first, due)


def _start_plain(side: Plain) -> Start:
    after = timedelta(seconds=fixed().phase[0].rungs[0].second)
    return lambda cases, due: side.start(cases, due - after)


async def _herd(side: Side, start: Start, size: int) -> tuple[float, float, float]:
    sample = side.named("sample", min(SAMPLE, size))
    began = time.perf_counter()
    await _all(side, start, sample, datetime.now(UTC) + timedelta(days=1))
    each = (time.perf_counter() - began) / len(sample)
    due = (datetime.now(UTC) + timedelta(seconds=size * each * AMPLE) + SPARE).replace(microsecond=0)
    herd = side.named("herd", size)
    await _all(side, start, herd, due)
    if datetime.now(UTC) >= due:
        raise RuntimeError("starting the herd took too long: other work runs on this machine; try again")
    await asyncio.gather(*(side.watch.until(case, "rung", 1) for case in herd))
    late = sorted(_late(side, due))
    return quantiles(late, n=2)[0], quantiles(late, n=100)[-1], late[-1]


async def _all(side: Side, start: Start, cases: Sequence[str], due: datetime) -> None:
    tens = [cases[first : first + TENS] for first in range(0, len(cases), TENS)]
    await asyncio.gather(*(_lane(side, start, tens[lane::LANES], due) for lane in range(LANES)))


async def _lane(side: Side, start: Start, tens: Sequence[Sequence[str]], due: datetime) -> None:
    for cases in tens:
        await start(cases, due)
        await side.opened(cases)


def _late(side: Side, due: datetime) -> list[float]:
    """Seconds from `due` until each row of the herd was written."""
    asked = "SELECT recorded_at FROM event WHERE stream LIKE 'recommendation/herd-%' AND kind = 'rung_fell'"
    with closing(sqlite3.connect(f"file:{side.ledger}?mode=ro", uri=True)) as ledger:
        rows = ledger.execute(asked).fetchall()
    return [(datetime.fromisoformat(at).replace(tzinfo=UTC) - due).total_seconds() for (at,) in rows]
