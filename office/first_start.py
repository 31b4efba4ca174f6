"""What an installation has after its first start: bodies, role mailboxes, people, and the live sample."""

import asyncio
from collections.abc import Callable
from datetime import date

from lifecycle.opening import Opening
from office.reference import load_reference
from office.reports import ReportDesk
from office.sample import ACTOR, load_sample

Say = Callable[[str], None]


async def load_first_start(desk: ReportDesk, today: date, say: Say) -> None:
    """Load bodies and sample, once; what an interrupted first start left undone goes on.

    Raises:
        NeedsRepair: when cases do not open in time.
    """
    await asyncio.to_thread(load_reference, desk.database)
    openings = await asyncio.to_thread(load_sample, desk.database, today, desk.clock.now())
    if not openings:
        return
    say(f"First start: opening {len(openings)} sample cases, with dates around today.")
    for report, group in _by_report(openings).items():
        await desk.start(report, group, ACTOR)
    await desk.opened(openings)


def _by_report(openings: tuple[Opening, ...]) -> dict[str, tuple[Opening, ...]]:
    found: dict[str, tuple[Opening, ...]] = {}
    for opening in openings:
        found[opening.report] = (*found.get(opening.report, ()), opening)
    return found
