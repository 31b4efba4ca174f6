"""Legal holds: nothing of a case, a report or a body, or nothing at all, is disposed of while one stands."""

from datetime import datetime

from sqlmodel import Session

from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import Body, CaseRow, LegalHold, Report
from office.people import find_actor
from office.retention import EVERYTHING
from office.rights import role_for


def hold(database: Database, person: str, subject: str, reason: str, now: datetime) -> LegalHold:
    """Place a hold. Several may stand on one subject, each for its own reason.

    Raises:
        NotAllowed; Refused: for a subject that is not here, and without a reason.
    """
    with database.writing() as session:
        role_for(find_actor(session, person, local_date(now)), "dispose", "", None)
        lock(session.connection(), "disposals")  # what is being disposed of now is gone before this stands
        _refuse_unknown(session, subject)
        if not reason.strip():
            raise Refused("Say why it is held: whoever may lift it will want to know.")
        placed = LegalHold(subject=subject, reason=reason.strip(), placed_by=person, placed_at=now)
        session.add(placed)
    return placed


def lift(database: Database, person: str, number: int, reason: str, now: datetime) -> LegalHold:
    """Lift a hold. Raises NotAllowed; Refused when it does not stand, and without a reason."""
    with database.writing() as session:
        role_for(find_actor(session, person, local_date(now)), "dispose", "", None)
        found = session.get(LegalHold, number, with_for_update=True)
        if found is None or found.lifted_at is not None:
            raise Refused(f"There is no legal hold {number} in force: followthrough disposal holds")
        if not reason.strip():
            raise Refused("Say why it is lifted; it is recorded.")
        found.lifted_by, found.lifted_at, found.lifted_why = person, now, reason.strip()
        session.add(found)
    return found


def _refuse_unknown(session: Session, subject: str) -> None:
    tables = (CaseRow, Report, Body)
    if subject != EVERYTHING and all(session.get(table, subject) is None for table in tables):
        raise Refused(
            f"{subject!r} is no case, report or body here. Name one as `followthrough case list --all` does, or "
            f"{EVERYTHING}."
        )
