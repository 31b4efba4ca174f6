"""Registered people and the roles they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from lifecycle.characters import kept
from lifecycle.words import Role, Side
from models.tables import Person, PersonRole

INSPECTORATE = "inspectorate"


class NotAllowed(Exception):  # noqa: N818 - said to the person who asked
    """This person may not do this here; the message says who may."""


@dataclass(frozen=True)
class Actor:
    """A registered person with the roles held, each for an owner (a body, an oversight body, the inspectorate)."""

    id: str
    roles: frozenset[tuple[Role, str]]

    def holds(self, role: Role, owners: Iterable[str]) -> bool:
        return any((role, owner) in self.roles for owner in owners)


def find_actor(session: Session, person_id: str, today: date) -> Actor:
    """The registered person.

    Raises:
        NotAllowed: when nobody of that name is registered, or the person has left.
    """
    person = session.get(Person, person_id) if person_id and kept(person_id) else None
    if person is None:
        said = f"{person_id!r} is not a registered person" if person_id else "No person was named"
        raise NotAllowed(
            f"{said}. Set FOLLOWTHROUGH_ACTOR or --as to one of: {_some_people(session)} (followthrough people)."
        )
    if person.until is not None and person.until <= today:
        raise NotAllowed(f"{person_id} left on {person.until}; somebody else must act.")
    rows = session.exec(select(PersonRole).where(PersonRole.person_id == person_id))
    return Actor(person_id, frozenset((Role(row.role), row.owner) for row in rows))


def _some_people(session: Session) -> str:
    rows = session.exec(
        select(PersonRole.person_id)
        .where(PersonRole.owner == INSPECTORATE)
        .order_by(col(PersonRole.person_id))
    )
    return ", ".join(dict.fromkeys(rows)) or "nobody yet"


def owners_of(role: Role, body: str, oversight: str | None) -> tuple[str, ...]:
    """For whom a role must be held to act on a case of this body."""
    match role.side:
        case Side.body:
            return (body,)
        case Side.oversight:
            return (oversight,) if oversight else ()
        case _:
            return (INSPECTORATE,)
