"""The register of people as a page shows it: who they are, what they hold, what has changed about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models.database import Database
from models.tables import Allocation, Person, PersonnelChange, PersonRole
from office.ordering import Columns, Order
from office.revoking import Held, held

BY_ID = Order("id")
COLUMNS: Columns = {
    "id": (col(Person.id),),
    "name": (col(Person.name), col(Person.id)),
    "mailbox": (col(Person.mailbox), col(Person.id)),
    "leaves": (col(Person.until), col(Person.id)),
}


@dataclass(frozen=True)
class Entry:
    """One person with the roles held, each as role and owner."""

    person: Person
    roles: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Register:
    """A page of people; how many there are in all."""

    entries: Sequence[Entry]
    total: int


@dataclass(frozen=True)
class Sheet:
    """All about one person: roles, changes (newest first), open cases, who could take over, and what lets them in."""

    person: Person
    roles: Sequence[tuple[str, str]]
    changes: Sequence[PersonnelChange]
    cases: int
    successors: Sequence[Person]
    held: Held


def register(
    database: Database,
    words: str,
    role: str,
    gone: bool,
    today: date,
    offset: int,
    limit: int | None,
    order: Order = BY_ID,
) -> Register:
    """Those with these words in id, name or mailbox and this role (empty: any); who has left only where asked for.

    Without a limit: all of them.
    """
    wanted: list[ColumnElement[bool]] = []
    if words:
        columns = (Person.id, Person.name, Person.mailbox)
        wanted.append(or_(*(col(one).icontains(words, autoescape=True) for one in columns)))
    if role:
        holders = select(PersonRole.person_id).where(PersonRole.role == role)
        wanted.append(col(Person.id).in_(holders))
    if not gone:
        wanted.append(or_(col(Person.until).is_(None), col(Person.until) > today))
    with database.reading() as session:
        total = session.exec(select(func.count()).select_from(Person).where(*wanted)).one()
        people = session.exec(
            select(Person).where(*wanted).order_by(*order.of(COLUMNS)).offset(offset).limit(limit)
        ).all()
        roles = _roles(session, [person.id for person in people])
        return Register([Entry(person, roles.get(person.id, ())) for person in people], total)


def sheet(database: Database, person_id: str) -> Sheet | None:
    """All about one person, or None when nobody is registered so."""
    with database.reading() as session:
        person = session.get(Person, person_id)
        if person is None:
            return None
        changes = select(PersonnelChange).where(PersonnelChange.person_id == person_id)
        cases = select(func.count()).where(
            col(Allocation.person_id) == person_id, col(Allocation.until).is_(None)
        )
        return Sheet(
            person=person,
            roles=_roles(session, [person_id]).get(person_id, ()),
            changes=session.exec(changes.order_by(col(PersonnelChange.id).desc())).all(),
            cases=session.exec(cases).one(),
            successors=_successors(session, person_id),
            held=held(session, person_id),
        )


def _successors(session: Session, person_id: str) -> Sequence[Person]:
    """Who stays, and acts for the same owners already or for nobody yet."""
    owners = select(PersonRole.owner).where(PersonRole.person_id == person_id)
    alike = select(PersonRole.person_id).where(col(PersonRole.owner).in_(owners))
    held = select(PersonRole.person_id)
    return session.exec(
        select(Person)
        .where(
            Person.id != person_id,
            col(Person.until).is_(None),
            or_(col(Person.id).in_(alike), col(Person.id).not_in(held)),
        )
        .order_by(col(Person.name), col(Person.id))
    ).all()


def _roles(session: Session, people: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    rows = session.exec(
        select(PersonRole)
        .where(col(PersonRole.person_id).in_(people))
        .order_by(col(PersonRole.role), col(PersonRole.owner))
    )
    for row in rows:
        found.setdefault(row.person_id, []).append((row.role, row.owner))
    return found
