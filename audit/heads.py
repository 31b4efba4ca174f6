"""The head of the ledger: one hash over the ends of all chains, to be kept out of reach of whoever writes here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from audit.rows import heads


@dataclass(frozen=True)
class Head:
    """The head as the ledger stood at an instant, over so many chains with so many events; `links` are their ends."""

    at: datetime
    hash: str
    events: int
    chains: int
    links: tuple[str, ...]


def head_of_all(links: Iterable[str]) -> str:
    """SHA-256 over the hashes of the last events of all chains, in order. Each covers its stream and number, so these
    need not be said: whoever is shown the links learns nothing of other cases."""
    return hashlib.sha256("".join(f"{link}\n" for link in sorted(links)).encode()).hexdigest()


def head(session: Session, at: datetime | None = None) -> Head:
    """The head at an instant; or of a minute ago: no transaction lasts so long, so that what was recorded by then stays
    what it is."""
    instant = at or (datetime.now(UTC) - timedelta(minutes=1)).replace(microsecond=0)
    last, events = heads(session, instant)
    links = tuple(sorted(link for _, link in last.values()))
    return Head(instant, head_of_all(links), events, len(last), links)
