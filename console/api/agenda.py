"""`/api/v1/agenda`: what happens next if nobody acts, for the cases of one page of the list."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from console.api import answers
from console.api.cases import coming, cursor_after
from console.api.cursor import Cursor, Size, Slug, first, read_after
from console.api.door import UNCHANGED, api_router, told
from console.room import ByVisitor, InRoom
from console.rules import needs
from lifecycle.dates import end_of_day
from office import known
from office.reach import Reach

router = api_router("agenda")


@router.get("/agenda", dependencies=[needs("be_here")], response_model=answers.Agenda, responses=UNCHANGED)
async def show_agenda(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: Slug | None = None,
    report: Slug | None = None,
    days: Annotated[int, Query(ge=1, le=366, description="Today and so many days more.")] = 14,
    size: Size = 50,
    cursor: Cursor = None,
) -> Response:
    """What falls due by the end of those days, case by case in the order of `/cases`: `size` counts cases."""
    until = end_of_day(room.today + timedelta(days=days))
    found = await asyncio.to_thread(
        known.known_cases,
        room.database,
        Reach.of(visitor.actor),
        known.Wanted(body=body, report=report),
        room.today,
        after=read_after(cursor),
        size=size,
    )
    page, more = first(found, size)
    return told(
        request,
        answers.Agenda(
            until=until,
            coming=tuple(coming(one.seen, entry) for one, entry in known.coming(page, until)),
            next=cursor_after(page[-1]) if more else None,
        ),
    )
