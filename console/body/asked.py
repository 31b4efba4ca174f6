"""What a body asked, and the answers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.body.frame import SEES, SIZE, home, page
from console.inspect.links import pages
from console.room import ByVisitor, InRoom
from console.rules import case_path
from office.asked import asked

router = APIRouter(include_in_schema=False)


@router.get("/body/{body}/asked", dependencies=[SEES])
async def show(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    at = page_number(number)
    found = await room.read(lambda database: asked(database, body, page=at, size=SIZE))
    here = f"{home(body)}/asked"
    return await page(
        request,
        room,
        visitor,
        body,
        "body/asked.html",
        found=found,
        case_path=case_path,
        pagination=pages(here, {}, at, -(-found.count // SIZE)),
    )


def page_number(given: str) -> int:
    """The page asked for; the first when it is no number."""
    return int(given) if given.isdecimal() and len(given) < 6 and int(given) > 0 else 1
