"""How it all stands now: drawn whole by the server, then kept fresh by an event stream."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import RedirectResponse, Response

from console.listing import Column, files, heads, order_in
from console.ops.figures import figures
from console.ops.live import Live
from console.ops.shell import LOOK, ops_router, show
from console.room import ByVisitor, InRoom, Room, Visitor
from console.sheets import Row, as_file
from console.signin import limits_of
from console.stages import stage_text
from lifecycle.dates import plain_date
from office.access import still_in
from office.overview import BY_NAME, OPEN_STAGES, WEEK, heat_map
from office.people import NotAllowed, find_actor
from office.rights import may

router = ops_router()
COLUMNS = (
    Column("Body", "body"),
    *(Column(stage_text(stage), stage.value, numeric=True) for stage in OPEN_STAGES),
    Column("All", "all", numeric=True),
)


def live_in(request: Request) -> Live:
    """The process's one broadcaster."""
    found: Live = request.app.state.live
    return found


@router.get("/ops", dependencies=[LOOK])
async def now(request: Request, room: InRoom, q: str = "") -> Response:
    if q.strip():
        return RedirectResponse(request.url_for("search").include_query_params(q=q.strip()), 303)
    standing, engine = await live_in(request).look()
    return await show(
        request,
        room,
        "now.html",
        figures=figures(standing, engine),
        standing=standing,
        stages=OPEN_STAGES,
        week_ends=plain_date(room.today + WEEK),
        due_after=room.today - timedelta(days=1),
        due_before=room.today + WEEK,
    )


@router.get("/ops/stream", dependencies=[LOOK], response_class=EventSourceResponse)
async def stream(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    last_event_id: Annotated[str, Header()] = "",
) -> AsyncIterable[ServerSentEvent]:
    """The figures whenever they change, until the session ends, the right is lost, or this process does."""
    async with aclosing(live_in(request).follow(last_event_id)) as heard:
        async for seen in heard:
            if not await asyncio.to_thread(_may_still, room, visitor):
                yield ServerSentEvent(event="ended", raw_data="Your session has ended. Sign in again.")
                return
            if seen is not None:
                yield ServerSentEvent(event="figures", id=seen.id, data={"at": seen.at, **seen.texts})
    yield ServerSentEvent(event="restarting", raw_data="The console restarts.")


def _may_still(room: Room, visitor: Visitor) -> bool:
    """Watching is no sign of life: it does not keep a session from ending."""
    with room.database.reading() as session:
        if not still_in(session, visitor.signed_in.session, room.now, limits_of(room)):
            return False
        try:
            return may(find_actor(session, visitor.id, room.today), "see_operations")
        except NotAllowed:
            return False


@router.get("/ops/map", dependencies=[LOOK])
async def heat(request: Request, room: InRoom, report: str = "") -> Response:
    order = order_in(request, COLUMNS, BY_NAME)
    found = await room.read(lambda database: heat_map(database, report, order))
    return await show(
        request,
        room,
        "map.html",
        map=found,
        heads=heads(request, COLUMNS, order),
        files=files(request, "/ops/map"),
        named=[(stage, stage_text(stage).lower()) for stage in OPEN_STAGES],
        report=report,
        totals=found.totals(),
        shade=shade,
    )


@router.get("/ops/map/export.{kind}", dependencies=[LOOK])
async def export(request: Request, room: InRoom, kind: str, report: str = "") -> Response:
    order = order_in(request, COLUMNS, BY_NAME)
    found = await room.read(lambda database: heat_map(database, report, order))
    rows: list[Row] = [
        (row.name, *(row.counts[stage] for stage in OPEN_STAGES), row.all) for row in found.rows
    ]
    titles = [column.title for column in COLUMNS]
    return await as_file(kind, "map", "Open cases", titles, room.today, lambda: rows)


def shade(count: int, most: int) -> int:
    """How dark a cell is: 0 for none, then four shades by its share of the most."""
    return -(-count * 4 // most) if count else 0
