"""The letter of a case: written passage by passage, checked by the body, sent as authorised, recalled, corrected."""

import uuid

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.dates import date_fields, typed
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_path, needs
from console.stages import stage_tag
from lifecycle import acts as a
from lifecycle.checking import ACCURACY
from lifecycle.words import Refused, Stage
from office import assessing, authorising
from office.assessment_file import AssessmentFile
from office.casework import seal_text
from office.letter_seal import words_sealed
from office.letter_sending import print_of
from office.letter_standing import standing

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}"
SENDS = needs("send_letter", of="case")
DRAFTS = needs("send_draft", of="case")


@router.get(f"{BASE}/letter", dependencies=[SENDS])
async def letter(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _letter(request, room, visitor, await file_for(room, visitor, reference, body), {}, {})


@router.post(f"{BASE}/letter", dependencies=[SENDS])
async def send(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """Send the letter that was shown, if it is the one that is authorised."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    try:
        receipt = await authorising.send_letter(
            room.desk, visitor.id, file.row.id, forms.key_in(form), seen=form.get("letter", "")[:80]
        )
    except Refused as refused:
        return await _letter(request, room, visitor, file, form, {"letter": str(refused)})
    return onward(room.keys, case_path(file.row.id), forms.recorded("The letter is sent.", receipt))


@router.post(f"{BASE}/recall", dependencies=[needs("recall_letter", of="case")])
async def recall(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """Before it is sent; it has to be authorised again."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    reason = forms.needed(form, "recall", errors, "Say why the letter is recalled")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", reason, file.row.id)
            act = a.RecallLetter(key=forms.key_in(form), actor=visitor.id, reason=sealed)
            receipt = await room.desk.take(file.row.id, act)
            said = forms.recorded("Recalled. It has to be authorised again before it is sent.", receipt)
            return onward(room.keys, case_path(file.row.id), said)
        except Refused as refused:
            errors["recall"] = str(refused)
    return await _letter(request, room, visitor, file, form, errors)


@router.post(f"{BASE}/correct", dependencies=[needs("correct_letter", of="case")])
async def correct(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """Send the letter as it now reads, in place of the one sent."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    reason = forms.needed(form, "correct", errors, "Say what is corrected and why: the letter says it")
    if not errors:
        try:
            receipt = await authorising.correct_letter(
                room.desk, visitor.id, file.row.id, " ".join(reason.split()), forms.key_in(form)
            )
            said = forms.recorded(
                "The corrected letter is sent. The earlier one stays in the record.", receipt
            )
            return onward(room.keys, case_path(file.row.id), said)
        except Refused as refused:
            errors["correct"] = str(refused)
    return await _letter(request, room, visitor, file, form, errors)


async def _letter(
    request: Request,
    room: Room,
    visitor: Visitor,
    file: AssessmentFile,
    form: forms.Form,
    errors: forms.Errors,
) -> Response:
    reading = await assessing.letter_now(room.desk, file)
    now = reading.letter
    stands = await room.read(lambda database: standing(database, file, now))
    return render(
        request,
        "inspect/letter.html",
        422 if errors else 200,
        file=file,
        stands=stands,
        now=words_sealed(now) if now else "",
        unfit=reading.unfit,
        seen=print_of(now) if now else "",
        authorised=file.case.stage is Stage.authorised,
        sent=file.case.stage in (Stage.letter_sent, Stage.published),
        own=file.case.assessed_by == visitor.id,
        form=form,
        key=uuid.uuid4(),
        stage=stage_tag(file.case.stage),
        case_path=case_path,
        at=at,
        errors=errors,
    )


@router.get(f"{BASE}/draft", dependencies=[DRAFTS])
async def draft(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _draft(request, room, await file_for(room, visitor, reference, body), {}, {})


@router.post(f"{BASE}/draft", dependencies=[DRAFTS])
async def send_draft(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """Send the body the letter as it now reads, to check its facts."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    due = forms.day_in(form, "due", "date for comments", errors)
    if not errors:
        try:
            receipts = await authorising.send_draft(
                room.desk, visitor.id, [file.row.id], forms.key_in(form), due
            )
            said = forms.recorded("The draft is sent, under embargo.", receipts[0])
            return onward(room.keys, at(file.row.id, "draft"), said)
        except Refused as refused:
            errors["draft"] = str(refused)
    return await _draft(request, room, file, form, errors)


@router.post(f"{BASE}/point", dependencies=[needs("answer_point", of="case")])
async def answer_point(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """Accept one point of the body's, or not; with the reason."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors, point = forms.Errors(), form.get("point", "")[:20]
    said = form.get(f"accepted-{point}", "")
    if said not in ("yes", "no"):
        errors[f"accepted-{point}"] = "Choose whether the point is accepted"
    reason = forms.needed(form, f"reason-{point}", errors, "Give the reason: the body reads it")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", reason, file.row.id)
            act = a.AnswerPoint(
                key=forms.key_in(form), actor=visitor.id, point=point, accepted=said == "yes", reason=sealed
            )
            receipt = await room.desk.take(file.row.id, act)
            return onward(
                room.keys, at(file.row.id, "draft"), forms.recorded(f"Point {point} is answered.", receipt)
            )
        except Refused as refused:
            errors[f"accepted-{point}"] = str(refused)
    return await _draft(request, room, file, form, errors)


async def _draft(
    request: Request, room: Room, file: AssessmentFile, form: forms.Form, errors: forms.Errors
) -> Response:
    reading = await assessing.letter_now(room.desk, file)
    now = reading.letter
    stands = await room.read(lambda database: standing(database, file, now))
    hint = "For example, 4 12 2026. Left empty, the policy sets it"
    return render(
        request,
        "inspect/draft.html",
        422 if errors else 200,
        file=file,
        now=words_sealed(now) if now else "",
        unfit=reading.unfit,
        stands=stands,
        checks=ACCURACY in file.rules.policy.clocks,
        sends=file.case.stage is Stage.assessed
        and not file.case.open_points
        and (file.case.draft is None or file.case.draft_closed),
        answers=file.case.stage is Stage.assessed,
        due=date_fields("due", typed(form, "due"), "Comments by (optional)", hint, errors.get("due", "")),
        form=form,
        key=uuid.uuid4(),
        stage=stage_tag(file.case.stage),
        case_path=case_path,
        at=at,
        errors=errors,
    )
