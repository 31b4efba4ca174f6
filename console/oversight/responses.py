"""What an oversight body owes: its responses to reports, with the last day and how it is counted; what was recorded."""

import uuid
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect.links import pages, view
from console.listing import Column, files, heads, order_in, page_number, sorting
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_path, needs
from console.sheets import as_file
from lifecycle.words import Refused
from office import responses as office
from office.responses import NoResponse, ResponseFile
from office.uploads.opening import NoDocument, open_document

router = APIRouter(include_in_schema=False)
SEES = needs("see_oversight", of="oversight")
RESPONDS = needs("record_response", of="oversight")
INVITES = needs("invite_comments", of="oversight")
SIZE = 50
COLUMNS = (
    Column("Last day", "due"),
    Column("Report", "report"),
    Column("Force", "body"),
    Column("What to do"),
)
IN_FILE = (
    *("Last day", "Days late", "Report", "Title", "Force"),
    *("Published", "Ended", "Why this day", "Link"),
)


@router.get("/oversight/{oversight}", dependencies=[SEES])
async def show(
    request: Request,
    room: InRoom,
    oversight: str,
    ended: str = "",
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    at = page_number(number)
    order = order_in(request, COLUMNS, office.USUAL)
    found = await room.read(
        lambda database: office.responses(
            database, oversight, room.today, ended=bool(ended), page=at, size=SIZE, order=order
        )
    )
    here, chosen = home(oversight), {"ended": bool(ended), **sorting(request)}
    return await page(
        request,
        room,
        oversight,
        "oversight/responses.html",
        found=found,
        ended=bool(ended),
        here=here,
        other=view(here, chosen, ended=not ended),
        at=at_response,
        heads=heads(request, COLUMNS, order),
        files=files(request, here),
        pagination=pages(here, chosen, at, -(-found.count // SIZE)),
    )


@router.get("/oversight/{oversight}/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, oversight: str, kind: str, ended: str = "") -> Response:
    order = order_in(request, COLUMNS, office.USUAL)
    found = await room.read(
        lambda database: office.responses(
            database, oversight, room.today, ended=bool(ended), page=1, size=None, order=order
        )
    )
    rows = [
        (
            *(one.due, one.days_late(room.today) or None, one.report, one.title, one.body_name),
            *(one.published_on, one.ended_on, " ".join(one.steps)),
            room.settings.base_url + at_response(oversight, one.report),
        )
        for one in found.lines
    ]
    return await as_file(kind, f"responses-{oversight}", "Responses", IN_FILE, room.today, lambda: rows)


@router.get("/oversight/{oversight}/responses/{report}", dependencies=[SEES])
async def show_one(
    request: Request, room: InRoom, visitor: ByVisitor, oversight: str, report: str
) -> Response:
    file = await file_of(room, oversight, report)
    return await _one(request, room, visitor, oversight, file)


@router.get("/oversight/{oversight}/responses/{report}/documents/{digest}", dependencies=[SEES])
async def document(room: InRoom, oversight: str, report: str, digest: str) -> Response:
    """A document of a recorded response, as a file to keep."""
    file = await file_of(room, oversight, report)
    wanted = [one for each in file.recorded for one in each.documents if one.hash == digest]
    if not wanted:
        raise NotFound(digest)
    try:
        opened = await room.read(
            lambda database: open_document(
                database, wanted[0].submission_id, wanted[0].name, unscanned=room.settings.open_unscanned
            )
        )
    except NoDocument as missing:
        raise NotFound(digest) from missing
    return Response(opened.content, headers=dict(opened.headers))


@router.post("/oversight/{oversight}/responses/{report}/invite", dependencies=[INVITES])
async def invite(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    oversight: str,
    report: str,
    key: Annotated[str, Form(max_length=100)],
) -> Response:
    file = await file_of(room, oversight, report)
    room.pace.note("act", visitor.id)
    try:
        await office.invite(room.desk, file.line.case, visitor.id, f"invite-{key}")
    except Refused as refused:
        return await _one(request, room, visitor, oversight, file, {"invite": str(refused)})
    said = "Recorded: the chief officer’s comments are invited."
    return onward(room.keys, at_response(oversight, report), said)


@router.post("/oversight/{oversight}/responses/{report}/copies", dependencies=[RESPONDS])
async def copies(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    oversight: str,
    report: str,
    key: Annotated[str, Form(max_length=100)],
) -> Response:
    file = await file_of(room, oversight, report)
    if not file.missing_copies:
        raise NotFound(report)
    room.pace.note("act", visitor.id)
    await office.record_copies(room.desk, file, visitor.id, f"copies-{key}")
    said = "Recorded: both copies have been sent."
    return onward(room.keys, at_response(oversight, report), said)


def home(oversight: str) -> str:
    return f"/oversight/{quote(oversight)}"


def at_response(oversight: str, report: str) -> str:
    return f"{home(oversight)}/responses/{quote(report)}"


async def file_of(room: Room, oversight: str, report: str) -> ResponseFile:
    try:
        return await room.read(lambda database: office.response(database, oversight, report))
    except NoResponse as none:
        raise NotFound(report) from none


async def _one(
    request: Request,
    room: Room,
    visitor: Visitor,
    oversight: str,
    file: ResponseFile,
    errors: dict[str, str] | None = None,
) -> Response:
    return await page(
        request,
        room,
        oversight,
        "oversight/response.html",
        422 if errors else 200,
        file=file,
        here=at_response(oversight, file.line.report),
        acts=visitor.may("record_response", "", oversight),
        key=uuid.uuid4().hex,
        errors=errors or {},
    )


async def page(
    request: Request, room: Room, oversight: str, template: str, status: int = 200, **context: object
) -> Response:
    return render(
        request,
        template,
        status,
        oversight=oversight,
        oversight_name=await room.read(lambda database: office.name_of(database, oversight)),
        home=home(oversight),
        sections=[("Responses", home(oversight)), ("Contacts", f"{home(oversight)}/contacts")],
        today=room.today,
        case_path=case_path,
        **context,
    )
