"""What a follow-up inspection concluded, recorded with its narrative: verified, re-issued, superseded, or no more."""

import uuid

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.dates import date_fields, typed
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at
from console.inspect.writing import finding_text
from console.pages import render
from console.room import ByVisitor, InRoom
from console.rules import case_path, needs
from console.stages import capital, stage_tag
from lifecycle import acts as a
from lifecycle.words import InspectionResult, Refused
from office.assessment_file import AssessmentFile
from office.casework import record_inspection, seal_text

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}"
MAY = needs("record_inspection", of="case")
RESULTS = {
    InspectionResult.verified: ("Verified", "What was asked is done. The case is closed."),
    InspectionResult.reissued: ("Re-issued", "There is more to do. Another recommendation follows this one."),
    InspectionResult.superseded: ("Superseded", "Another recommendation takes its place."),
    InspectionResult.no_further_action: ("No further action", "It is not followed any more."),
}


@router.get(f"{BASE}/inspection", dependencies=[MAY])
async def ask(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return _page(request, await file_for(room, visitor, reference, body), {}, {})


@router.post(f"{BASE}/inspection", dependencies=[MAY])
async def record(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    errors = forms.Errors()
    result = form.get("result", "")
    if result not in {one.value for one in InspectionResult}:
        errors["result"] = "Choose what the inspection concluded"
    narrative = forms.needed(form, "narrative", errors, "Say what the inspection found")
    on = forms.day_in(form, "on", "date of the inspection", errors)
    if not errors:
        try:
            act = a.RecordInspection(
                key=forms.key_in(form),
                actor=visitor.id,
                on=on,
                result=InspectionResult(result),
                narrative=await seal_text(room.desk, "narrative", narrative, file.row.id),
                followed_by=form.get("followed_by", "").strip() or None,
            )
            receipt = await record_inspection(room.desk, file.row.id, act)
            return onward(
                room.keys, case_path(file.row.id), forms.recorded("The inspection is recorded.", receipt)
            )
        except Refused as refused:
            errors["result"] = str(refused)
    return _page(request, file, form, errors)


def _page(request: Request, file: AssessmentFile, form: forms.Form, errors: forms.Errors) -> Response:
    return render(
        request,
        "inspect/inspection.html",
        422 if errors else 200,
        file=file,
        results=[
            {"value": one.value, "text": text, "hint": {"text": hint}}
            for one, (text, hint) in RESULTS.items()
        ],
        form={name: form.get(name, "") for name in ("result", "narrative", "followed_by")},
        date=date_fields(
            "on",
            typed(form, "on"),
            "When it was (optional)",
            "For example, 4 12 2026. Left empty, it is today",
            errors.get("on", ""),
        ),
        key=form.get("key") or uuid.uuid4(),
        stage=stage_tag(file.case.stage),
        at=at,
        case_path=case_path,
        capital=capital,
        finding_text=finding_text,
        errors=errors,
    )
