"""What needs a person: why, since when, and what to press."""

import asyncio
import uuid
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from console.cookies import onward
from console.listing import Column, files, heads, order_in
from console.ops.shell import LOOK, PAGE, Said, ops_router, page_of, pagination, show, typed
from console.room import TASK_QUEUE, ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from console.sheets import as_file
from lifecycle.words import Refused
from models.messages import Reseat
from models.tables import Repair
from office import repair as mending
from office.stuck import BY_THEMSELVES, OLDEST, close, repair_file, stuck

router = ops_router()
ACT = needs("repair")
KINDS = {
    "unrecorded_act": "Act kept as a draft",
    "parked": "Parked case",
    "no_workflow": "Case without a workflow",
    "unknown_send": "Send in doubt",
    "refused": "Address refused",
    "no_contact": "Nobody to tell",
    "not_composed": "Mail that cannot be written",
    "held": "Held back",
    "stray_workflow": "Workflow without an open case",
    "broken_chain": "Events that were changed",
    "rules_missing": "Policy or calendar gone",
    "wrong_clock": "Date counted otherwise",
    "wrong_rung": "Rung recorded wrongly",
    "rung_missing": "Rung not recorded",
    "wrong_told": "News not told",
    "wrong_rows": "Rows that are not the events’",
    "notice_missing": "Notice gone",
    "notice_unasked": "Notice nobody asked for",
    "notice_wrong": "Notice not as its event asks",
    "notice_waiting": "Notice that does not leave",
}
COLUMNS = (Column("What", "what"), Column("Why", "cause"), Column("Since", "since"), Column("What to do"))
IN_FILE = ("What", "About", "Why", "Since", "What to do", "Link")
OF_WORKFLOW = ("parked", "no_workflow", "rung_missing")
OF_MAIL = ("unknown_send", "refused", "held")


@router.get("/ops/stuck", dependencies=[LOOK])
async def listed(request: Request, room: InRoom, kind: str = "", page: int = 1) -> Response:
    order = order_in(request, COLUMNS, OLDEST)
    counted = await room.read(lambda database: stuck(database, kind, 0, 0))
    at, pages = page_of(page, counted.total)
    found = await room.read(lambda database: stuck(database, kind, (at - 1) * PAGE, PAGE, order))
    return await show(
        request,
        room,
        "stuck.html",
        stuck=found,
        kinds=KINDS,
        kind=kind,
        heads=heads(request, COLUMNS, order),
        files=files(request, "/ops/stuck"),
        pages=pagination(request, at, pages),
    )


@router.get("/ops/stuck/export.{suffix}", dependencies=[LOOK])
async def export(request: Request, room: InRoom, suffix: str, kind: str = "") -> Response:
    """The same repairs in the same order, as a file."""
    order = order_in(request, COLUMNS, OLDEST)
    found = await room.read(lambda database: stuck(database, kind, 0, None, order))
    at = f"{room.settings.base_url}/ops/repair"
    rows = [
        (
            *(KINDS.get(one.kind, one.kind), one.subject, one.cause, one.opened_at, one.remedy),
            f"{at}?{urlencode({'id': one.id})}",
        )
        for one in found.repairs
    ]
    return await as_file(suffix, "needs-a-person", "Needs a person", IN_FILE, room.today, lambda: rows)


@router.get("/ops/repair", dependencies=[LOOK])
async def one(request: Request, room: InRoom, id: str = "") -> Response:  # noqa: A002
    if not id:
        return onward(room.keys, "/ops/stuck")
    return await _page(request, room, await _repair(room, id))


@router.post("/ops/repair/reseat", dependencies=[ACT])
async def reseat(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    id: Said,  # noqa: A002
    key: Said,
    confirm: Said = "",
) -> Response:
    """Fold the case again from its ledger; start a workflow where there is none."""
    repair = await _repair(room, id)
    try:
        typed(confirm, wanted(repair))
        receipt = await mending.reseat(
            room.desk, repair.subject, Reseat(key=key, actor=visitor.id), TASK_QUEUE
        )
    except Refused as refused:
        return await _page(request, room, repair, 422, {"confirm-reseat": str(refused)})
    if repair.kind == "no_workflow" and repair.closed_at is None:  # the engine closes the other kind itself
        await asyncio.to_thread(close, room.database, visitor.id, id, room.now)
    said = f"{repair.subject} is seated again on its ledger, at number {receipt.seq}."
    return onward(room.keys, "/ops/stuck", said)


@router.post("/ops/repair/close", dependencies=[ACT])
async def close_by_hand(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    id: Said,  # noqa: A002
    confirm: Said = "",
) -> Response:
    repair = await _repair(room, id)
    try:
        typed(confirm, wanted(repair))
        await asyncio.to_thread(close, room.database, visitor.id, id, room.now)
    except Refused as refused:
        return await _page(request, room, repair, 422, {"confirm-close": str(refused)})
    return onward(room.keys, "/ops/stuck", "Closed. If its cause is still there, it opens again.")


def wanted(repair: Repair) -> str:
    """What a person types to confirm: the case's reference, or the subject where there is none."""
    parts = repair.subject.split("/")
    return parts[1] if len(parts) > 2 else repair.subject


def mail_of(repair: Repair) -> str:
    """The id of the mail that a repair is about; empty where it is about a notice."""
    if repair.kind not in OF_MAIL:
        return ""
    key = repair.id.removeprefix(f"{repair.kind}/")
    return "" if "|" in key else key


async def _repair(room: Room, repair_id: str) -> Repair:
    found = await room.read(lambda database: repair_file(database, repair_id))
    if found is None:
        raise NotFound(repair_id)
    return found


async def _page(
    request: Request, room: Room, repair: Repair, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    return await show(
        request,
        room,
        "repair.html",
        status,
        errors,
        repair=repair,
        kinds=KINDS,
        of_workflow=repair.kind in OF_WORKFLOW,
        mail=mail_of(repair),
        by_itself=BY_THEMSELVES.get(repair.kind),
        wanted=wanted(repair),
        key=uuid.uuid4(),
    )
