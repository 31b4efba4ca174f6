"""A lead's acts: authorise one or a batch, or return with reasons; never one's own. Then the letters."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at, pages, view
from console.inspect.work import View
from console.inspect.writing import finding_text
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_path, needs
from console.stages import capital, stage_tag
from lifecycle import acts as a
from lifecycle.checking import ACCURACY
from lifecycle.words import Refused, Stage
from office import assessing, authorising, drafts
from office.assessment_file import AssessmentFile
from office.batches import Outcome
from office.casework import seal_text
from office.letter_seal import words_sealed
from office.letter_sending import print_of
from office.letter_standing import standing
from office.worklist import Task, Whose, work

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}"
AUTHORISES = needs("authorise")
SENDS = needs("send_letter")
BATCHES: dict[Task, dict[str, str]] = {
    Task.authorise: {
        "path": "/inspect/authorise",
        "title": "Authorise assessments",
        "said": "Each is judged alone, with its letter as it now reads. Your own need another lead.",
        "button": "Authorise the chosen",
        "none": "No assessment waits for authorisation.",
        "what": "review",
    },
    Task.letter: {
        "path": "/inspect/letters",
        "title": "Send letters",
        "said": "Each goes as it was authorised to the body, under embargo, copied to its oversight body.",
        "button": "Send the chosen letters",
        "none": "No letter waits to be sent.",
        "what": "letter",
    },
}


@router.get("/inspect/authorise", dependencies=[AUTHORISES])
async def to_authorise(
    request: Request, room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()]
) -> Response:
    return await _batch(request, room, visitor, Task.authorise, asked)


@router.post("/inspect/authorise", dependencies=[AUTHORISES])
async def authorise_chosen(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    asked: Annotated[View, Query()],
    key: Annotated[str, Form()] = "",
    cases: Annotated[list[str], Form()] = [],  # noqa: B006 - how FastAPI takes it
) -> Response:
    if not cases:
        return await _batch(request, room, visitor, Task.authorise, asked, errors=_NONE)
    results = await authorising.authorise(room.desk, visitor.id, cases, key or str(uuid.uuid4()))
    return await _batch(request, room, visitor, Task.authorise, asked, results=results)


@router.get("/inspect/letters", dependencies=[SENDS])
async def to_send(
    request: Request, room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()]
) -> Response:
    return await _batch(request, room, visitor, Task.letter, asked)


@router.post("/inspect/letters", dependencies=[SENDS])
async def send_chosen(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    asked: Annotated[View, Query()],
    key: Annotated[str, Form()] = "",
    cases: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    if not cases:
        return await _batch(request, room, visitor, Task.letter, asked, errors=_NONE)
    results = await authorising.send_letters(room.desk, visitor.id, cases, key or str(uuid.uuid4()))
    return await _batch(request, room, visitor, Task.letter, asked, results=results)


_NONE = {"cases": "Choose at least one case"}


async def _batch(
    request: Request,
    room: Room,
    visitor: Visitor,
    task: Task,
    asked: View,
    *,
    results: Sequence[Outcome] = (),
    errors: dict[str, str] | None = None,
) -> Response:
    asked = asked.model_copy(update={"task": task, "whose": Whose.all.value})
    found = await room.read(lambda database: work(database, visitor.actor, asked.wanted(), room.today))
    chosen = asked.chosen() | {"task": "", "whose": ""}
    words = BATCHES[task]
    return render(
        request,
        "inspect/batch.html",
        422 if errors else 200,
        words=words,
        lines=found.lines,
        authorises=task is Task.authorise,
        results=results,
        key=uuid.uuid4(),
        at=at,
        case_path=case_path,
        narrow=lambda **change: view(words["path"], chosen, **change),
        pagination=pages(words["path"], chosen, asked.page, found.pages),
        me=visitor.id,
        errors=errors or {},
    )


@router.get(f"{BASE}/review", dependencies=[needs("see_work", of="case")])
async def review(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _review(request, room, visitor, await file_for(room, visitor, reference, body))


async def _review(
    request: Request,
    room: Room,
    visitor: Visitor,
    file: AssessmentFile,
    form: forms.Form | None = None,
    errors: forms.Errors | None = None,
) -> Response:
    draft = await room.read(lambda database: drafts.newest(database, file.row.id))
    stands = file.assessed if file.case.assessed_by else None
    waits = file.case.stage is Stage.assessed
    own = file.case.assessed_by == visitor.id
    reading = await assessing.letter_now(room.desk, file)
    found = reading.letter
    letter = await room.read(lambda database: standing(database, file, found))
    return render(
        request,
        "inspect/review.html",
        422 if errors else 200,
        file=file,
        stands=stands,
        written=file.starting_point(),
        private=draft.written.private if draft else "",
        letter=words_sealed(found) if found else "",
        unfit=reading.unfit,
        standing=letter,
        seen=print_of(found) if found else "",
        checks=ACCURACY in file.rules.policy.clocks,
        waits=waits,
        own=own,
        authorises=waits and not own and visitor.may("authorise"),
        form=form or {},
        key=uuid.uuid4(),
        stage=stage_tag(file.case.stage),
        finding_text=finding_text,
        capital=capital,
        at=at,
        case_path=case_path,
        errors=errors or {},
    )


@router.post(f"{BASE}/authorise", dependencies=[needs("authorise", of="case")])
async def authorise(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    try:
        receipts = await authorising.authorise_letter(
            room.desk, visitor.id, [file.row.id], forms.key_in(form), seen=form.get("seen", "")
        )
    except Refused as refused:
        return await _review(request, room, visitor, file, form, {"authorise": str(refused)})
    said = forms.recorded("Authorised. The letter can be sent as you read it.", receipts[0])
    return onward(room.keys, "/inspect/authorise", said)


@router.post(f"{BASE}/return", dependencies=[needs("return_assessment", of="case")])
async def return_(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    reason = forms.needed(form, "reason", errors, "Give the reasons: the inspector reads them")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", reason, file.row.id)
            act = a.ReturnAssessment(key=forms.key_in(form), actor=visitor.id, reason=sealed)
            receipt = await room.desk.take(file.row.id, act)
            said = forms.recorded("Returned. The inspector is told by mail.", receipt)
            return onward(room.keys, "/inspect/authorise", said)
        except Refused as refused:
            errors["reason"] = str(refused)
    return await _review(request, room, visitor, file, form, errors)


@router.post(f"{BASE}/take-back", dependencies=[needs("take_back_assessment", of="case")])
async def take_back(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """The assessor's own, before it is authorised. The draft stays as it was."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    reason = forms.needed(form, "reason", errors, "Say why you take it back")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", reason, file.row.id)
            act = a.TakeBackAssessment(key=forms.key_in(form), actor=visitor.id, reason=sealed)
            receipt = await room.desk.take(file.row.id, act)
            said = forms.recorded("Taken back. Your words are here still.", receipt)
            return onward(room.keys, at(file.row.id, "assess"), said)
        except Refused as refused:
            errors["reason"] = str(refused)
    return await _review(request, room, visitor, file, form, errors)
