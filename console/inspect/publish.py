"""Publishing a report's letters and overview together: what is not ready, and a confirmation that is typed."""

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect import forms
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, case_path, needs
from console.stages import stage_tag, stage_text
from lifecycle.dates import plain_date
from lifecycle.words import Refused
from models.messages import PublishReport, ReportState
from office.public_letter import State, decided_letters
from office.publishing import progress, readiness, to_publish

router = APIRouter(include_in_schema=False)
PATH = "/inspect/publish"
PUBLISHES = needs("publish")
LOOK_AGAIN = 5  # seconds
WATCHED = timedelta(hours=1)
"""So long after the order its page looks again by itself."""
STATES = {
    State.embargo: "under embargo",
    State.held: "held back",
    State.ordered: "ordered to be published",
    State.public: "public",
    State.withdrawn: "withdrawn, with a notice",
    State.over: "never published: its case ended",
}
AWAITED = timedelta(minutes=1)
"""So long an order that was taken up may take until the ledger shows it: it is not recorded if it was refused then."""


@router.get(PATH, dependencies=[PUBLISHES])
async def reports(request: Request, room: InRoom) -> Response:
    return render(request, "inspect/reports.html", reports=await room.read(to_publish))


@router.get(PATH + "/{report}", dependencies=[PUBLISHES])
async def check(request: Request, room: InRoom, report: str, ordered: str = "", still: str = "") -> Response:
    """What is not ready; and after the order, how far it has come: looked at again by itself, until that is stopped.

    `ordered` is the instant of the order, in seconds.
    """
    return await _page(request, room, report, {}, {}, ordered=ordered, still=bool(still))


@router.post(PATH + "/{report}", dependencies=[PUBLISHES])
async def publish(request: Request, room: InRoom, visitor: ByVisitor, report: str) -> Response:
    """Nothing is published until the report's id is typed, and every case without a letter is left out for a reason.

    The order is taken up; a page that waited for every case of a large report would wait for minutes.
    """
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
            state = await room.reports.order_publication(report, order)
        except Refused as refused:
            errors["confirmation"] = str(refused)
        else:
            return onward(
                room.keys, f"{PATH}/{quote(report)}?ordered={int(room.now.timestamp())}", _said(state)
            )
    return await _page(request, room, report, form, errors)


def _said(state: ReportState | None) -> str:
    if state is None or state.published_on is None:
        return "The order is taken up, and goes on by itself: you need not wait here."
    rest = len(state.not_ready)
    said = f"Published on {plain_date(state.published_on)}."
    return f"{said} {rest} cases could not be published and are tried again." if rest else said


def _seconds(ordered: str) -> int:
    """The instant of an order as the address gives it; 0 where it gives none."""
    return int(ordered) if ordered.isdecimal() and len(ordered) < 12 else 0


async def _page(
    request: Request,
    room: Room,
    report: str,
    form: forms.Form,
    errors: forms.Errors,
    *,
    ordered: str = "",
    still: bool = False,
) -> Response:
    found = await room.read(lambda database: readiness(database, report))
    if found is None:
        raise NotFound(report)
    far = await room.read(lambda database: progress(database, report))
    decided = await room.read(lambda database: decided_letters(database, report))
    missing = _seconds(ordered) if far is None and not found.report.overview_published_on else 0
    awaited = abs(room.now - datetime.fromtimestamp(missing, UTC)) < AWAITED
    under_way = awaited if far is None else bool(far.left) and room.now - far.ordered_at < WATCHED
    answer = render(
        request,
        "inspect/publish.html",
        422 if errors else 200,
        found=found,
        far=far,
        decided=decided,
        states=STATES,
        under_way=under_way,
        lost=bool(missing) and not awaited,
        ordered=_seconds(ordered),
        here=f"{PATH}/{quote(report)}",
        still=still,
        seconds=LOOK_AGAIN,
        form=form,
        key=form.get("key") or uuid.uuid4(),
        stage_text=stage_text,
        stage_tag=stage_tag,
        case_path=case_path,
        at=at,
        errors=errors,
    )
    if under_way and not still and not errors:
        answer.headers["Refresh"] = str(LOOK_AGAIN)
    return answer
