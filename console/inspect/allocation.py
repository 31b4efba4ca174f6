"""Who has which case: allocated one by one or many at once, taken, given back; every stretch is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect.links import at, pages, view
from console.inspect.work import COLUMNS, TASKS, View, work_file
from console.listing import files, heads
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_id, case_path, needs
from lifecycle.words import Refused
from office import allocation
from office.batches import Outcome
from office.worklist import Whose, work

router = APIRouter(include_in_schema=False)
PATH = "/inspect/allocation"
NOBODY = "nobody"


@dataclass(frozen=True)
class Given:
    """What was chosen on the form, to be shown again."""

    person: str = ""
    reason: str = ""
    cases: Sequence[str] = ()


@router.get(PATH, dependencies=[needs("allocate")])
async def show(
    request: Request, room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()]
) -> Response:
    return await _page(request, room, visitor, asked, Given())


@router.post(PATH, dependencies=[needs("allocate")])
async def give(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    asked: Annotated[View, Query()],
    person: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    cases: Annotated[list[str], Form()] = [],  # noqa: B006 - how FastAPI takes it
) -> Response:
    """Each case is judged alone; the page says what became of each."""
    given = Given(person, reason, cases)
    if not person or not cases:
        errors = {} if person else {"person": "Choose who gets the cases"}
        errors |= {} if cases else {"cases": "Choose at least one case"}
        return await _page(request, room, visitor, asked, given, errors=errors)
    try:
        results = await room.read(
            lambda database: allocation.allocate(
                database, visitor.id, cases, None if person == NOBODY else person, reason, room.now
            )
        )
    except Refused as refused:
        return await _page(request, room, visitor, asked, given, errors={"reason": str(refused)})
    return await _page(request, room, visitor, asked, Given(), results=results)


@router.get(f"{PATH}/export.{{kind}}", dependencies=[needs("allocate")])
async def export(room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()], kind: str) -> Response:
    return await work_file(room, visitor, _asked(asked), kind, "allocation", "Allocation")


def _asked(asked: View) -> View:
    """Here, what nobody has is shown first."""
    return asked.model_copy(update={"whose": Whose.nobody.value}) if asked.whose == Whose.mine else asked


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    asked: View,
    given: Given,
    *,
    errors: dict[str, str] | None = None,
    results: Sequence[Outcome] = (),
) -> Response:
    asked = _asked(asked)
    found = await room.read(lambda database: work(database, visitor.actor, asked.wanted(), room.today))
    people = await room.read(lambda database: allocation.inspectors(database, room.now))
    chosen = asked.chosen()
    return render(
        request,
        "inspect/allocation.html",
        422 if errors else 200,
        found=found,
        lines=list({line.case: line for line in reversed(found.lines)}.values())[::-1],
        people=people,
        asked=asked,
        tasks=TASKS,
        given=given,
        results=results,
        action=view(PATH, chosen, page=asked.page),
        heads=heads(request, COLUMNS, asked.standing),
        files=files(request, PATH),
        links=[
            (title, view(PATH, chosen, whose=value), value == asked.whose)
            for value, title in (
                (Whose.nobody.value, "Allocated to nobody"),
                (Whose.all.value, "Everything"),
                *people,
            )
        ],
        case_path=case_path,
        pagination=pages(PATH, chosen, asked.page, found.pages),
        errors=errors or {},
    )


@router.post("/inspect/{reference}/{body}/take", dependencies=[needs("take_case", of="case")])
async def take(room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """What nobody has becomes mine."""
    of = case_id(reference, body)
    [outcome] = await room.read(
        lambda database: allocation.allocate(
            database, visitor.id, [of], visitor.id, "taken from the list", room.now
        )
    )
    if outcome.refused:
        raise Refused(outcome.refused)
    return onward(room.keys, at(of, "assess"), "It is yours now. Mail about it comes to you.")


@router.post("/inspect/{reference}/{body}/give-back", dependencies=[needs("take_case", of="case")])
async def give_back(room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """An own case is everybody's again."""
    of = case_id(reference, body)
    [outcome] = await room.read(
        lambda database: allocation.allocate(database, visitor.id, [of], None, "", room.now)
    )
    if outcome.refused:
        raise Refused(outcome.refused)
    return onward(room.keys, at(of, "allocation"), "It is everybody’s again.")


@router.get("/inspect/{reference}/{body}/allocation", dependencies=[needs("see_work", of="case")])
async def of_case(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _of_case(request, room, visitor, case_id(reference, body), Given())


@router.post("/inspect/{reference}/{body}/allocation", dependencies=[needs("allocate", of="case")])
async def reallocate(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    reference: str,
    body: str,
    person: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    of, given = case_id(reference, body), Given(person, reason)
    if not person:
        return await _of_case(
            request, room, visitor, of, given, errors={"person": "Choose who gets the case"}
        )
    try:
        [outcome] = await room.read(
            lambda database: allocation.allocate(
                database, visitor.id, [of], None if person == NOBODY else person, reason, room.now
            )
        )
        if outcome.refused:
            raise Refused(outcome.refused)
    except Refused as refused:
        return await _of_case(request, room, visitor, of, given, errors={"person": str(refused)})
    return onward(room.keys, at(of, "allocation"), f"Done: {outcome.said}.")


async def _of_case(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    given: Given,
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    held = await room.read(lambda database: allocation.history(database, of))
    people = await room.read(lambda database: allocation.inspectors(database, room.now))
    return render(
        request,
        "inspect/case_allocation.html",
        422 if errors else 200,
        of=of,
        held=held,
        people=people,
        given=given,
        case_path=case_path,
        at=at,
        mine=bool(held) and held[0].until is None and held[0].person == visitor.id,
        free=not held or held[0].until is not None,
        errors=errors or {},
    )
