"""The benchmark at a small size: what it counts is exact; what it times is only shown to be there."""

import pytest

from benchmarks import delay, economy, lateness, memory, sealing, throughput
from benchmarks.figures import Figure, Goal, head, row
from benchmarks.world import world

pytestmark = [pytest.mark.server]


async def test_events_and_transitions_of_whole_lives_are_counted_on_both_sides() -> None:
    async with world() as there:
        figures = await economy.measure(there, 2)
    beside_plain = [one for one in figures if "lean" not in one.name]
    assert len(figures) == 8
    assert [one.met for one in beside_plain] == [True] * 4
    assert all(one.ratio is not None and one.ratio < 0.8 for one in figures)


async def test_what_is_timed_is_there() -> None:
    async with world() as there:
        figures = [
            *await delay.measure(there, 10),
            *await sealing.measure(there, 10),
            *await throughput.measure(there, 20, rounds=1),
            *await memory.measure(there, 20),
            *await lateness.measure(there, 50),
        ]
    assert all(one.yardstick is None or one.yardstick > 0 for one in figures)
    assert sum(one.goal is not None for one in figures) == 3
    assert head().count("\n") == 1
    assert {len(row(one)) for one in figures} == {len(head().split("\n")[0])}


def test_a_goal_with_a_unit_is_for_ours_and_one_without_for_the_ratio() -> None:
    assert Figure("memory", 50, 100, Goal(60, unit=" KiB")).met
    assert not Figure("memory", 70, 700, Goal(60, unit=" KiB")).met
    assert Figure("speed", 30, 10, Goal(2, over=True)).met
    assert not Figure("events", 8, 10, Goal(0.6)).met
