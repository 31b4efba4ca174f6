"""History events and state transitions of whole lives, as the server counts them."""

import asyncio
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.figures import Figure, Goal
from benchmarks.sides import Fired, Handle, Side, all_fire, four_overtaken
from benchmarks.world import World

REST = 0.7  # seconds: an act finds the case at rest, so that no task of the server serves two steps
SOON = timedelta(seconds=3)


async def measure(there: World, size: int) -> list[Figure]:
    """Both modes, ours beside the plain one and its lean form, all at once: counting takes nobody else's time."""
    counted = dict(
        await asyncio.gather(
            _lives(there.ours, "ours", all_fire, size),
            _lives(there.ours, "ours", four_overtaken, size),
            _lives(there.plain, "plain", all_fire, size),
            _lives(there.plain, "plain", four_overtaken, size),
            _lives(there.plain.leaner(), "lean", all_fire, size),
            _lives(there.plain.leaner(), "lean", four_overtaken, size),
        )
    )
    return [
        figure
        for fired, events, transitions in ((all_fire, 0.75, 0.45), (four_overtaken, 0.6, 0.3))
        for figure in (
            *_figures(counted, fired, "plain", Goal(events), Goal(transitions)),
            *_figures(counted, fired, "lean", Goal(events), Goal(transitions)),
        )
    ]


Counts = list[tuple[int, int]]
Key = tuple[str, str]


def _figures(
    counted: dict[Key, Counts], fired: Fired, beside: str, events: Goal, transitions: Goal
) -> list[Figure]:
    ours, other = counted["ours", fired.__name__], counted[beside, fired.__name__]
    what = fired.__name__.replace("_", " ") + (" (beside the lean form)" if beside == "lean" else "")
    return [
        Figure(f"{name} per lifecycle, {what}", _middle(ours, index), _middle(other, index), goal, 0)
        for index, (name, goal) in enumerate((("history events", events), ("state transitions", transitions)))
    ]


def _middle(counts: Counts, index: int) -> float:
    return median(one[index] for one in counts)


async def _lives(side: Side, name: str, fired: Fired, size: int) -> tuple[Key, Counts]:
    cases = side.named(f"{name}-{fired.__name__}", size)
    await side.start(cases, datetime.now(UTC) + SOON)
    await asyncio.gather(*(side.live(case, fired, REST) for case in cases))
    return (name, fired.__name__), [await _counts(side.handle(case)) for case in cases]


async def _counts(handle: Handle) -> tuple[int, int]:
    info = (await handle.describe()).raw_description.workflow_execution_info
    return info.history_length, info.state_transition_count
