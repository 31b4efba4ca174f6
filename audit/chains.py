"""The hash chains, walked by themselves: the first broken link of each, and one hash over the heads of all."""

import hashlib
from collections.abc import Iterable, Mapping

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


def head_of_all(heads: Mapping[str, tuple[int, str]]) -> str:
    """One hash over the last event of every stream: its name, its number, its hash; in order of the names."""
    said = hashlib.sha256()
    for stream, (seq, head) in sorted(heads.items()):
        said.update(f"{stream}\t{seq}\t{head}\n".encode())
    return said.hexdigest()
