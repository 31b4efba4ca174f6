"""A submission in the making: which recommendations it answers, its words and files in parts, then a last look.

Words are kept with every press, also when a file is refused, and nothing is handed in but by the last button.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from console.arriving import Fields, read_form
from console.body.forms import plain
from console.body.frame import home, page
from console.cookies import onward
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, needs
from lifecycle.words import Refused, SubmissionAnswer
from office import unsent
from office.desk import NeedsRepair, Unreachable
from office.owed import of_cases, on_file, submittable
from office.submitting import ANSWERED, hand_in, missing_in
from office.unsent import Drafted, NoDraft
from office.uploads.intake import Doorway, take_in
from office.uploads.refusals import ACCEPTED, FileRefused
from office.uploads.shelf import NoUpload, remove

router = APIRouter(include_in_schema=False)
SUBMITS = needs("record_submission", of="body")


@router.get("/body/{body}/submit", dependencies=[SUBMITS])
async def choose(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    cases: Annotated[list[str] | None, Query()] = None,
) -> Response:
    return await _choice(request, room, visitor, body, cases or [])


@router.post("/body/{body}/submit", dependencies=[SUBMITS])
async def begin(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    cases: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        draft = await asyncio.to_thread(
            unsent.begin,
            room.database,
            visitor.id,
            body,
            list(dict.fromkeys(map(plain, cases or []))),
            room.now,
        )
    except Refused as refused:
        return await _choice(request, room, visitor, body, cases or [], {"cases": str(refused)})
    return onward(room.keys, at(body, draft.id))


@router.get("/body/{body}/drafts/{draft}", dependencies=[SUBMITS])
async def edit(request: Request, room: InRoom, visitor: ByVisitor, body: str, draft: str) -> Response:
    return await _form(request, room, visitor, await _drafted(room, visitor, body, draft))


@router.post("/body/{body}/drafts/{draft}", dependencies=[SUBMITS])
async def write(request: Request, room: InRoom, visitor: ByVisitor, body: str, draft: str) -> Response:
    """Keep the words, take a file in or away, and go where the pressed button leads.

    Words are kept before a file is read: whatever becomes of it, they stay.
    """
    found = await _drafted(room, visitor, body, draft)
    form: Fields = {}

    async def take(name: str, content: AsyncIterator[bytes]) -> None:
        await _save(room, visitor, found, form)
        room.pace.note("upload", visitor.id)
        await take_in(room.database, Doorway.of(room.settings), visitor.id, draft, name, content)

    try:
        await read_form(request, form, take)
        await _save(room, visitor, found, form)
    except (FileRefused, NoUpload) as refused:
        kept = await _drafted(room, visitor, body, draft)
        return await _form(request, room, visitor, kept, {"file": str(refused)})
    except Refused as refused:
        return await _form(request, room, visitor, found, {"text": str(refused)}, form.get("text", ""))
    found = await _drafted(room, visitor, body, draft)
    if form.get("do") == "check":
        if missing := missing_in(found):
            return await _form(request, room, visitor, found, missing)
        return onward(room.keys, f"{at(body, draft)}/check")
    if form.get("do") == "later":
        return onward(room.keys, f"{home(body)}/submit", "Your draft is saved. Go on with it from here.")
    return onward(room.keys, f"{at(body, draft)}#files", "Saved.")


@router.get("/body/{body}/drafts/{draft}/check", dependencies=[SUBMITS])
async def check(request: Request, room: InRoom, visitor: ByVisitor, body: str, draft: str) -> Response:
    found = await _drafted(room, visitor, body, draft)
    if missing_in(found):
        return onward(room.keys, at(body, draft), "Something is missing still: see below.")
    return await _last_look(request, room, visitor, found)


@router.post("/body/{body}/drafts/{draft}/check", dependencies=[SUBMITS])
async def submit(request: Request, room: InRoom, visitor: ByVisitor, body: str, draft: str) -> Response:
    """Hand it in. Pressed again, it leads to the same receipt."""
    found = await _drafted(room, visitor, body, draft)
    room.pace.note("act", visitor.id)
    try:
        await hand_in(room.desk, found, visitor.id)
    except (Refused, NoUpload) as refused:
        return await _last_look(request, room, visitor, found, 422, {"submit": str(refused)})
    except (NeedsRepair, Unreachable) as silent:
        said = f"{silent} Your words and files are kept here: press Submit again later."
        return await _last_look(request, room, visitor, found, 503, {"submit": said})
    found = await _drafted(room, visitor, body, draft)
    return onward(
        room.keys, receipt_at(body, found.row.submission_id or ""), "We have received your submission."
    )


@router.post("/body/{body}/drafts/{draft}/discard", dependencies=[SUBMITS])
async def discard(room: InRoom, visitor: ByVisitor, body: str, draft: str) -> Response:
    found = await _drafted(room, visitor, body, draft)
    await asyncio.to_thread(unsent.discard, room.database, found.row)
    return onward(room.keys, f"{home(body)}/submit", "The draft and its files are gone.")


def at(body: str, draft: str) -> str:
    return f"{home(body)}/drafts/{quote(draft)}"


def receipt_at(body: str, submission: str) -> str:
    return f"{home(body)}/receipts/{quote(submission)}"


async def _drafted(room: Room, visitor: Visitor, body: str, draft: str) -> Drafted:
    try:
        return await room.read(lambda database: unsent.drafted(database, visitor.id, body, draft))
    except NoDraft as none:
        raise NotFound(draft) from none


async def _save(room: Room, visitor: Visitor, found: Drafted, form: Fields) -> None:
    """Keep the words that have come; and take away the file whose button was pressed."""
    row = found.row
    said = form.get("answer", row.answer)
    answer = SubmissionAnswer(said) if said in set(SubmissionAnswer) else SubmissionAnswer.plan
    reference, text = plain(form.get("reference", row.reference)), plain(form.get("text", row.text))
    try:
        await asyncio.to_thread(unsent.save, room.database, row, answer, reference, text, room.now)
    except NoDraft as none:
        raise NotFound(row.id) from none
    if gone := form.pop("remove", ""):
        await asyncio.to_thread(remove, room.database, visitor.id, gone)


async def _choice(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    chosen: list[str],
    errors: dict[str, str] | None = None,
) -> Response:
    return await page(
        request,
        room,
        visitor,
        body,
        "body/choose.html",
        422 if errors else 200,
        duties=await room.read(lambda database: submittable(database, on_file(), body)),
        chosen=set(chosen),
        begun=await room.read(lambda database: unsent.drafts_of(database, visitor.id, body)),
        at=at,
        errors=errors or {},
    )


async def _form(
    request: Request,
    room: Room,
    visitor: Visitor,
    found: Drafted,
    errors: dict[str, str] | None = None,
    text: str | None = None,
) -> Response:
    if found.row.submission_id:
        return onward(room.keys, receipt_at(found.row.body_id, found.row.submission_id))
    return await _of_draft(
        request,
        room,
        visitor,
        found,
        "body/draft.html",
        422 if errors else 200,
        errors or {},
        text=found.row.text if text is None else text,
        megabytes=room.settings.upload_megabytes,
        accepted=ACCEPTED,
        days=room.settings.upload_days,
    )


async def _last_look(
    request: Request,
    room: Room,
    visitor: Visitor,
    found: Drafted,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response:
    if found.row.submission_id:
        return onward(room.keys, receipt_at(found.row.body_id, found.row.submission_id))
    return await _of_draft(request, room, visitor, found, "body/check.html", status, errors or {})


async def _of_draft(
    request: Request,
    room: Room,
    visitor: Visitor,
    found: Drafted,
    template: str,
    status: int,
    errors: dict[str, str],
    **context: object,
) -> Response:
    body = found.row.body_id
    references = [case.split("/", 2)[1] for case in found.row.cases]
    return await page(
        request,
        room,
        visitor,
        body,
        template,
        status,
        draft=found,
        duties=await room.read(lambda database: of_cases(database, on_file(), body, references)),
        here=at(body, found.row.id),
        answers=ANSWERED,
        errors=errors,
        **context,
    )
