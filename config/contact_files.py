"""Role mailboxes by rule (`bodies/contacts.csv`), and the sample people who may act (`bodies/people.csv`)."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from config.body_rows import Row, read_rows
from lifecycle.words import Role
from models.tables import Body, Contact, Oversees, OversightBody, Person, PersonRole

INSPECTORATE = "inspectorate"
FIRST_DAY = date(2012, 1, 1)
"""No table speaks of an earlier day: since then the contacts of bodies and of the inspectorate hold."""
CONTACT_COLUMNS = ("owner", "role", "office", "mailbox")
PEOPLE_COLUMNS = ("id", "name", "mailbox", "role", "owner")
ROLES = tuple(role.value for role in Role)


def read_contacts(
    folder: Path, bodies: Sequence[Body], overseers: Sequence[OversightBody], relations: Sequence[Oversees]
) -> tuple[Contact, ...]:
    """A mailbox for each role of each owner: by the rule for that owner, or else the rule for its kind."""
    rules = read_rows(folder / "contacts.csv", CONTACT_COLUMNS)
    found = [*_contacts(rules, INSPECTORATE, "", INSPECTORATE, (FIRST_DAY, None))]
    for body in bodies:
        place = body.id.removesuffix("-frs")
        found += _contacts(rules, body.id, body.kind, place, (FIRST_DAY, body.until))
    for one in overseers:
        found += _contacts(rules, one.id, one.kind, one.id, _term(one.id, relations))
    return tuple(found)


def _contacts(
    rules: Sequence[Row], owner: str, kind: str, place: str, term: tuple[date, date | None]
) -> Iterable[Contact]:
    by_role = {row.text("role"): row for of in (kind, owner) for row in rules if row.text("owner") == of}
    for row in by_role.values():
        yield Contact(
            owner=owner,
            role=row.choice("role", ROLES),
            office=row.text("office"),
            mailbox=_sample(row).replace("{place}", place),
            since=term[0],
            until=term[1],
        )


def _sample(row: Row) -> str:
    """The mailbox of a sample, which reaches nobody: RFC 2606 keeps `.example` for that."""
    if not row.text("mailbox").endswith(".example"):
        raise row.wrong("mailbox", "a sample's mailbox must end in .example")
    return row.text("mailbox")


def _term(overseer: str, relations: Sequence[Oversees]) -> tuple[date, date | None]:
    """From the first day to the last on which it answers for any body."""
    its = [relation for relation in relations if relation.oversight_id == overseer]
    ends = [relation.until for relation in its if relation.until]
    return min(relation.since for relation in its), max(ends) if len(ends) == len(its) else None


def read_people(
    folder: Path, contacts: Sequence[Contact], bodies: Sequence[Body], overseers: Sequence[OversightBody]
) -> tuple[tuple[Person, ...], tuple[PersonRole, ...]]:
    """The inspectorate's people from the file, and one person for each body and each oversight body."""
    rows = read_rows(folder / "people.csv", PEOPLE_COLUMNS)
    of_file = {
        row.slug("id"): Person(id=row.slug("id"), name=row.text("name"), mailbox=_sample(row)) for row in rows
    }
    held = [(row.slug("id"), row.choice("role", ROLES), row.slug("owner")) for row in rows]
    names = {body.id: body.name for body in bodies} | {one.id: one.name for one in overseers}
    for contact in contacts:
        if contact.role in (Role.liaison, Role.oversight):
            person = _at(contact, names[contact.owner])
            of_file[person.id] = person
            held.append((person.id, contact.role, contact.owner))
    roles = tuple(PersonRole(person_id=who, role=role, owner=owner) for who, role, owner in held)
    return tuple(of_file.values()), roles


def _at(contact: Contact, name: str) -> Person:
    return Person(
        id=f"{contact.role}-{contact.owner}",
        name=f"{'Liaison' if contact.role == Role.liaison else 'Correspondence'} officer, {name}",
        mailbox=contact.mailbox,
        until=contact.until,
    )
