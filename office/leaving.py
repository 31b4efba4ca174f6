"""Who leaves, from a day on, and who stays after all. Handing over at the same time is `office.hand_over`."""

from datetime import date

from lifecycle.dates import plain_date
from lifecycle.words import Refused
from models.database import Database
from office.personnel import Change, Kind, found, permitted, record, refuse_last, still_here
from office.revoking import revoke_in


def leave(database: Database, change: Change, person_id: str, from_: date) -> None:
    """Somebody may do nothing more from a day on; all that lets them in is revoked then, or now when it has come.

    Raises:
        NotAllowed.
        Refused: for a day before today, somebody who has left, and the last of operations.
    """
    with database.writing() as session:
        permitted(session, change)
        person = still_here(session, person_id, change.today)
        if from_ < change.today:
            raise Refused(f"{plain_date(from_)} is past. Give today or a later day.")
        refuse_last(session, person_id)
        person.until = from_
        session.add(person)
        record(session, change, person_id, Kind.leaves, on=from_)
        if from_ <= change.today:
            revoke_in(session, change, person_id)


def stay(database: Database, change: Change, person_id: str) -> None:
    """Take back that somebody leaves, or register again who has left. Raises NotAllowed, Refused."""
    with database.writing() as session:
        permitted(session, change)
        person = found(session, person_id)
        if person.until is None:
            raise Refused(f"{person_id} is not going to leave; there is nothing to take back.")
        if person_id == change.by:
            raise Refused("Nobody decides alone to stay on: ask somebody else of operations.")
        person.until = None
        session.add(person)
        record(session, change, person_id, Kind.stays)
