"""A body's contacts: role mailboxes, deputies and leave cover."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from console import contacts
from console.body.frame import SEES, home, page
from console.contacts import Door
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import needs
from lifecycle.words import Role

router = APIRouter(include_in_schema=False)
KEEPS = needs("contacts", of="body")
HERE = "/body/{body}/contacts"
OFFICES = {Role.chief_officer: "Chief officer", Role.liaison: "Liaison"}


@router.get(HERE, dependencies=[SEES])
async def show(request: Request, room: InRoom, visitor: ByVisitor, body: str) -> Response:
    return await contacts.show(_door(request, room, visitor, body))


@router.get(HERE + "/{role}/mailbox", dependencies=[KEEPS])
async def ask_mailbox(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    return await contacts.ask_mailbox(_door(request, room, visitor, body), role)


@router.post(HERE + "/{role}/mailbox", dependencies=[KEEPS])
async def change(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    return await contacts.change(_door(request, room, visitor, body), request, role)


@router.get(HERE + "/{role}/cover", dependencies=[KEEPS])
async def ask_cover(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    return await contacts.ask_cover(_door(request, room, visitor, body), role)


@router.post(HERE + "/{role}/cover", dependencies=[KEEPS])
async def cover(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    return await contacts.cover(_door(request, room, visitor, body), request, role)


@router.post(HERE + "/cover/{cover_id}/end", dependencies=[KEEPS])
async def end(request: Request, room: InRoom, visitor: ByVisitor, body: str, cover_id: str) -> Response:
    return await contacts.end(_door(request, room, visitor, body), cover_id)


def _door(request: Request, room: Room, visitor: Visitor, body: str) -> Door:
    return Door(
        room=room,
        visitor=visitor,
        owner=body,
        here=f"{home(body)}/contacts",
        offices=OFFICES,
        may_change=visitor.may("contacts", body),
        page=partial(page, request, room, visitor, body, frame="body/frame.html"),
    )
