"""Moderation: one criterion across all bodies side by side, so that like is judged alike."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.inspect.links import at, pages, view
from console.inspect.writing import finding_text
from console.listing import Column, files, heads, order_in, sorting
from console.pages import render
from console.room import InRoom, Room
from console.rules import NotFound, case_path, needs
from console.sheets import as_file
from console.stages import capital, stage_tag, stage_text
from office.moderation import MOST_CASES, Comparison, compare, compared

router = APIRouter(include_in_schema=False)
PATH = "/inspect/moderation"
SEE = needs("see_work")
UNDECIDED = "none"
COLUMNS = (
    Column("Recommendation", "reference"),
    Column("Bodies", "cases", numeric=True),
    Column("Assessed", "assessed", numeric=True),
)
IN_FILE = ("Recommendation", "Title", "Bodies", "Assessed", "Link")
FINDINGS_IN_FILE = ("Body", "Finding", "Notes", "Outcome", "Stage", "By", "Draft", "Link")


@router.get(PATH, dependencies=[SEE])
async def recommendations(
    request: Request, room: InRoom, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    order = order_in(request, COLUMNS, MOST_CASES)
    found, count = await room.read(lambda database: compared(database, page, order))
    return render(
        request,
        "inspect/moderations.html",
        found=found,
        heads=heads(request, COLUMNS, order),
        files=files(request, PATH),
        pagination=pages(PATH, sorting(request), page, count),
    )


@router.get(PATH + "/export.{kind}", dependencies=[SEE])
async def export(request: Request, room: InRoom, kind: str) -> Response:
    order = order_in(request, COLUMNS, MOST_CASES)
    found, _ = await room.read(lambda database: compared(database, None, order))
    rows = [
        (
            one.reference,
            one.title,
            one.cases,
            one.assessed,
            f"{room.settings.base_url}{PATH}/{quote(one.reference)}",
        )
        for one in found
    ]
    return await as_file(kind, "moderation", "Moderation", IN_FILE, room.today, lambda: rows)


@router.get(PATH + "/{reference}", dependencies=[SEE])
async def across(
    request: Request,
    room: InRoom,
    reference: str,
    criterion: Annotated[str, Query(max_length=40)] = "",
    finding: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    found, wanted = await _compared(room, reference, criterion, finding)
    here = request.url.path
    chosen: dict[str, object] = {"criterion": found.criterion.id if found.criterion else ""}
    return render(
        request,
        "inspect/moderation.html",
        found=found,
        filters=[
            (finding_text(one), count, view(here, chosen, finding=one or UNDECIDED), wanted == one)
            for one, count in sorted(found.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        everything=view(here, chosen),
        files=files(request, here),
        filtered=wanted is not None,
        of_criterion=lambda one: view(here, {}, criterion=one),
        finding_text=finding_text,
        capital=capital,
        stage_tag=stage_tag,
        case_path=case_path,
        at=at,
    )


@router.get(PATH + "/{reference}/export.{kind}", dependencies=[SEE])
async def export_across(
    room: InRoom,
    reference: str,
    kind: str,
    criterion: Annotated[str, Query(max_length=40)] = "",
    finding: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The findings that the page shows side by side, as a file."""
    found, _ = await _compared(room, reference, criterion, finding)
    rows = [
        (
            *(
                one.body_name,
                finding_text(one.finding),
                one.note,
                capital(one.outcome),
                stage_text(one.stage),
            ),
            *(one.person, "draft" if one.draft else "", room.settings.base_url + case_path(one.case)),
        )
        for one in found.rows
    ]
    return await as_file(
        kind, f"moderation-{reference}", "Findings", FINDINGS_IN_FILE, room.today, lambda: rows
    )


async def _compared(
    room: Room, reference: str, criterion: str, finding: str
) -> tuple[Comparison, str | None]:
    """One criterion across all bodies, and the finding that is asked for. Raises NotFound."""
    wanted = None if not finding else "" if finding == UNDECIDED else finding
    found = await room.read(lambda database: compare(database, reference, criterion, wanted))
    if found is None:
        raise NotFound(reference)
    return found, wanted
