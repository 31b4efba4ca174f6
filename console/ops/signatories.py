"""Who signs letters: for a body, a kind of body, or the whole inspectorate; from a day on. What was stays on record."""

import asyncio
from collections.abc import Mapping
from datetime import date

from fastapi import Request
from starlette.responses import Response

from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.ops.shell import LOOK, NUL, ops_router, show
from console.room import ByVisitor, InRoom, Room
from console.rules import needs
from lifecycle.words import Refused
from office.signatories import name_signatory, signatories

router = ops_router()
PATH = "/ops/signatories"


@router.get(PATH, dependencies=[LOOK])
async def listed(request: Request, room: InRoom) -> Response:
    return await _page(request, room, {}, {})


@router.post(PATH, dependencies=[needs("people")])
async def name(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    """From a day on, this person signs the letters to these owners."""
    form = {key: str(value).replace(NUL, "") for key, value in (await request.form()).items()}
    try:
        owners, since = form.get("owners", "").replace(",", " ").split(), _day(form, room.today)
        if not owners:
            raise Refused("Say to whom the letters are: a body, a kind of body, or inspectorate.")
        await asyncio.to_thread(
            name_signatory,
            room.database,
            visitor.id,
            owners,
            form.get("holder", ""),
            form.get("offices", "").splitlines(),
            since,
            room.now,
        )
    except NotADate as wrong:
        return await _page(request, room, form, {"since": str(wrong)})
    except Refused as refused:
        return await _page(request, room, form, {"owners": str(refused)})
    return onward(room.keys, PATH, "Named. Letters of that day and later are signed so.")


def _day(form: Mapping[str, str], today: date) -> date:
    return read_date(form, "since", "first day") or today


async def _page(request: Request, room: Room, form: Mapping[str, str], errors: dict[str, str]) -> Response:
    return await show(
        request,
        room,
        "signatories.html",
        422 if errors else 200,
        errors,
        found=await room.read(signatories),
        today=room.today,
        given=form,
        since=date_fields(
            "since",
            typed(form, "since"),
            "First day (optional)",
            "For example, 4 12 2026. Left empty, it is today",
            errors.get("since", ""),
        ),
    )
