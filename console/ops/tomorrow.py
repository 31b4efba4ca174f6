"""Tomorrow's post: looked at, held and released; and the one switch that stops all sending."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from activities.mail.repair import NotPossible
from console.cookies import onward
from console.listing import KINDS
from console.numbers import RowNumber
from console.ops.shell import LOOK, PAGE, Said, ops_router, page_of, pagination, show, typed
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from console.sheets import Row, as_file
from console.stages import plain
from lifecycle.dates import long_date
from lifecycle.words import Refused
from models.database import Database
from office import holds, post
from office.morrow import Post, next_working_day, post_of, whole_post
from office.overview import body_names, report_titles

router = ops_router()
ACT = needs("mail")
IN_FILE = ("Falls due", "What", "About", "To", "Mailbox", "Deadline", "Waits already")
AHEAD = 30
HERE = "/ops/post"
STOP = "stop all sending"


@router.get("/ops/post", dependencies=[LOOK])
async def look(
    request: Request,
    room: InRoom,
    day: str = "",
    case: str = "",
    coming: Annotated[int, Query(alias="page", le=10**6)] = 1,
    waiting: Annotated[int, Query(le=10**6)] = 1,
) -> Response:
    return await _page(request, room, day, given={"case": case}, at=(coming, waiting))


@router.get("/ops/post/export.{kind}", dependencies=[LOOK])
async def export(room: InRoom, kind: str, day: str = "") -> Response:
    """What goes out on that day, and what waits already, all of it, as a file."""
    on = _day(day, room.today) if day else next_working_day(room.today)

    def rows() -> Iterator[Row]:
        for one in whole_post(room.database, on):
            waits = "" if one.notice is None else "held" if one.held else "waits"
            yield (one.at, plain(one.template), one.case, plain(one.role), one.mailbox, one.due, waits)

    return await as_file(kind, f"post-of-{on.isoformat()}", "Post", IN_FILE, room.today, rows)


@router.post("/ops/post/stop", dependencies=[ACT])
async def stop(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    reason: Said = "",
    confirm: Said = "",
) -> Response:
    """Stop all sending, at once."""
    errors = {}
    if not reason.strip():
        errors["stop-reason"] = "Say why: it stands at the top of every operations page until sending goes on"
    try:
        typed(confirm, STOP)
    except Refused as refused:
        errors["stop-confirm"] = str(refused)
    if errors:
        return await _page(request, room, "", 422, errors, {"stop-reason": reason})
    await asyncio.to_thread(post.stop_sending, room.database, visitor.id, reason.strip()[:500])
    return onward(room.keys, HERE, "All sending is stopped. Notices go on falling due, and wait.")


@router.post("/ops/post/resume", dependencies=[ACT])
async def resume(room: InRoom, visitor: ByVisitor) -> Response:
    """Let sending go on. What was held besides stays held."""
    lifted = await asyncio.to_thread(post.resume_sending, room.database, visitor.id)
    said = (
        "Sending goes on. Each notice is checked again before it leaves." if lifted else "It was not stopped."
    )
    return onward(room.keys, HERE, said)


@router.post("/ops/post/hold", dependencies=[ACT])
async def hold(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    report: Said = "",
    body: Said = "",
    case: Said = "",
    reason: Said = "",
) -> Response:
    """Hold all mail about a report, a body or a case."""
    scope = {"report": report, "body": body, "case": case.strip()}
    try:
        await asyncio.to_thread(
            lambda: holds.hold_all(room.database, visitor.id, reason.strip()[:500], room.now, **scope)
        )
    except Refused as refused:
        return await _page(request, room, "", 422, {"reason": str(refused)}, {**scope, "reason": reason})
    return onward(room.keys, HERE, "Held until somebody lifts it.")


@router.post("/ops/post/lift", dependencies=[ACT])
async def lift(room: InRoom, visitor: ByVisitor, order: Said) -> Response:
    await asyncio.to_thread(holds.lift, room.database, visitor.id, order, room.now)
    return onward(room.keys, HERE, "Lifted. Each notice is checked again before it leaves.")


@router.post("/ops/post/notices/{notice}/hold", dependencies=[ACT])
async def hold_one(room: InRoom, visitor: ByVisitor, notice: RowNumber) -> Response:
    return await _of_one(room, holds.hold_notice, visitor.id, notice, "Held until somebody releases it.")


@router.post("/ops/post/notices/{notice}/release", dependencies=[ACT])
async def release_one(room: InRoom, visitor: ByVisitor, notice: RowNumber) -> Response:
    return await _of_one(
        room, holds.release_notice, visitor.id, notice, "Released: it leaves if it is still true."
    )


async def _of_one(
    room: Room, deed: Callable[[Database, str, int], object], actor: str, notice: int, said: str
) -> Response:
    try:
        await asyncio.to_thread(deed, room.database, actor, notice)
    except NotPossible as refused:
        raise Refused(str(refused)) from refused
    return onward(room.keys, HERE, said)


async def _page(
    request: Request,
    room: Room,
    day: str,
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    at: tuple[int, int] = (1, 1),
) -> Response:
    today = room.today
    chosen = _day(day, today) if day else next_working_day(today)

    def read(database: Database) -> tuple[Post, Sequence[holds.Hold], tuple[tuple[str, str], ...]]:
        with database.reading() as session:
            in_force = holds.holds(session, room.now)
            reports = report_titles(session)
        found = post_of(database, chosen, page=at[0], waits=at[1], size=PAGE)
        return found, in_force, reports

    found, in_force, reports = await room.read(read)
    bodies = await room.read(body_names)
    ahead = [today + timedelta(days=n) for n in range(AHEAD)]
    return await show(
        request,
        room,
        "post.html",
        status,
        errors,
        post=found,
        files={title: f"{HERE}/export.{kind}?day={chosen}" for kind, title in KINDS.items()},
        pages={
            "coming": _pages(request, at[0], found.cases, "page", "What falls due"),
            "waiting": _pages(request, at[1], found.notices, "waiting", "What waits"),
        },
        days=[(one.isoformat(), long_date(one)) for one in dict.fromkeys([*ahead, chosen])],
        holds=in_force,
        stopped=next((one for one in in_force if one.everything), None),
        reports=reports,
        bodies=bodies,
        stop_words=STOP,
        given={"report": "", "body": "", "case": "", "reason": "", "stop-reason": ""} | (given or {}),
    )


def _pages(request: Request, at: int, total: int, named: str, what: str) -> dict[str, object] | None:
    """The links to other pages of one of the two lists, told apart by what they are about."""
    links = pagination(request, *page_of(at, total), named)
    return links and {**links, "landmarkLabel": f"Pages: {what}"}


def _day(text: str, today: date) -> date:
    """A day of the address. Raises NotFound for what is no day, or past."""
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise NotFound(text) from wrong
    if day < today:
        raise NotFound(text)
    return day
