"""The search page: whatever somebody has at hand, from a mail or over the telephone."""

from fastapi import Request
from starlette.responses import Response

from console.ops.shell import LOOK, ops_router, show
from console.room import InRoom
from office.search import MOST, SHORTEST, search

router = ops_router()


@router.get("/ops/search", name="search", dependencies=[LOOK])
async def find(request: Request, room: InRoom, q: str = "") -> Response:
    found = await room.read(lambda database: search(database, q))
    return await show(
        request, room, "search.html", q=q, found=found, too_short=len(q.strip()) < SHORTEST, most=MOST
    )
