"""Publishing a report's letters and overview together: what is not ready, and a confirmation that is typed."""

import uuid

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect import forms
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, case_path, needs
from console.stages import stage_tag, stage_text
from lifecycle.words import Refused
from models.messages import PublishReport
from office.publishing import readiness, to_publish

router = APIRouter(include_in_schema=False)
PATH = "/inspect/publish"
PUBLISHES = needs("publish")


@router.get(PATH, dependencies=[PUBLISHES])
async def reports(request: Request, room: InRoom) -> Response:
    return render(request, "inspect/reports.html", reports=await room.read(to_publish))


@router.get(PATH + "/{report}", dependencies=[PUBLISHES])
async def check(request: Request, room: InRoom, report: str) -> Response:
    return await _page(request, room, report, {}, {})


@router.post(PATH + "/{report}", dependencies=[PUBLISHES])
async def publish(request: Request, room: InRoom, visitor: ByVisitor, report: str) -> Response:
    """Nothing is published until the report's id is typed, and every case without a letter is left out for a reason."""
    form, errors = await forms.read(request), forms.Errors()
    if form.get("confirmation", "").strip() != report:
        errors["confirmation"] = f"Type {report}, exactly as it is written here"
    left_out = {
        name.removeprefix("leave:"): reason.strip()
        for name, reason in form.items()
        if name.startswith("leave:") and reason.strip()
    }
    if not errors:
        order = PublishReport(key=forms.key_in(form), actor=visitor.id, left_out=left_out)
        try:
            state = await room.reports.publish(report, order)
        except Refused as refused:
            errors["confirmation"] = str(refused)
        else:
            rest = len(state.not_ready)
            said = f"Published on {state.published_on:%d %B %Y}." if state.published_on else "Ordered."
            said += f" {rest} cases could not be published and are tried again." if rest else ""
            return onward(room.keys, f"{PATH}/{report}", said)
    return await _page(request, room, report, form, errors)


async def _page(
    request: Request, room: Room, report: str, form: forms.Form, errors: forms.Errors
) -> Response:
    found = await room.read(lambda database: readiness(database, report))
    if found is None:
        raise NotFound(report)
    return render(
        request,
        "inspect/publish.html",
        422 if errors else 200,
        found=found,
        form=form,
        key=form.get("key") or uuid.uuid4(),
        stage_text=stage_text,
        stage_tag=stage_tag,
        case_path=case_path,
        at=at,
        errors=errors,
    )
