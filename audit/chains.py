"""The hash chains, walked by themselves: the first broken link of each."""

from collections.abc import Iterable

from audit.record import FIRST, Difference, Papers, Record

REMEDY = (
    "Stop, and compare with a backup before anything is rebuilt from it: docs/operating.md, A broken chain. "
    "Then: followthrough audit verify"
)


def first_break(events: Iterable[Record]) -> int | None:
    """The number of the first event that does not follow from the one before it; None when all do."""
    previous = FIRST
    for seq, event in enumerate(events, 1):
        if event.seq != seq or event.previous != previous or event.digest() != event.hash:
            return seq
        previous = event.hash
    return None


def broken_chain(papers: Papers) -> Difference | None:
    """A link that does not hold, or a tail that is gone though the case's row still names it."""
    broken = first_break(papers.events)
    last = len(papers.events)
    if broken is not None:
        said = f"Event {broken} of {last} does not follow from the one before it: it was changed, or one is gone."
    elif papers.case is not None and papers.case["seq"] > last:
        said = (
            f"The case's row says {papers.case['seq']} events, and {last} are there: the last ones are gone."
        )
    else:
        return None
    return Difference("broken_chain", papers.stream, said, REMEDY)
