"""The ledger's head hash, published each day: whoever keeps a copy can later show that nothing of then was changed."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, select

from audit.heads import head_of_all
from audit.rows import heads
from lifecycle.dates import at_local
from models.tables import Installation

VIRTUAL = "virtual"


@dataclass(frozen=True)
class Head:
    """One hash over the ends of all chains, as the ledger stood at an instant; of a virtual timeline, in the end."""

    hash: str
    at: datetime | None = None


def day_head(session: Session, on: date) -> Head:
    """The head at the beginning of a day, the same however often it is asked. What is under embargo cannot be read
    from it."""
    at = None if VIRTUAL in session.exec(select(Installation.timeline)).all() else at_local(on, time())
    last, _ = heads(session, at)
    return Head(head_of_all(link for _, link in last.values()), at)
