"""Every hash chain walked, and the one hash over all their heads compared with what was written down elsewhere."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.chains import broken_chain
from audit.disposals import STREAM, disposals, false_texts, first_break, missing_texts, named_texts
from audit.heads import head_of_all
from audit.rows import BATCH, heads, papers, streams
from lifecycle.words import Refused
from models.database import Database

HOW = "Write it as the digest has it: 2026-12-04T09:00:00+00:00."


@dataclass
class Verified:
    """The streams with a broken link, each with what is wrong; sealed texts that are not what was sealed, or are gone;
    and the head, `as_said` or not when one was given."""

    streams: int = 0
    events: int = 0
    head: str = ""
    broken: dict[str, str] = field(default_factory=dict)
    false_texts: list[str] = field(default_factory=list)
    as_said: bool | None = None

    @property
    def whole(self) -> bool:
        return not self.broken and not self.false_texts and self.as_said is not False


def verify(database: Database, at: str | None = None, head: str | None = None) -> Verified:
    """Walk all chains. `at` asks for the head as the ledger was then, `head` whether it was this one.

    Raises:
        Refused: for an instant that cannot be read.
    """
    until = instant(at) if at else None
    with database.reading() as session:
        names = streams(session)
        last, events = heads(session, until)
    found = Verified(streams=len(last), events=events, head=head_of_all(link for _, link in last.values()))
    named: set[str] = set()
    for first in range(0, len(names), BATCH):
        with database.reading() as session:
            for one in papers(session, names[first : first + BATCH]):
                named |= named_texts(event.details for event in one.events)
                broken = broken_chain(one)
                if broken is not None:
                    found.broken[one.stream] = broken.cause
    with database.reading() as session:
        done = disposals(session)
        if (number := first_break(done)) is not None:
            found.broken[STREAM] = f"Disposal {number} of {len(done)} does not follow from the one before it."
        found.false_texts = [*false_texts(session, done), *missing_texts(session, named)]
    if head is not None:
        found.as_said = head == found.head
    return found


def instant(said: str) -> datetime:
    """An instant as a digest writes it. Raises Refused."""
    try:
        read = datetime.fromisoformat(said)
        if read.utcoffset() is None:
            raise Refused(f"{said} has no time zone. {HOW}")
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{said!r} is not an instant. {HOW}") from None
