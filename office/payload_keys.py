"""The care of payload keys: every data key wrapped by the newest master; those whose master is lost let go."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from lifecycle.dates import local_date
from models.database import Database
from models.tables import CaseKey
from office.people import find_actor
from office.rights import role_for
from secrecy.case_keys import CaseKeys
from secrecy.ring import Ring


@dataclass(frozen=True)
class Rewrapped:
    """`again` were wrapped by the newest master, `there` are by now; `lost` have a master that is not in the ring."""

    again: int
    there: int
    lost: int
    let_go: int

    def words(self) -> str:
        return (
            f"{self.again} data keys wrapped anew, {self.there} by the newest master key now; "
            f"{self.lost} by master keys that are not here, {self.let_go} let go."
        )


def rewrap(keys: CaseKeys, person: str, now: datetime, *, let_go: bool = False) -> Rewrapped:
    """Wrap every data key by the newest master. Safe to repeat, and to interrupt.

    `let_go` gives up the keys whose master is lost: what they sealed is never read again, and new ones are made.

    Raises:
        NotAllowed, Forged
    """
    with keys.database.reading() as session:
        role_for(find_actor(session, person, local_date(now)), "repair", "", None)
        rows = session.exec(
            select(CaseKey.workflow_id, CaseKey.number, CaseKey.master)
            .where(col(CaseKey.wrapped).is_not(None))
            .order_by(CaseKey.workflow_id, col(CaseKey.number))
        ).all()
    lost = [(of, number) for of, number, master in rows if master not in keys.ring]
    again = sum(keys.rewrap(of, number) for of, number, master in rows if master in keys.ring)
    gone = sum(keys.give_up(of, number, person) for of, number in lost) if let_go else 0
    return Rewrapped(again, len(rows) - len(lost), len(lost), gone)


def lost_keys(database: Database, ring: Ring | None) -> int:
    """How many data keys have a master that is not in the ring; without a ring, all."""
    with database.reading() as session:
        masters = session.exec(select(CaseKey.master).where(col(CaseKey.wrapped).is_not(None))).all()
    return sum(ring is None or master not in ring for master in masters)
