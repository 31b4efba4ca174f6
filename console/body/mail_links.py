"""Where the links of mails lead: a page that says what it is about, with a button for whoever reads the mailbox.

Link scanners open every link: opening acts on nothing. Each link is signed for one act and ends by itself.
"""

import asyncio
import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from activities.mail.links import ACKNOWLEDGE, CONFIRM
from console.cookies import onward
from console.keys import BadLink
from console.pages import render
from console.room import InRoom, Room
from console.rules import anybody, case_path
from lifecycle.acts import Acknowledge
from lifecycle.words import Paper, Refused
from models.tables import Contact, Person
from office.contacts import confirm
from office.mail_links import Acknowledging, NoLink, acknowledging, contact

router = APIRouter(include_in_schema=False)
SIGNED = anybody("the link is signed for one act, ends by itself, and was sent to the role's own mailbox")
GONE = "What this link was about is not there any more. Sign in to see what is."


@router.get("/mail/acknowledge/{signed}", dependencies=[SIGNED])
async def ask(request: Request, room: InRoom, signed: str) -> Response:
    _pace(request, room)
    _, about = await _about(room, signed)
    return _page(request, about, signed)


@router.post("/mail/acknowledge/{signed}", dependencies=[SIGNED])
async def acknowledge(
    request: Request, room: InRoom, signed: str, person: Annotated[str, Form()] = ""
) -> Response:
    """Recorded for the person who pressed; pressed twice, it is one act."""
    _pace(request, room)
    mail, about = await _about(room, signed)
    if person not in {one.id for one in about.people}:
        return _page(request, about, signed, {"person": "Choose who you are"})
    act = Acknowledge(
        key=f"mail-{hashlib.sha256(signed.encode()).hexdigest()[:40]}",
        actor=person,
        paper=Paper.request_letter,
        source=f"link in mail {mail[:12]}",
    )
    try:
        receipt = await room.desk.take(about.case, act)
    except Refused as refused:
        return _page(request, about, signed, {"person": str(refused)})
    said = f"Thank you. It is recorded as number {receipt.seq}."
    return onward(room.keys, f"/mail/acknowledge/{signed}", said)


@router.get("/mail/contact/{signed}", dependencies=[SIGNED])
async def ask_contact(request: Request, room: InRoom, signed: str) -> Response:
    _pace(request, room)
    row, people = await _contact(room, signed)
    return render(request, "mail/contact.html", contact=row, people=people)


@router.post("/mail/contact/{signed}", dependencies=[SIGNED])
async def confirm_contact(
    request: Request, room: InRoom, signed: str, person: Annotated[str, Form()] = ""
) -> Response:
    _pace(request, room)
    row, people = await _contact(room, signed)
    if person not in {one.id for one in people}:
        errors = {"person": "Choose who you are"}
        return render(request, "mail/contact.html", 422, contact=row, people=people, errors=errors)
    await asyncio.to_thread(confirm, room.database, person, row, room.now)
    return onward(room.keys, f"/mail/contact/{signed}", "Thank you: the mailbox is confirmed.")


def _pace(request: Request, room: Room) -> None:
    room.pace.note("link address", request.client.host if request.client else "unknown")


async def _about(room: Room, signed: str) -> tuple[str, Acknowledging]:
    """The mail's id, and what it brought. Raises BadLink."""
    said = room.keys.open_until(ACKNOWLEDGE, signed, room.now)
    if not (isinstance(said, list) and len(said) == 2):
        raise BadLink(GONE)
    mail, case = (str(one) for one in said)
    try:
        return mail, await room.read(lambda database: acknowledging(database, mail, case, room.now))
    except NoLink as none:
        raise BadLink(GONE) from none


async def _contact(room: Room, signed: str) -> tuple[Contact, tuple[Person, ...]]:
    said = room.keys.open_until(CONFIRM, signed, room.now)
    try:
        number = int(str(said))
        return await room.read(lambda database: contact(database, number, room.now))
    except (NoLink, ValueError) as none:
        raise BadLink(GONE) from none


def _page(
    request: Request, about: Acknowledging, signed: str, errors: dict[str, str] | None = None
) -> Response:
    return render(
        request,
        "mail/acknowledge.html",
        422 if errors else 200,
        about=about,
        signed=signed,
        case=case_path(about.case),
        errors=errors or {},
    )
