"""The audit of a case, and of many: the chain first, then what should have happened, then the rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from audit.chains import broken_chain
from audit.fold import wrong_rows
from audit.ladders import World
from audit.life import CLOCK, MISSING, RUNG, TOLD, Life
from audit.record import Difference, Papers
from audit.shelf import NotHeld, Shelf
from audit.told import wrong_notices

GRACE = timedelta(minutes=15)
"""What a case may take to wake and record a rung."""
OPENS = "issued"
LOOK = "followthrough case show {case}; a lead moves a wrong date: followthrough case move {case}; then report it"
REMEDIES = {
    MISSING: "followthrough case reseat {case}",
    CLOCK: LOOK,
    RUNG: "followthrough case show {case}; then report it: what was told in error, a person takes back",
    TOLD: "followthrough case show {case}; tell whoever was not told, and report it",
}


def differences(all_papers: Iterable[Papers], shelf: Shelf, now: datetime) -> Iterator[Difference]:
    """All that is not as it should be in these cases."""
    for papers in all_papers:
        yield from of_case(papers, shelf, now)


def of_case(papers: Papers, shelf: Shelf, now: datetime) -> Iterator[Difference]:
    """Where the chain is broken nothing else is judged: what it says is in doubt."""
    if not papers.events:
        yield Difference(
            "broken_chain",
            papers.stream,
            "Rows are kept of this case, and no event is.",
            "Restore the ledger from a backup: docs/operating.md, A broken chain.",
        )
        return
    broken = broken_chain(papers)
    if broken is not None:
        yield broken
    elif papers.events[0].kind == OPENS:
        yield from _life(papers, shelf, now - GRACE)
        yield from wrong_rows(papers)
        yield from wrong_notices(papers, now)


def _life(papers: Papers, shelf: Shelf, until: datetime) -> Iterator[Difference]:
    opened = papers.events[0].details
    try:
        world = World(
            policy=shelf.policy(opened["policy_hash"]),
            holidays=shelf.days(opened["calendar_hash"]),
            division=opened["division"],
        )
    except NotHeld as missing:
        yield Difference(
            "rules_missing", papers.stream, str(missing), "Put the file back under config/, and restart."
        )
        return
    found: dict[str, list[str]] = defaultdict(list)
    for kind, words in Life(papers, world).judged(until):
        found[kind].append(words)
    for kind, said in found.items():
        more = f"; and {len(said) - 3} more" if len(said) > 3 else ""
        remedy = REMEDIES[kind].format(case=papers.stream)
        yield Difference(kind, papers.stream, "; ".join(said[:3]) + more, remedy)
