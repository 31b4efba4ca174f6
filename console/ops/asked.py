"""What bodies asked and nobody has answered yet: since when, by when, or that no date is set for the answer."""

from fastapi import Request
from starlette.responses import Response

from console.inspect.links import at
from console.listing import Column, files, heads, order_in
from console.ops.shell import LOOK, PAGE, ops_router, page_of, pagination, show
from console.room import InRoom
from console.sheets import as_file
from office.unanswered import OLDEST, QUESTION, TIME, unanswered

router = ops_router()
WHAT = {TIME: "More time", QUESTION: "A question"}
COLUMNS = (
    Column("Asked", "asked"),
    Column("What", "what"),
    Column("Body", "body"),
    Column("Recommendation", "reference"),
    Column("Waits", numeric=True),
    Column("Answer due", "due"),
)
IN_FILE = ("Asked", "What", "Body", "Recommendation", "Days waiting", "Answer due", "Link")


@router.get("/ops/asked", dependencies=[LOOK])
async def listed(request: Request, room: InRoom, page: int = 1) -> Response:
    order = order_in(request, COLUMNS, OLDEST)
    _, total = await room.read(lambda database: unanswered(database, order, 0, 0))
    number, pages = page_of(page, total)
    found, _ = await room.read(lambda database: unanswered(database, order, (number - 1) * PAGE, PAGE))
    return await show(
        request,
        room,
        "asked.html",
        found=found,
        total=total,
        what=WHAT,
        today=room.today,
        heads=heads(request, COLUMNS, order),
        files=files(request, "/ops/asked"),
        pages=pagination(request, number, pages),
    )


@router.get("/ops/asked/export.{kind}", dependencies=[LOOK])
async def export(request: Request, room: InRoom, kind: str) -> Response:
    order = order_in(request, COLUMNS, OLDEST)
    found, _ = await room.read(lambda database: unanswered(database, order))
    rows = [
        (
            *(one.asked_at, WHAT[one.kind], one.body, one.reference, one.days(room.today)),
            *(one.due, room.settings.base_url + at(one.case, "answer")),
        )
        for one in found
    ]
    return await as_file(kind, "asked", "Asked", IN_FILE, room.today, lambda: rows)
