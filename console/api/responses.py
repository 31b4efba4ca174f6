"""`/api/v1/responses`: the responses of oversight bodies (Police Act 1996 s.55), one report × one oversight body."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from console.api import answers
from console.api.cases import file_of, page_of
from console.api.cursor import Cursor, Size, Slug
from console.api.door import UNCHANGED, api_router, told
from console.room import ByVisitor, InRoom
from console.rules import needs
from office.known import Wanted

router = api_router("responses")


@router.get("/responses", dependencies=[needs("be_here")], response_model=answers.Cases, responses=UNCHANGED)
async def list_responses(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    oversight: Slug | None = None,
    report: Slug | None = None,
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
    ended: Annotated[bool, Query(description="Those that have ended, too.")] = False,
    size: Size = 50,
    cursor: Cursor = None,
) -> Response:
    """The responses that you may know of."""
    wanted = Wanted(kind="response", oversight=oversight, report=report, overdue=overdue, open_only=not ended)
    return told(request, await page_of(room, visitor, wanted, size, cursor))


@router.get(
    "/responses/{report}/{oversight}",
    dependencies=[needs("see_oversight", of="oversight")],
    response_model=answers.CaseFile,
    responses=UNCHANGED,
)
async def show_response(
    request: Request, room: InRoom, visitor: ByVisitor, report: str, oversight: str
) -> Response:
    """One response: clocks, timeline, agenda, notices, mails."""
    return told(request, await file_of(room, visitor, f"response/{report}/{oversight}"))
