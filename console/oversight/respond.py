"""The form of a response: its words and files kept as they come, then recorded with the copies that were sent."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.arriving import Fields, read_form
from console.body.forms import plain
from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.oversight.responses import RESPONDS, at_response, file_of, page
from console.room import ByVisitor, InRoom, Room, Visitor
from lifecycle.words import Refused
from office import responses as office
from office.desk import NeedsRepair, Unreachable
from office.responses import ResponseFile
from office.unsent import LONGEST, Drafted
from office.uploads.intake import Doorway, take_in
from office.uploads.refusals import ACCEPTED, FileRefused
from office.uploads.shelf import NoUpload, remove

router = APIRouter(include_in_schema=False)
COPIES = {
    "copy_to_inspectorate": "A copy has been sent to the inspectorate (this record is one)",
    "copy_to_secretary": "A copy has been sent to the Secretary of State",
}


@router.get("/oversight/{oversight}/responses/{report}/respond", dependencies=[RESPONDS])
async def ask(request: Request, room: InRoom, visitor: ByVisitor, oversight: str, report: str) -> Response:
    file = await file_of(room, oversight, report)
    return await _form(request, room, visitor, oversight, file, {})


@router.post("/oversight/{oversight}/responses/{report}/respond", dependencies=[RESPONDS])
async def respond(
    request: Request, room: InRoom, visitor: ByVisitor, oversight: str, report: str
) -> Response:
    """Keep the words, take a file in or away; with the last button, record the response."""
    file = await file_of(room, oversight, report)
    if file.recorded:
        return onward(room.keys, at_response(oversight, report), "It has been recorded already.")
    given: Fields = {}

    async def take(name: str, content: AsyncIterator[bytes]) -> None:
        await _keep(room, visitor, oversight, file, given)
        draft = await _draft(room, visitor, oversight, file)
        assert draft is not None
        room.pace.note("upload", visitor.id)
        await take_in(room.database, Doorway.of(room.settings), visitor.id, draft.row.id, name, content)

    try:
        await read_form(request, given, take)
        await _keep(room, visitor, oversight, file, given)
    except (Refused, NoUpload) as refused:
        field = "file" if isinstance(refused, FileRefused | NoUpload) else "text"
        return await _form(request, room, visitor, oversight, file, given, {field: str(refused)})
    if given.get("do") != "record":
        return await _form(request, room, visitor, oversight, file, given, status=200)
    return await _record(request, room, visitor, oversight, file, given)


async def _record(
    request: Request,
    room: Room,
    visitor: Visitor,
    oversight: str,
    file: ResponseFile,
    given: Mapping[str, str],
) -> Response:
    errors: dict[str, str] = {}
    day = None
    try:
        day = read_date(given, "on", "day of publication")
        errors |= {} if day else {"on": "Enter the day on which the response was published"}
    except NotADate as wrong:
        errors["on"] = str(wrong)
    draft = await _draft(room, visitor, oversight, file)
    if draft is None or draft.empty:
        errors["text"] = "Enter the response, or upload it as a document"
    if draft is not None and day is not None and not errors:
        room.pace.note("act", visitor.id)
        try:
            await office.record(
                room.desk,
                draft,
                visitor.id,
                day,
                to_inspectorate="copy_to_inspectorate" in given,
                to_secretary="copy_to_secretary" in given,
            )
        except (Refused, NoUpload) as refused:
            errors["on"] = str(refused)
        except (NeedsRepair, Unreachable) as silent:
            errors["text"] = f"{silent} Your words and files are kept here: try again later."
        else:
            said = "Thank you. The response is recorded."
            return onward(room.keys, at_response(oversight, file.line.report), said)
    return await _form(request, room, visitor, oversight, file, given, errors)


async def _keep(room: Room, visitor: Visitor, oversight: str, file: ResponseFile, form: Fields) -> None:
    """Keep the words that have come; and take away the file whose button was pressed."""
    there = await _draft(room, visitor, oversight, file)
    text = plain(form.get("text", there.row.text if there else ""))
    if len(text) > LONGEST:
        raise Refused(f"Enter at most {LONGEST:,} characters, and send the rest as a document")
    await asyncio.to_thread(office.keep, room.database, visitor.id, file, text, room.now)
    if gone := form.pop("remove", ""):
        await asyncio.to_thread(remove, room.database, visitor.id, gone)


async def _draft(room: Room, visitor: Visitor, oversight: str, file: ResponseFile) -> Drafted | None:
    return await room.read(lambda database: office.drafted(database, visitor.id, oversight, file.line.report))


async def _form(
    request: Request,
    room: Room,
    visitor: Visitor,
    oversight: str,
    file: ResponseFile,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    if file.recorded:
        return onward(room.keys, at_response(oversight, file.line.report))
    draft = await _draft(room, visitor, oversight, file)
    errors = errors or {}
    today = {"on-day": room.today.day, "on-month": room.today.month, "on-year": room.today.year}
    day = typed(given if "on-day" in given else today, "on")
    return await page(
        request,
        room,
        oversight,
        "oversight/respond.html",
        status if errors else 200,
        file=file,
        draft=draft,
        text=given.get("text", draft.row.text if draft else ""),
        copies={name for name in COPIES if name in given},
        on=date_fields(
            "on", day, "Day on which it was published", "For example, 4 12 2026", errors.get("on", "")
        ),
        here=at_response(oversight, file.line.report),
        megabytes=room.settings.upload_megabytes,
        accepted=ACCEPTED,
        copy_words=COPIES,
        errors=errors,
    )
