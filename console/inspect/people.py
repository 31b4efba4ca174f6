"""Leave cover and conflicts of interest: one's own by everybody who inspects, anybody's by leads and operations."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import col, select
from starlette.responses import Response

from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.numbers import RowNumber
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import needs
from lifecycle.words import Refused
from models.database import Database
from models.tables import Body
from office import conflicts, cover
from office.allocation import inspectors
from office.people import NotAllowed

router = APIRouter(include_in_schema=False)
PATH = "/inspect/people"
SEE = needs("see_people")


@router.get(PATH, dependencies=[SEE])
async def show(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    return await _page(request, room, visitor, {}, {})


@router.post("/inspect/people/cover", dependencies=[SEE])
async def arrange(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}
    person, by = form.get("away") or visitor.id, form.get("cover", "")
    errors = {} if by else {"cover": "Choose who covers"}
    errors |= _who(visitor, form, "away", "Choose who is away")
    dates = {}
    for field, name in (("since", "first day"), ("last", "last day")):
        try:
            dates[field] = read_date(form, field, name)
            if dates[field] is None:
                raise NotADate(f"Enter the {name}")
        except NotADate as wrong:
            errors[field] = str(wrong)
    since, last = dates.get("since"), dates.get("last")
    if errors or since is None or last is None:
        return await _page(request, room, visitor, form, errors)
    try:
        await room.read(lambda db: cover.arrange(db, visitor.id, person, by, since, last, room.now))
    except (Refused, NotAllowed) as refused:
        return await _page(request, room, visitor, form, {"cover": str(refused)})
    return onward(room.keys, PATH, "The cover is arranged: mail about those cases goes to who covers.")


@router.post("/inspect/people/cover/end", dependencies=[SEE])
async def end_cover(room: InRoom, visitor: ByVisitor, cover_id: Annotated[RowNumber, Form()]) -> Response:
    return await _ended(
        room, lambda db: cover.end(db, visitor.id, cover_id, room.now), "The cover has ended."
    )


@router.post("/inspect/people/conflicts", dependencies=[SEE])
async def declare(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    who: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    given = {"who": who, "body": body, "reason": reason}
    errors = _who(visitor, given, "who", "Choose who has the conflict")
    errors |= {} if body else {"body": "Choose a body"}
    errors |= {} if reason.strip() else {"reason": "Say what the conflict is"}
    if errors:
        return await _page(request, room, visitor, given, errors)
    try:
        await room.read(
            lambda db: conflicts.declare(db, visitor.id, who or visitor.id, body, reason, room.now)
        )
    except (Refused, NotAllowed) as refused:
        return await _page(request, room, visitor, given, {"body": str(refused)})
    return onward(room.keys, PATH, "Recorded. Open cases of that body are everybody’s again.")


@router.post("/inspect/people/conflicts/end", dependencies=[needs("allocate")])
async def end_conflict(room: InRoom, visitor: ByVisitor, conflict: Annotated[RowNumber, Form()]) -> Response:
    said = "The conflict ends today: from tomorrow they may judge that body."
    return await _ended(room, lambda db: conflicts.end(db, visitor.id, conflict, room.today), said)


def _who(visitor: Visitor, form: dict[str, str], field: str, said: str) -> dict[str, str]:
    """Who may act for others says for whom; for anybody else it is themselves."""
    return {field: said} if visitor.may("allocate") and not form.get(field) else {}


async def _ended(room: Room, deed: Callable[[Database], None], said: str) -> Response:
    await room.read(deed)
    return onward(room.keys, PATH, said)


async def _page(
    request: Request, room: Room, visitor: Visitor, form: dict[str, str], errors: dict[str, str]
) -> Response:
    people = await room.read(lambda database: inspectors(database, room.now))
    away = await room.read(lambda database: cover.covers(database, room.today))
    held = await room.read(lambda database: conflicts.conflicts(database, room.today))
    bodies = await room.read(_bodies)
    others = visitor.may("allocate")
    return render(
        request,
        "inspect/people.html",
        422 if errors else 200,
        people=people,
        away=away,
        conflicts=[one for one in held if others or one.person == visitor.id],
        bodies=bodies,
        others=others,
        acts=others or visitor.may("arrange_cover"),
        form={name: form.get(name, "") for name in ("away", "cover", "who", "body", "reason")},
        dates=[
            date_fields(field, typed(form, field), legend, "For example, 4 12 2026", errors.get(field, ""))
            for field, legend in (("since", "First day away"), ("last", "Last day away"))
        ],
        me=visitor.id,
        errors=errors,
    )


def _bodies(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one.id, one.name) for one in session.exec(select(Body).order_by(col(Body.name)))]
