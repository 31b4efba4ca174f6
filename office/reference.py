"""Reference rows brought into the tables: bodies, who oversees them, sample mailboxes and sample people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, SQLModel, col, select

from config.body_files import Reference, read_reference
from models.database import Database, lock
from models.tables import Body, Contact, ContactChange, Oversees, OversightBody, Person

SAMPLE = ".example"


@dataclass(frozen=True)
class Counts:
    """How many rows a loading added, changed, and left as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged
        )


def load_reference(database: Database, reference: Reference | None = None) -> Counts:
    """Insert what is missing and update what has changed; loading again changes nothing.

    Bodies and relations are the files' own: the files win. A role whose mailbox an operator has set (one that is
    not at a name ending in `.example`), or that somebody has changed in the console, is left alone, and so is
    everybody who is registered already. Of two that load at once the second finds what the first has put there.
    """
    rows = reference or read_reference()
    with database.writing() as session:
        lock(session.connection(), "reference")
        return _facts(session, rows) + _contacts(session, rows.contacts) + _people(session, rows)


def _facts(session: Session, rows: Reference) -> Counts:
    counts = Counts()
    for table, found in ((Body, rows.bodies), (OversightBody, rows.oversight), (Oversees, rows.oversees)):
        counts += _merge(session, table, found)
        session.flush()
    return counts


def _merge(session: Session, table: type[SQLModel], rows: Iterable[SQLModel]) -> Counts:
    """Rows of one table, found again by their primary key."""
    keys = [column.name for column in table.__table__.primary_key]  # type: ignore[attr-defined]
    there = {_values(row, keys): row for row in session.exec(select(table))}
    counts = Counts()
    for row in rows:
        counts += _put(session, there.get(_values(row, keys)), row)
    return counts


def _values(row: SQLModel, keys: Sequence[str]) -> tuple[object, ...]:
    return tuple(getattr(row, key) for key in keys)


def _put(session: Session, there: SQLModel | None, row: SQLModel) -> Counts:
    if there is None:
        session.add(row)
        return Counts(added=1)
    fields = {name: value for name, value in row.model_dump().items() if name != "id" or value is not None}
    if all(getattr(there, name) == value for name, value in fields.items()):
        return Counts(unchanged=1)
    for name, value in fields.items():
        setattr(there, name, value)
    session.add(there)
    return Counts(changed=1)


def _contacts(session: Session, rows: Sequence[Contact]) -> Counts:
    there = session.exec(select(Contact)).all()
    operators = {(one.owner, one.role) for one in there if not one.mailbox.endswith(SAMPLE)}
    operators |= set(session.exec(select(ContactChange.owner, ContactChange.role)).all())
    by_key = {(one.owner, one.role, one.since): one for one in there}
    counts = Counts()
    for row in rows:
        if (row.owner, row.role) in operators:
            counts += Counts(unchanged=1)
        else:
            counts += _put(session, by_key.get((row.owner, row.role, row.since)), row)
    return counts


def _people(session: Session, rows: Reference) -> Counts:
    there = set(session.exec(select(col(Person.id))))
    people = [person for person in rows.people if person.id not in there]
    roles = [role for role in rows.roles if role.person_id not in there]
    session.add_all(people)
    session.flush()
    session.add_all(roles)
    kept = len(rows.people) + len(rows.roles) - len(people) - len(roles)
    return Counts(added=len(people) + len(roles), unchanged=kept)
