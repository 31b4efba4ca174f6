"""People and roles: joiners, leavers, hand-over and changes of roles, each with its reason."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from console.cookies import onward
from console.dates import NotADate, read_date, typed
from console.listing import Column, files, heads, order_in
from console.ops.shell import LOOK, NUL, PAGE, ops_router, page_of, pagination, show
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, needs
from console.sheets import as_file
from console.stages import plain
from lifecycle.dates import plain_date
from lifecycle.words import Refused, Role
from office import leaving, personnel
from office.hand_over import hand_over
from office.people import INSPECTORATE
from office.personnel import Change, Held
from office.register import BY_ID, register, sheet
from office.revoking import revoke_all

router = ops_router()
ACT = needs("people")
ROLES = [(role.value, role.value.replace("_", " ").capitalize()) for role in Role]
COLUMNS = (
    Column("Short name", "id"),
    Column("Name", "name"),
    Column("Mailbox", "mailbox"),
    Column("Roles"),
    Column("Leaves", "leaves"),
)
IN_FILE = (*(column.title for column in COLUMNS), "Link")
KINDS = {
    "joined": "Joined",
    "role_given": "Was given a role",
    "role_taken": "Lost a role",
    "leaves": "Leaves",
    "stays": "Stays after all",
    "handed_over": "Handed over",
    "revoked": "Sessions and tokens revoked",
}


@router.get("/ops/people", dependencies=[LOOK])
async def listed(
    request: Request, room: InRoom, q: str = "", role: str = "", gone: bool = False, page: int = 1
) -> Response:
    asked, order = (q.strip(), role, gone, room.today), order_in(request, COLUMNS, BY_ID)
    counted = await room.read(lambda database: register(database, *asked, 0, 0))
    at, pages = page_of(page, counted.total)
    found = await room.read(lambda database: register(database, *asked, (at - 1) * PAGE, PAGE, order))
    return await show(
        request,
        room,
        "people.html",
        register=found,
        q=q,
        role=role,
        gone=gone,
        roles=ROLES,
        heads=heads(request, COLUMNS, order),
        files=files(request, "/ops/people"),
        pages=pagination(request, at, pages),
    )


@router.get("/ops/people/export.{kind}", dependencies=[LOOK])
async def export(
    request: Request, room: InRoom, kind: str, q: str = "", role: str = "", gone: bool = False
) -> Response:
    """The same people in the same order, as a file."""
    asked, order = (q.strip(), role, gone, room.today), order_in(request, COLUMNS, BY_ID)
    found = await room.read(lambda database: register(database, *asked, 0, None, order))
    rows = [
        (
            *(one.person.id, one.person.name, one.person.mailbox),
            "; ".join(f"{plain(held)} for {owner}" for held, owner in one.roles),
            one.person.until,
            f"{room.settings.base_url}/ops/people/{quote(one.person.id)}",
        )
        for one in found.entries
    ]
    return await as_file(kind, "people", "People", IN_FILE, room.today, lambda: rows)


@router.get("/ops/people-new", dependencies=[ACT])
async def ask_joiner(request: Request, room: InRoom) -> Response:
    return await _joiner(request, room, {}, None)


@router.post("/ops/people-new", dependencies=[ACT])
async def join(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    """Register somebody, with a first role or without."""
    form = await _form(request)
    person = form.get("id", "").strip()
    try:
        roles = (Held(_role(form), _owner(form)),) if form.get("role") else ()
        await asyncio.to_thread(
            personnel.join,
            room.database,
            _change(room, visitor, form),
            person,
            form.get("name", ""),
            form.get("mailbox", ""),
            roles,
        )
    except Refused as refused:
        return await _joiner(request, room, form, str(refused))
    said = f"{person} is registered, and can sign in by a link to that mailbox."
    return onward(room.keys, f"/ops/people/{quote(person)}", said)


@router.get("/ops/people/{person}", dependencies=[LOOK])
async def one(request: Request, room: InRoom, person: str) -> Response:
    return await _page(request, room, person)


@router.post("/ops/people/{person}/give", dependencies=[ACT])
async def give(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    form = await _form(request)

    def deed(change: Change) -> str:
        held = Held(_role(form), _owner(form))
        personnel.give_role(room.database, change, person, held)
        return f"{person} is now {held.role.value.replace('_', ' ')} for {held.owner}."

    return await _done(request, room, visitor, person, "give", form, deed)


@router.post("/ops/people/{person}/take", dependencies=[ACT])
async def take(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    form = await _form(request)

    def deed(change: Change) -> str:
        held = Held.read(form.get("held", ""))
        personnel.take_role(room.database, change, person, held)
        return f"{person} is no longer {held.role.value.replace('_', ' ')} for {held.owner}."

    return await _done(request, room, visitor, person, "take", form, deed)


@router.post("/ops/people/{person}/leave", dependencies=[ACT])
async def leave(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    """Somebody leaves from a day on; with a successor, all is handed over in the same act."""
    form = await _form(request)

    def deed(change: Change) -> str:
        day = _day(form)
        successor = form.get("successor", "")
        if not successor:
            leaving.leave(room.database, change, person, day)
            return f"{person} may do nothing more from {plain_date(day)}."
        done = hand_over(room.database, change, person, successor, leaving=day)
        return (
            f"{_handed(successor, done.cases, done.roles, done.kept)} {person} leaves on {plain_date(day)}."
        )

    return await _done(request, room, visitor, person, "leave", form, deed)


@router.post("/ops/people/{person}/hand-over", dependencies=[ACT])
async def give_over(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    """All open cases, cover and roles go to another; the person stays."""
    form = await _form(request)

    def deed(change: Change) -> str:
        successor = form.get("successor", "")
        done = hand_over(room.database, change, person, successor)
        return _handed(successor, done.cases, done.roles, done.kept)

    return await _done(request, room, visitor, person, "over", form, deed)


@router.post("/ops/people/{person}/stay", dependencies=[ACT])
async def stay(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    form = await _form(request)

    def deed(change: Change) -> str:
        leaving.stay(room.database, change, person)
        return f"{person} stays."

    return await _done(request, room, visitor, person, "stay", form, deed)


@router.post("/ops/people/{person}/revoke", dependencies=[ACT])
async def revoke(request: Request, room: InRoom, visitor: ByVisitor, person: str) -> Response:
    """End all sessions and tokens of somebody, who may sign in again."""
    form = await _form(request)

    def deed(change: Change) -> str:
        return f"Revoked. {revoke_all(room.database, change, person).capitalize()}."

    return await _done(request, room, visitor, person, "revoke", form, deed)


async def _done(
    request: Request,
    room: Room,
    visitor: Visitor,
    person: str,
    act: str,
    form: Mapping[str, str],
    deed: Callable[[Change], str],
) -> Response:
    try:
        said = await asyncio.to_thread(deed, _change(room, visitor, form))
    except (Refused, NotADate) as refused:
        return await _page(request, room, person, 422, {f"{act}-reason": str(refused)}, form)
    return onward(room.keys, f"/ops/people/{quote(person)}", said)


def _handed(successor: str, cases: int, roles: int, kept: tuple[str, ...]) -> str:
    said = f"{successor} has {cases} more cases and {roles} more roles."
    if kept:
        said += f" Kept, because {successor} must not judge these bodies: {', '.join(kept)}."
    return said


def _change(room: Room, visitor: Visitor, form: Mapping[str, str]) -> Change:
    return Change(visitor.id, form.get("reason", ""), room.now)


def _role(form: Mapping[str, str]) -> Role:
    if form.get("role", "") not in set(Role):
        raise Refused("Choose a role.")
    return Role(form["role"])


def _owner(form: Mapping[str, str]) -> str:
    return form.get("owner", "").strip() or INSPECTORATE


def _day(form: Mapping[str, str]) -> date:
    day = read_date(form, "day", "day of leaving")
    if day is None:
        raise Refused("Enter the first day on which they may do nothing more.")
    return day


async def _form(request: Request) -> dict[str, str]:
    found: FormData = await request.form()
    return {name: value.replace(NUL, "") for name, value in found.items() if isinstance(value, str)}


async def _joiner(request: Request, room: Room, form: Mapping[str, str], said: str | None) -> Response:
    return await show(
        request,
        room,
        "joiner.html",
        422 if said else 200,
        {"id": said} if said else None,
        given=form,
        roles=ROLES,
    )


async def _page(
    request: Request,
    room: Room,
    person: str,
    status: int = 200,
    errors: dict[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    found = await room.read(lambda database: sheet(database, person))
    if found is None:
        raise NotFound(person)
    act = next(iter(errors), "").partition("-")[0] if errors else ""
    return await show(
        request,
        room,
        "person.html",
        status,
        errors,
        sheet=found,
        today=room.today,
        now=room.now,
        roles=ROLES,
        kinds=KINDS,
        given=form or {},
        tried=act,
        day=typed(form or {}, "day"),
    )
