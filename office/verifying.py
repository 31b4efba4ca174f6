"""Every hash chain walked, and the one hash over all their heads compared with what was written down elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime

from audit.chains import broken_chain, head_of_all
from audit.rows import BATCH, heads, papers, streams
from lifecycle.words import Refused
from models.database import Database

HOW = "Write it as the digest has it: 2026-12-04T09:00:00+00:00."


@dataclass
class Verified:
    """The streams with a broken link, each with what is wrong; and the head, `as_said` or not when one was given."""

    streams: int = 0
    events: int = 0
    head: str = ""
    broken: dict[str, str] = field(default_factory=dict)
    as_said: bool | None = None


def verify(database: Database, at: str | None = None, head: str | None = None) -> Verified:
    """Walk all chains. `at` asks for the head as the ledger was then, `head` whether it was this one.

    Raises:
        Refused: for an instant that cannot be read.
    """
    until = _instant(at) if at else None
    with database.reading() as session:
        names = streams(session)
        last, events = heads(session, until)
    found = Verified(streams=len(last), events=events, head=head_of_all(last))
    for first in range(0, len(names), BATCH):
        with database.reading() as session:
            for one in papers(session, names[first : first + BATCH]):
                broken = broken_chain(one)
                if broken is not None:
                    found.broken[one.stream] = broken.cause
    if head is not None:
        found.as_said = head == found.head
    return found


def _instant(said: str) -> datetime:
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        raise Refused(
            f"{said!r} is not an instant. Write it as the digest has it: 2026-12-04T09:00:00+00:00."
        ) from None
    if instant.utcoffset() is None:
        raise Refused(f"{said} has no time zone. {HOW}")
    return instant
