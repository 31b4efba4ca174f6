"""Moderation: one criterion across all bodies side by side, so that like is judged alike."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.inspect.links import at, pages, view
from console.inspect.writing import finding_text
from console.pages import render
from console.room import InRoom
from console.rules import NotFound, case_path, needs
from console.stages import capital, stage_tag
from office.moderation import compare, compared

router = APIRouter(include_in_schema=False)
PATH = "/inspect/moderation"
SEE = needs("see_work")
UNDECIDED = "none"


@router.get(PATH, dependencies=[SEE])
async def recommendations(
    request: Request, room: InRoom, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    found, count = await room.read(lambda database: compared(database, page))
    return render(request, "inspect/moderations.html", found=found, pagination=pages(PATH, {}, page, count))


@router.get(PATH + "/{reference}", dependencies=[SEE])
async def across(
    request: Request,
    room: InRoom,
    reference: str,
    criterion: Annotated[str, Query(max_length=40)] = "",
    finding: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    wanted = None if not finding else "" if finding == UNDECIDED else finding
    found = await room.read(lambda database: compare(database, reference, criterion, wanted))
    if found is None:
        raise NotFound(reference)
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
        filtered=wanted is not None,
        of_criterion=lambda one: view(here, {}, criterion=one),
        finding_text=finding_text,
        capital=capital,
        stage_tag=stage_tag,
        case_path=case_path,
        at=at,
    )
