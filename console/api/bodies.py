"""`/api/v1/bodies`: who is inspected, who answers for them, and the mailboxes of their offices."""

import asyncio
from datetime import date

from fastapi import Request
from starlette.responses import Response

from console.api import cursor as place
from console.api.cursor import Cursor, Size, first
from console.api.door import UNCHANGED, Told, api_router, told
from console.room import ByVisitor, InRoom
from console.rules import NotFound, needs
from lifecycle.words import Role
from models import tables
from office import registers
from office.reach import Reach

router = api_router("bodies")


class Body(Told):
    id: str
    name: str
    kind: str
    division: str
    nation: str
    ons_code: str
    until: date | None


class Bodies(Told):
    bodies: tuple[Body, ...]
    next: str | None


class Oversight(Told):
    id: str
    name: str
    kind: str


class Contact(Told):
    """The mailbox of an office, not of a person."""

    role: Role
    office: str
    mailbox: str
    since: date
    until: date | None


class BodyFile(Told):
    body: Body
    oversight: tuple[Oversight, ...]
    contacts: tuple[Contact, ...]


@router.get("/bodies", dependencies=[needs("be_here")], response_model=Bodies, responses=UNCHANGED)
async def list_bodies(
    request: Request, room: InRoom, visitor: ByVisitor, size: Size = 50, cursor: Cursor = None
) -> Response:
    """The bodies that you may know of, in the order of their ids."""
    after = place.read(cursor, 1)
    found = await asyncio.to_thread(
        registers.bodies, room.database, Reach.of(visitor.actor), after=after[0] if after else None, size=size
    )
    page, more = first(found, size)
    return told(
        request,
        Bodies(bodies=tuple(map(_body, page)), next=place.write(page[-1].id) if more else None),
    )


@router.get(
    "/bodies/{body}",
    dependencies=[needs("see_body", of="body")],
    response_model=BodyFile,
    responses=UNCHANGED,
)
async def show_body(request: Request, room: InRoom, body: str) -> Response:
    """One body."""
    found = await asyncio.to_thread(registers.body, room.database, body, room.today)
    if found is None:
        raise NotFound(body)
    return told(
        request,
        BodyFile(
            body=_body(found.body),
            oversight=tuple(Oversight.model_validate(one.model_dump()) for one in found.oversight),
            contacts=tuple(
                Contact.model_validate(one.model_dump(include=set(Contact.model_fields)))
                for one in found.contacts
            ),
        ),
    )


def _body(row: tables.Body) -> Body:
    return Body.model_validate(row.model_dump(include=set(Body.model_fields)))
