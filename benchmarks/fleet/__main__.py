"""Two workers and their schedulers on one PostgreSQL and one engine, at rest and restarted in turn.

    python -m benchmarks.fleet --cases 1000

Each case's reminder falls due a few seconds after its start; meanwhile acts are taken. Prints how late reminders were
without and with the restart, and what a count of ledger and inbox finds.
"""

import argparse
import asyncio
import json
from datetime import UTC, datetime

from benchmarks.fleet.count import count
from benchmarks.fleet.place import place
from benchmarks.fleet.reminders import lateness, remind
from config.calendar_files import load_calendars
from lifecycle.calendars import Division
from lifecycle.dates import at_local, local_date
from scheduler import DIGEST_FROM


async def fleet(cases: int, workers: int = 2) -> dict[str, object]:
    """The figures of both runs; the restarted one is the second."""
    found: dict[str, object] = {"digest_was_due": _digest_due()}
    async with place() as there, there.hands(workers) as crew:
        calm = await remind(there, "calm", cases, crew, restart=False)
        found["at rest"] = lateness(there, calm)
        rolled = await remind(there, "rolled", cases, crew, restart=True)
        found["restarted"] = lateness(there, rolled) | {
            "restarts": len(rolled.away),
            "due_meanwhile": len(rolled.while_away()),
            "overtaken": len(calm.overtaken) + len(rolled.overtaken),
        }
        for hand in crew:
            await hand.stop()
        return found | count(there, crew, calm.acts | rolled.acts)


def _digest_due() -> bool:
    """Whether today's digest is due by now: the workers find it absent when they start."""
    now = datetime.now(UTC)
    calendar = load_calendars().of(Division.ENGLAND_AND_WALES)
    return calendar.is_working(local_date(now)) and now >= at_local(local_date(now), DIGEST_FROM)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--cases", type=int, default=1000)
    reader.add_argument("--workers", type=int, default=2)
    given = reader.parse_args()
    print(json.dumps(asyncio.run(fleet(given.cases, given.workers)), indent=2))


if __name__ == "__main__":
    main()
