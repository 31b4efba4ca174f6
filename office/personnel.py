"""People and roles: who joins, who is given or loses a role (who leaves: `office.leaving`). All is recorded.

Whoever acts needs the right "people". Nobody gives a role to themselves, and somebody of operations always stays.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from config.checks import mailbox as checked_mailbox
from lifecycle.dates import local_date, plain_date
from lifecycle.words import Refused, Role, Side
from models.database import Database, lock
from models.tables import Body, OversightBody, Person, PersonnelChange, PersonRole
from office.people import INSPECTORATE, find_actor
from office.rights import role_for

_ID = re.compile(r"[a-z][a-z0-9-]{1,79}")
REASON_LENGTH = 500


class Kind(StrEnum):
    """What a change is."""

    joined = "joined"
    role_given = "role_given"
    role_taken = "role_taken"
    leaves = "leaves"
    stays = "stays"
    handed_over = "handed_over"
    revoked = "revoked"


@dataclass(frozen=True)
class Held:
    """A role for an owner, written "inspector:inspectorate" in forms."""

    role: Role
    owner: str

    @classmethod
    def read(cls, text: str) -> "Held":
        """Raises Refused."""
        role, _, owner = text.partition(":")
        if role not in set(Role) or not owner:
            raise Refused("Choose a role, and for whom it is held.")
        return cls(Role(role), owner)

    def __str__(self) -> str:
        return f"{self.role.value}:{self.owner}"


@dataclass(frozen=True)
class Change:
    """Who changes something, when and why."""

    by: str
    reason: str
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now)


def join(
    database: Database, change: Change, person_id: str, name: str, mailbox: str, roles: tuple[Held, ...]
) -> Person:
    """Register somebody who may act from now on.

    Raises:
        NotAllowed.
        Refused: for an id that is taken or badly written, a missing name, a wrong mailbox or role.
    """
    with database.writing() as session:
        permitted(session, change)
        _refuse_bad_person(session, person_id, name, mailbox)
        person = Person(id=person_id, name=name.strip(), mailbox=mailbox.strip())
        session.add(person)
        session.flush()
        record(session, change, person_id, Kind.joined, name=person.name, mailbox=person.mailbox)
        for held in roles:
            give(session, change, person_id, held)
    return person


def give_role(database: Database, change: Change, person_id: str, held: Held) -> None:
    """Give somebody a role. Raises NotAllowed; Refused for oneself, for one held already, for a wrong owner."""
    with database.writing() as session:
        permitted(session, change)
        still_here(session, person_id, change.today)
        if session.get(PersonRole, (person_id, held.role.value, held.owner)) is not None:
            raise Refused(f"{person_id} is {_said(held)} already.")
        give(session, change, person_id, held)


def take_role(database: Database, change: Change, person_id: str, held: Held) -> None:
    """Take a role away, at once. Raises NotAllowed; Refused for one not held, and for the last of operations."""
    with database.writing() as session:
        permitted(session, change)
        row = session.get(PersonRole, (person_id, held.role.value, held.owner))
        if row is None:
            raise Refused(f"{person_id} is not {_said(held)}. Look again at the roles held.")
        if held.role is Role.operations:
            refuse_last(session, person_id)
        session.delete(row)
        record(session, change, person_id, Kind.role_taken, role=held.role.value, owner=held.owner)


# What changes have in common


def permitted(session: Session, change: Change) -> None:
    """Raises NotAllowed; Refused without a reason. One change of people at a time."""
    role_for(find_actor(session, change.by, change.today), "people", "", None)
    if not change.reason.strip():
        raise Refused("Say why: it is recorded with the change.")
    if len(change.reason) > REASON_LENGTH:
        raise Refused(f"The reason has {len(change.reason)} characters; at most {REASON_LENGTH} are kept.")
    lock(session.connection(), "people")


def give(session: Session, change: Change, person_id: str, held: Held) -> None:
    """Give a role that is not held yet."""
    if person_id == change.by:
        raise Refused("Nobody gives a role to themselves: ask somebody else of operations.")
    _refuse_wrong_owner(session, held)
    session.add(PersonRole(person_id=person_id, role=held.role.value, owner=held.owner))
    session.flush()
    record(session, change, person_id, Kind.role_given, role=held.role.value, owner=held.owner)


def record(
    session: Session,
    change: Change,
    person_id: str,
    kind: Kind,
    on: date | None = None,
    **details: object,
) -> None:
    session.add(
        PersonnelChange(
            person_id=person_id,
            kind=kind.value,
            on=on or change.today,
            details=details,
            reason=change.reason.strip(),
            by=change.by,
            at=change.now,
        )
    )


def found(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise Refused(f"Nobody is registered as {person_id!r}.")
    return person


def refuse_last(session: Session, person_id: str) -> None:
    """Somebody of operations must be left who is not about to leave."""
    of_operations = set(
        session.exec(
            select(PersonRole.person_id)
            .join(Person, col(Person.id) == PersonRole.person_id)
            .where(
                PersonRole.role == Role.operations.value,
                PersonRole.owner == INSPECTORATE,
                col(Person.until).is_(None),
            )
        )
    )
    if of_operations == {person_id}:
        raise Refused(
            f"{person_id} is the last of operations who stays: nobody could repair, import or let people in. "
            "Give the role to somebody else first."
        )


def still_here(session: Session, person_id: str, today: date) -> Person:
    person = found(session, person_id)
    if person.until is not None and person.until <= today:
        raise Refused(f"{person_id} left on {plain_date(person.until)}. Register them again first.")
    return person


def _said(held: Held) -> str:
    return f"{held.role.value.replace('_', ' ')} for {held.owner}"


def _refuse_wrong_owner(session: Session, held: Held) -> None:
    match held.role.side:
        case Side.inspectorate:
            there, kind = held.owner == INSPECTORATE, "the inspectorate"
        case Side.body:
            there, kind = session.get(Body, held.owner) is not None, "a body"
        case Side.oversight:
            there, kind = session.get(OversightBody, held.owner) is not None, "an oversight body"
    if not there:
        role = held.role.value.replace("_", " ")
        raise Refused(f"The role {role} is held for {kind}; {held.owner!r} is none. Choose another.")


def _refuse_bad_person(session: Session, person_id: str, name: str, mailbox: str) -> None:
    if _ID.fullmatch(person_id) is None:
        raise Refused("Write the short name in small letters, digits and hyphens, such as j-park.")
    if session.get(Person, person_id) is not None:
        raise Refused(f"{person_id} is taken: short names stand in the record for ever. Choose another.")
    if not name.strip() or len(name) > 200:
        raise Refused("Write the person's name, in at most 200 characters.")
    try:
        checked_mailbox(mailbox.strip())
    except ValueError as wrong:
        raise Refused(f"The mailbox cannot be {mailbox!r}: {wrong}.") from wrong
