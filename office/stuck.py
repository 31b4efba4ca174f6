"""What needs a person: open repairs as a list, and their closing by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from activities.ledger.repairs import NoRepair, close_repair
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import Repair
from office.ordering import Columns, Order
from office.people import find_actor
from office.rights import role_for

BY_THEMSELVES = {
    "unknown_send": "Say what became of the mail: it closes by that.",
    "refused": "Retry the mail when its cause is mended: it closes by that.",
    "held": "Release what is held: it closes by that.",
}
"""What is not closed by hand: the state behind it would stay, and nobody would see it."""

OLDEST = Order("since")
COLUMNS: Columns = {
    "what": (col(Repair.kind), col(Repair.subject), col(Repair.id)),
    "cause": (col(Repair.cause), col(Repair.opened_at), col(Repair.id)),
    "since": (col(Repair.opened_at), col(Repair.id)),
}


@dataclass(frozen=True)
class Stuck:
    """A page of open repairs; how many there are of each kind, and of the kind asked for."""

    repairs: Sequence[Repair]
    kinds: dict[str, int]
    total: int


def stuck(database: Database, kind: str, offset: int, limit: int | None, order: Order = OLDEST) -> Stuck:
    """Open repairs, of one kind or of all (an empty `kind`). Without a limit: all of them."""
    still = col(Repair.closed_at).is_(None)
    with database.reading() as session:
        kinds = dict(
            session.exec(
                select(Repair.kind, func.count()).where(still).group_by(Repair.kind).order_by(Repair.kind)
            ).all()
        )
        query = select(Repair).where(still).order_by(*order.of(COLUMNS))
        if kind:
            query = query.where(Repair.kind == kind)
        rows = session.exec(query.offset(offset).limit(limit)).all()
    return Stuck(rows, kinds, kinds.get(kind, 0) if kind else sum(kinds.values()))


def repair_file(database: Database, repair_id: str) -> Repair | None:
    """One repair, open or closed."""
    with database.reading() as session:
        return session.get(Repair, repair_id)


def close(database: Database, actor: str, repair_id: str, now: datetime) -> Repair:
    """Say that a repair has been seen to. Where its cause stays, whoever finds it opens it again.

    Raises:
        NotAllowed.
        Refused: when it is not open, or closes by another act.
    """
    with database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), "repair", "", None)
        repair = session.get(Repair, repair_id)
        if repair is not None and repair.kind in BY_THEMSELVES:
            raise Refused(f"This is not closed by hand. {BY_THEMSELVES[repair.kind]}")
        try:
            return close_repair(session, repair_id, actor)
        except NoRepair as missing:
            raise Refused(str(missing)) from missing
