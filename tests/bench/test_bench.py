"""The benchmark at a small size: what it counts is exact; what it times is only shown to be there."""

import asyncio

import pytest

from benchmarks import delay, economy, lateness, memory, sealing, throughput
from benchmarks.figures import Figure, Goal, head, row
from benchmarks.world import World, world

pytestmark = [pytest.mark.server]


async def test_whole_lives_are_counted_on_both_sides_and_what_is_timed_is_there() -> None:
    """In one world, and rates beside all others: lives last some twenty seconds however few they are."""

    async def others(there: World) -> tuple[list[Figure], list[Figure]]:
        counted = await economy.measure(there, 2)
        quick = [*await delay.measure(there, 10), *await sealing.measure(there, 10)]
        return counted, [*quick, *await memory.measure(there, 10), *await lateness.measure(there, 10)]

    async with world() as there:
        rates, (counted, timed) = await asyncio.gather(throughput.measure(there, 1, rounds=1), others(there))
    timed += rates
    beside_plain = [one for one in counted if "lean" not in one.name]
    assert len(counted) == 8
    assert [one.met for one in beside_plain] == [True] * 4
    assert all(one.ratio is not None and one.ratio < 0.8 for one in counted)
    assert all(one.yardstick is None or one.yardstick > 0 for one in timed)
    assert sum(one.goal is not None for one in timed) == 3
    assert head().count("\n") == 1
    assert {len(row(one)) for one in timed} == {len(head().split("\n")[0])}


def test_a_goal_with_a_unit_is_for_ours_and_one_without_for_the_ratio() -> None:
    assert Figure("memory", 50, 100, Goal(60, unit=" KiB")).met
    assert not Figure("memory", 70, 700, Goal(60, unit=" KiB")).met
    assert Figure("speed", 30, 10, Goal(2, over=True)).met
    assert not Figure("events", 8, 10, Goal(0.6)).met
