"""Import of reports: a file is uploaded once, its difference shown, and exactly that imported."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Form, Request
from starlette.responses import Response

from console.arriving import read_form
from console.cookies import onward
from console.ops.shell import LOOK, Said, ops_router, show
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from lifecycle.words import Refused
from office.intake_entries import IntakeError
from office.intake_review import import_reviewed, review, seal_file
from office.intake_text import arriving_text

router = ops_router()
ACT = needs("import")
SHOWN = 200
"""At most so many rows of each kind are listed; all are counted."""


@router.get("/ops/import", dependencies=[LOOK])
async def ask(request: Request, room: InRoom) -> Response:
    return await show(request, room, "import.html", problems=())


@router.post("/ops/import", dependencies=[ACT])
async def upload(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    """Seal the file, and show what it would change. Nothing else is changed."""
    sealed: list[str] = []

    async def take(name: str, content: AsyncIterator[bytes]) -> None:
        whole = await arriving_text(name, content)
        sealed.append(await asyncio.to_thread(seal_file, room.database, visitor.id, name, whole, room.now))

    try:
        await read_form(request, {}, take)
    except IntakeError as wrong:
        errors = {"file": "This file cannot be read; what is wrong with it stands below"}
        return await show(request, room, "import.html", 422, errors, problems=wrong.problems)
    if not sealed:
        errors = {"file": "Choose a .toml or .csv file"}
        return await show(request, room, "import.html", 422, errors, problems=())
    return onward(room.keys, f"/ops/import/{sealed[0]}")


@router.get("/ops/import/{file}", dependencies=[LOOK])
async def look(request: Request, room: InRoom, file: str, leave_out_bad: bool = False) -> Response:
    return await _page(request, room, file, leave_out_bad)


@router.post("/ops/import/{file}", dependencies=[ACT])
async def import_it(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    file: str,
    shown: Said = "",
    leave_out_bad: Annotated[bool, Form()] = False,
) -> Response:
    """Import what was shown, all of it, and open its cases."""
    try:
        done = await import_reviewed(room.reports, file, shown, visitor.id, leave_out_bad=leave_out_bad)
    except Refused as refused:
        return await _page(request, room, file, leave_out_bad, 422, {"import": str(refused)})
    except IntakeError:
        said = "Nothing was imported. What is wrong with the file stands below"
        return await _page(request, room, file, leave_out_bad, 422, {"import": said})
    left_out = f"; {len(done.left_out)} left out" if done.left_out else ""
    said = (
        f"Imported: {done.reports} reports, {done.recommendations} recommendations; "
        f"{done.cases} cases opened{left_out}."
    )
    return onward(room.keys, "/ops/import", said)


async def _page(
    request: Request,
    room: Room,
    file: str,
    leave_out_bad: bool,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response:
    found = await room.read(lambda database: review(database, file, room.today, leave_out_bad=leave_out_bad))
    if found is None:
        raise NotFound(file)
    return await show(
        request, room, "review.html", status, errors, review=found, leave_out_bad=leave_out_bad, most=SHOWN
    )
