"""The assessment: the submission beside the criteria, a draft that nobody's words are lost from, and its completion."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, Response

from console.cookies import onward
from console.inspect.file import file_for
from console.inspect.links import at
from console.inspect.writing import differences, finding_items, finding_text, outcome_items, read_form
from console.numbers import RowNumber, row_number
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_id, case_path, needs
from console.stages import capital, stage_tag
from lifecycle import acts as a
from lifecycle.words import Refused
from office import allocation, assessing, drafts
from office.assessment_file import AssessmentFile
from office.drafts import Saved, Written
from office.letter_seal import words_sealed

router = APIRouter(include_in_schema=False)
SEE = needs("see_work", of="case")
DO = needs("complete_assessment", of="case")
BASE = "/inspect/{reference}/{body}"


@router.get(f"{BASE}/assess", dependencies=[SEE])
async def show(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    file = await file_for(room, visitor, reference, body)
    draft = await room.read(lambda database: drafts.newest(database, file.row.id))
    written = draft.written if draft else file.starting_point()
    return await _page(request, room, visitor, file, written, base=draft.number if draft else 0)


@router.post(f"{BASE}/assess", dependencies=[DO])
async def save(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """Save the draft. With `then=check` go on to the check page. A program that saves by itself gets JSON."""
    file = await file_for(room, visitor, reference, body)
    form = await request.form()
    written, base = read_form(file, form), row_number(form.get("base"))
    by_itself = request.headers.get("accept") == "application/json"
    try:
        saved = await room.read(
            lambda database: drafts.save(database, visitor.id, file.row.id, written, base, room.now)
        )
    except Refused as refused:
        if by_itself:
            return JSONResponse({"said": str(refused)}, 422)
        errors = {"narrative": str(refused)}
        return await _page(request, room, visitor, file, written, base=base, status=422, errors=errors)
    if by_itself:
        return _said(saved)
    if saved.set_aside:
        return await _clash(request, room, visitor, file, saved)
    if form.get("then") == "check":
        return onward(room.keys, at(file.row.id, "check"))
    return onward(room.keys, at(file.row.id, "assess"), f"Saved as version {saved.version.number}.")


def _said(saved: Saved) -> Response:
    said = (
        "Somebody else saved another version. Yours is kept: press Save to see both."
        if saved.set_aside
        else "Saved."
    )
    return JSONResponse({"said": said, "version": saved.version.number, "aside": bool(saved.set_aside)})


async def _clash(
    request: Request, room: Room, visitor: Visitor, file: AssessmentFile, saved: Saved
) -> Response:
    """Both texts side by side, and the form with one's own words, to be saved over the other's once they are one."""
    newest = saved.newest
    base = newest.number if newest else 0
    return await _page(
        request, room, visitor, file, saved.version.written, base=base, status=409, clash=saved
    )


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    file: AssessmentFile,
    written: Written,
    *,
    base: int,
    status: int = 200,
    clash: Saved | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    held = await room.read(lambda database: allocation.history(database, file.row.id))
    kept = await room.read(lambda database: drafts.versions(database, file.row.id))
    theirs = clash.newest.written if clash and clash.newest else None
    return render(
        request,
        "inspect/assess.html",
        status,
        file=file,
        written=written,
        base=base,
        versions=kept,
        holder=held[0].name if held and held[0].until is None else "",
        clash=clash,
        differences=differences(file, theirs, written) if theirs else [],
        acts=visitor.may("complete_assessment") and file.open and bool(file.rules.policy.outcomes),
        may=visitor.may,
        finding_items=finding_items,
        finding_text=finding_text,
        outcomes=outcome_items(file),
        stage=stage_tag(file.case.stage),
        capital=capital,
        at=at,
        case_path=case_path,
        me=visitor.id,
        today=room.today,
        errors=errors or {},
    )


@router.get(f"{BASE}/versions", dependencies=[SEE])
async def versions(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """Every saved version, those set aside too."""
    file = await file_for(room, visitor, reference, body)
    return render(
        request,
        "inspect/versions.html",
        file=file,
        versions=await room.read(lambda database: drafts.versions(database, file.row.id)),
        finding_text=finding_text,
        capital=capital,
        at=at,
    )


@router.get(f"{BASE}/check", dependencies=[DO])
async def check(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    file = await file_for(room, visitor, reference, body)
    return await _check(request, room, visitor, file)


async def _check(
    request: Request,
    room: Room,
    visitor: Visitor,
    file: AssessmentFile,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response:
    draft = await room.read(lambda database: drafts.newest(database, file.row.id))
    written = draft.written if draft else Written()
    lacks = assessing.missing(file, written)
    reading = None if lacks else await assessing.preview(room.desk, file, written, visitor.id)
    return render(
        request,
        "inspect/check.html",
        status,
        file=file,
        draft=draft,
        written=written,
        lacks=lacks,
        reading=reading,
        words_sealed=words_sealed,
        key=uuid.uuid4(),
        finding_text=finding_text,
        capital=capital,
        at=at,
        case_path=case_path,
        errors=errors or {},
    )


@router.post(f"{BASE}/complete", dependencies=[DO])
async def complete(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    reference: str,
    body: str,
    version: Annotated[RowNumber, Form()] = 0,
    key: Annotated[str, Form(max_length=a.LONGEST_KEY)] = "",
) -> Response:
    of = case_id(reference, body)
    try:
        receipt = await assessing.complete(room.desk, visitor.id, of, version, key or str(uuid.uuid4()))
    except Refused as refused:
        file = await file_for(room, visitor, reference, body)
        return await _check(request, room, visitor, file, status=422, errors={"check": str(refused)})
    said = f"The assessment is complete, recorded as entry {receipt.seq} of the case. A lead inspector authorises it."
    return onward(room.keys, at(of, "review"), said)
