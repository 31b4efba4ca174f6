"""Who is inspected, who answers for them and how to reach both: `bodies/*.csv`, read, checked and made into rows.

Whether a fact is known or inferred stands beside it in the files, in the column `basis`. Mailboxes and people are
samples: offices at `*.example`, and nobody real.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from config.body_rows import BodyFileError, Row, read_rows
from config.contact_files import read_contacts, read_people
from lifecycle.calendars import Division
from models.tables import Body, Contact, Oversees, OversightBody, Person, PersonRole

__all__ = ["BodyFileError", "Reference", "read_reference"]

FOLDER = Path(__file__).parent / "bodies"
FORCE = "police-force"
SERVICE = "fire-service"
AGENCY = "agency"
FILES = {"forces.csv": FORCE, "fire.csv": SERVICE, "others.csv": AGENCY}
OVERSIGHT_KINDS = frozenset({"PCC", "PFCC", "MAYOR", "CITY_CORPORATION", "FIRE_AUTHORITY", "DEPARTMENT"})
BODY_COLUMNS = ("id", "name", "former_name", "renamed_on", "until", "nation", "division", "ons_code", "basis")
OVERSIGHT_COLUMNS = ("body", "id", "name", "kind", "since", "until", "basis")


@dataclass(frozen=True)
class Reference:
    """All reference rows, made anew at each reading, in the order in which they can be inserted."""

    bodies: tuple[Body, ...]
    oversight: tuple[OversightBody, ...]
    oversees: tuple[Oversees, ...]
    contacts: tuple[Contact, ...]
    people: tuple[Person, ...]
    roles: tuple[PersonRole, ...]


def read_reference(folder: Path = FOLDER) -> Reference:
    """The rows of every file in the folder.

    Raises:
        BodyFileError: for the first fault found.
    """
    bodies = _bodies(folder)
    oversight, oversees = _oversight(folder, bodies)
    contacts = read_contacts(folder, bodies, oversight, oversees)
    people, roles = read_people(folder, contacts, bodies, oversight)
    return Reference(bodies, oversight, oversees, contacts, people, roles)


def _bodies(folder: Path) -> tuple[Body, ...]:
    found: dict[str, Body] = {}
    for name, kind in FILES.items():
        for row in read_rows(folder / name, BODY_COLUMNS):
            body = _body(row, kind)
            if body.id in found:
                raise row.wrong("id", f"{body.id} stands twice")
            found[body.id] = body
    return tuple(found.values())


def _body(row: Row, kind: str) -> Body:
    row.check_basis()
    row.day("renamed_on")
    return Body(
        id=row.slug("id"),
        name=row.text("name"),
        kind=kind,
        division=row.choice("division", [division.value for division in Division]),
        nation=row.cells["nation"],
        ons_code=row.cells["ons_code"],
        until=row.day("until"),
    )


def _oversight(
    folder: Path, bodies: tuple[Body, ...]
) -> tuple[tuple[OversightBody, ...], tuple[Oversees, ...]]:
    overseers: dict[str, OversightBody] = {}
    relations: dict[str, list[Oversees]] = {body.id: [] for body in bodies}
    for row in read_rows(folder / "oversight.csv", OVERSIGHT_COLUMNS):
        row.check_basis()
        one = OversightBody(
            id=row.slug("id"), name=row.text("name"), kind=row.choice("kind", OVERSIGHT_KINDS)
        )
        if overseers.setdefault(one.id, one) != one:
            raise row.wrong("id", f"{one.id} has another name or kind on an earlier line")
        of_body = relations[row.choice("body", relations)]
        of_body.append(_relation(row, one.id))
        _check_follows(of_body, row)
    return tuple(overseers.values()), tuple(one for of_body in relations.values() for one in of_body)


def _relation(row: Row, overseer: str) -> Oversees:
    since, until = row.day("since"), row.day("until")
    if since is None or (until is not None and until <= since):
        raise row.wrong("since", "must be the day on which this began, before `until`")
    return Oversees(body_id=row.text("body"), oversight_id=overseer, since=since, until=until)


def _check_follows(relations: list[Oversees], row: Row) -> None:
    """One body has one oversight body on any day, and the lines are in the order of their days."""
    for before, after in pairwise(relations):
        if before.until is None or before.until > after.since:
            raise row.wrong("since", f"{after.body_id} has {before.oversight_id} on that day already")
