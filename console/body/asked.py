"""What a body asked, and the answers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.body.frame import SEES, SIZE, home, page
from console.inspect.links import pages
from console.listing import Column, files, heads, order_in, page_number, sorting
from console.room import ByVisitor, InRoom
from console.rules import case_path
from console.sheets import as_file
from office.asked import NEWEST, Asked, asked

router = APIRouter(include_in_schema=False)
COLUMNS = (Column("Date", "at"), Column("Recommendation", "reference"))
NO_DATE = (
    "This recommendation is held under rules that were made before requests and questions had dates of their own, and "
    "those are never changed afterwards. So no date is set for our answer, and the inspector is not reminded by mail. "
    "It stands in the inspectors’ list of work, and operations see every day how long it waits. If you hear nothing "
    "in a week, tell your liaison contact at the inspectorate. Your own date stays until you have an answer."
)
IN_FILE = (
    *("Asked", "Recommendation", "By", "What", "Until", "Words"),
    *("Answered", "Answer", "Reasons", "Link"),
)


@router.get("/body/{body}/asked", dependencies=[SEES])
async def show(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    at = page_number(number)
    order = order_in(request, COLUMNS, NEWEST)
    found = await room.read(lambda database: asked(database, body, page=at, size=SIZE, order=order))
    here = f"{home(body)}/asked"
    return await page(
        request,
        room,
        visitor,
        body,
        "body/asked.html",
        found=found,
        case_path=case_path,
        undated=any(not (one.dated or one.answer or one.moot) for one in found.asked),
        no_date=NO_DATE,
        heads=heads(request, COLUMNS, order),
        files=files(request, here),
        pagination=pages(here, sorting(request), at, -(-found.count // SIZE)),
    )


@router.get("/body/{body}/asked/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, body: str, kind: str) -> Response:
    """All that was asked, with the answers."""
    order = order_in(request, COLUMNS, NEWEST)
    found = await room.read(lambda database: asked(database, body, page=1, size=None, order=order))
    rows = [
        (
            *(one.at, one.reference, one.by, f"More time for {one.clock}" if one.due else "Question"),
            *(one.due, one.words, *_answer(one)),
            room.settings.base_url + case_path(one.case),
        )
        for one in found.asked
    ]
    return await as_file(kind, f"asked-{body}", "Questions and requests", IN_FILE, room.today, lambda: rows)


def _answer(one: Asked) -> tuple[datetime | None, str, str]:
    if one.answer is not None:
        return one.answer.at, one.answer.said, one.answer.words
    return None, f"No answer was needed any more: {one.moot}" if one.moot else "No answer yet", ""
