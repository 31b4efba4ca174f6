"""`make bench`: ours beside a plain workflow of the same lifecycle, in one run on one server.

    python -m benchmarks.bench [--size 200] [--only economy,delay,...] [--json]

Figures are ratios of the same run. `--size` is lifecycles for each side; reminders at one second are 25 times as many,
cached cases 5 times, acts as many.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from benchmarks import delay, economy, lateness, memory, sealing, throughput
from benchmarks.figures import Figure, head, row
from benchmarks.world import World, world
from cli.exits import leave

Measure = Callable[[World, int], Awaitable[list[Figure]]]
MEASURES: dict[str, tuple[Measure, float]] = {
    "economy": (economy.measure, 0.05),
    "delay": (delay.measure, 1),
    "sealing": (sealing.measure, 1),
    "throughput": (throughput.measure, 5),
    "memory": (memory.measure, 5),
    "lateness": (lateness.measure, 25),
}
"""Each with how many of its things there are for each unit of `--size`."""
LEAST = 4


async def bench(size: int, only: Sequence[str] = ()) -> AsyncIterator[Figure]:
    """All figures, or those of some measures, as they come; each measure in a world of its own."""
    for name, (measure, times) in MEASURES.items():
        if not only or name in only:
            async with world() as there:
                for figure in await measure(there, max(LEAST, int(size * times))):
                    yield figure


async def _print(size: int, only: Sequence[str], as_json: bool) -> None:
    if not as_json:
        print(head(), flush=True)
    async for figure in bench(size, only):
        print(json.dumps(figure.plainly()) if as_json else row(figure), flush=True)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--size", type=int, default=200)
    reader.add_argument("--only", default="", help=f"some of {', '.join(MEASURES)}, with commas")
    reader.add_argument("--json", action="store_true", help="a JSON object a line")
    given = reader.parse_args()
    only = tuple(filter(None, given.only.split(",")))
    if unknown := set(only) - MEASURES.keys():
        reader.error(f"--only names {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    asyncio.run(_print(given.size, only, given.json))
    leave(0)


if __name__ == "__main__":
    main()
