"""The benchmark at a small size: what it counts is exact; what it times is only shown to be there."""

import pytest

from benchmarks import bench
from benchmarks.sides import all_fire, four_overtaken
from benchmarks.world import world

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("up")]


async def test_events_and_transitions_of_whole_lives_are_counted_on_both_sides() -> None:
    async with world(cached=100) as there:
        full = await bench._economy(there, 2, all_fire, "all rungs fire", 0.75, 0.45)
        short = await bench._economy(there, 2, four_overtaken, "four overtaken", 0.60, 0.30)
    assert [row.met for row in full] == [True, True]
    assert all(row.ratio is not None and row.ratio < 0.75 for row in (*full, *short))


async def test_an_act_is_timed_beside_an_empty_update_and_a_commit() -> None:
    async with world(cached=100) as there:
        row = await bench._act_delay(there, 5)
        late = await bench._lateness(there, 50)
    assert row.ours > 0
    assert row.other
    assert late.ours >= 0
