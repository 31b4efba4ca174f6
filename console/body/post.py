"""Letters and mails as they were sent to a body. What is HTML is shown as text, or kept as a file in a sandbox."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.body.frame import SEES, SIZE, home, page
from console.inspect.links import pages
from console.listing import Column, files, heads, order_in, page_number, sorting
from console.room import ByVisitor, InRoom
from console.rules import NotFound, case_path
from console.sheets import Row, as_file
from office.received import NEWEST, NEWEST_LETTER, NotReceived, letter, mail, received

router = APIRouter(include_in_schema=False)
MAILS = (Column("Sent", "sent"), Column("Subject", "subject"), Column("To", "to"))
LETTERS = (Column("Date", "on"), Column("Letter", "letter"), Column("Recommendation", "reference"))
IN_FILE = ("Kind", "Sent", "Letter or subject", "To", "Recommendation", "Link")


@router.get("/body/{body}/post", dependencies=[SEES])
async def show(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    at = page_number(number)
    order, letters = order_in(request, MAILS, NEWEST), order_in(request, LETTERS, NEWEST_LETTER)
    found = await room.read(
        lambda database: received(database, body, page=at, size=SIZE, order=order, letters=letters)
    )
    here = f"{home(body)}/post"
    return await page(
        request,
        room,
        visitor,
        body,
        "body/post.html",
        found=found,
        here=here,
        quote=quote,
        case_path=case_path,
        mail_heads=heads(request, MAILS, order),
        letter_heads=heads(request, LETTERS, letters),
        files=files(request, here),
        pagination=pages(here, sorting(request), at, -(-found.count // SIZE)),
    )


@router.get("/body/{body}/post/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, body: str, kind: str) -> Response:
    """All letters and mails, as a list to keep."""
    order, letters = order_in(request, MAILS, NEWEST), order_in(request, LETTERS, NEWEST_LETTER)
    found = await room.read(
        lambda database: received(database, body, page=1, size=None, order=order, letters=letters)
    )
    here = f"{room.settings.base_url}{home(body)}/post"
    rows: list[Row] = [
        (
            "Letter",
            one.on,
            one.title + (" (replaced)" if one.replaced else ""),
            "",
            one.reference,
            f"{here}/letters/{quote(one.id)}",
        )
        for one in found.letters
    ]
    rows += [
        ("Mail", one.composed_at, one.subject, one.mailbox, "", f"{here}/{quote(one.id)}")
        for one in found.mails
    ]
    return await as_file(kind, f"post-{body}", "Letters and mail", IN_FILE, room.today, lambda: rows)


@router.get("/body/{body}/post/letters/{letter_id}", dependencies=[SEES])
async def show_letter(
    request: Request, room: InRoom, visitor: ByVisitor, body: str, letter_id: str
) -> Response:
    try:
        found, text = await room.read(lambda database: letter(database, body, letter_id))
    except NotReceived as none:
        raise NotFound(letter_id) from none
    return await page(
        request, room, visitor, body, "body/letter.html", letter=found, text=text, case_path=case_path
    )


@router.get("/body/{body}/post/{mail_id}", dependencies=[SEES])
async def show_mail(request: Request, room: InRoom, visitor: ByVisitor, body: str, mail_id: str) -> Response:
    try:
        found = await room.read(lambda database: mail(database, body, mail_id))
    except NotReceived as none:
        raise NotFound(mail_id) from none
    return await page(
        request,
        room,
        visitor,
        body,
        "body/mail.html",
        mail=found,
        here=f"{home(body)}/post/{quote(found.id)}",
    )


@router.get("/body/{body}/post/{mail_id}/html", dependencies=[SEES])
async def keep_mail(room: InRoom, body: str, mail_id: str) -> Response:
    """Its HTML part, as a file to keep: where it is opened all the same, nothing in it runs or loads."""
    try:
        found = await room.read(lambda database: mail(database, body, mail_id))
    except NotReceived as none:
        raise NotFound(mail_id) from none
    name = f"mail-{found.composed_at:%Y-%m-%d}-{found.id[:8]}.html"
    return Response(
        found.html,
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )
