"""The list of cases for the inspectorate: every view of it is a link, every link can be mailed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.finding import SHOWN, WAITING, chosen, direction, query, sort_link, sought_in
from console.listing import KINDS, Head
from console.pages import render
from console.room import InRoom, Room
from console.rules import case_path, needs
from console.stages import TAGS, capital, stage_tag
from office.lists import MOST, NOBODY, PAGE, Choices, Listed, Sort, Sought, choices, listed

router = APIRouter(include_in_schema=False)
SEES = needs("see_cases")
NEAR = 2
"""So many pages on both sides of the one that is shown have a link of their own."""
COLUMNS = (
    (Sort.reference, "Recommendation"),
    (Sort.body, "Body"),
    (Sort.stage, "Stage and outcome"),
    (Sort.due, "Next date"),
    (None, "Waiting for"),
    (None, "Allocated to"),
)


@router.get("/cases", dependencies=[SEES])
async def show(request: Request, room: InRoom) -> Response:
    sought, errors = sought_in(request.query_params)
    found, offered = await _read(room, sought)
    if sought.page > found.pages:
        sought = replace(sought, page=found.pages)
        found, offered = await _read(room, sought)
    return render(
        request,
        "cases/list.html",
        422 if errors else 200,
        found=found,
        sought=sought,
        heads=[
            Head(title, sort_link(sought, sort) if sort else "", direction(sought, sort), numeric=False)
            for sort, title in COLUMNS
        ],
        chosen=chosen(sought, offered),
        fields=_fields(sought, offered, request.query_params),
        pagination=pages_of(sought.page, found.pages, lambda page: f"/cases{query(sought, page)}"),
        counted=counted(found),
        files={title: f"/cases/export.{kind}{query(sought)}" for kind, title in KINDS.items()},
        today=room.today,
        tag=stage_tag,
        capital=capital,
        path_of=case_path,
        first=(sought.page - 1) * PAGE + 1,
        errors=errors,
    )


async def _read(room: Room, sought: Sought) -> tuple[Listed, Choices]:
    today = room.today
    return await room.read(lambda database: (listed(database, sought, today), choices(database)))


def counted(found: Listed) -> str:
    """How many cases, in words."""
    if found.more:
        return f"More than {MOST:,} cases. Narrow the list to find one."
    return "1 case" if found.count == 1 else f"{found.count:,} cases"


def pages_of(here: int, pages: int, at: Callable[[int], str]) -> dict[str, object] | None:
    """What govukPagination takes, with `at` the address of a page; None for a single page."""
    if pages == 1:
        return None
    near = {1, pages, *range(max(1, here - NEAR), min(pages, here + NEAR) + 1)}
    items: list[dict[str, object]] = []
    for page in sorted(near):
        if items and page - 1 not in near:
            items.append({"ellipsis": True})
        items.append({"number": page, "href": at(page), "current": page == here})
    made: dict[str, object] = {"items": items, "landmarkLabel": "Pages of the list"}
    if here > 1:
        made["previous"] = {"href": at(here - 1)}
    if here < pages:
        made["next"] = {"href": at(here + 1)}
    return made


def _fields(sought: Sought, offered: Choices, given: Mapping[str, str]) -> dict[str, object]:
    """The filter's fields, with what is chosen now. A body or report that is not offered is shown by its id."""
    return {
        "stage": _select(
            "stage", "Stage", {stage.value: text for stage, (text, _) in TAGS.items()}, sought.stage or ""
        ),
        "waiting": _select(
            "waiting",
            "Waiting for",
            {side.value: text for side, text in WAITING.items()},
            sought.waiting or "",
        ),
        "body": _select("body", "Body", offered.bodies, sought.body),
        "kind": _select("kind", "Kind of body", {kind: capital(kind) for kind in offered.kinds}, sought.kind),
        "report": _select("report", "Report", offered.reports, sought.report),
        "inspector": _select(
            "inspector", "Allocated to", {NOBODY: "Nobody", **offered.inspectors}, sought.inspector
        ),
        "shown": _select(
            "shown",
            "Open or ended",
            {one.value: text for one, text in SHOWN.items()},
            sought.shown,
            any_of=False,
        ),
        "due_before": _typed(sought.due_before, given.get("due_before", "")),
        "due_after": _typed(sought.due_after, given.get("due_after", "")),
    }


def _select(
    name: str, label: str, options: Mapping[str, str], value: str, *, any_of: bool = True
) -> dict[str, object]:
    shown = {"": "Any"} | dict(options) if any_of else dict(options)
    if value and value not in shown:
        shown[value] = value
    return {"name": name, "label": label, "options": tuple(shown.items()), "value": value}


def _typed(day: date | None, given: str) -> str:
    """A date as people type it; what cannot be read stays as it was typed."""
    return f"{day.day}/{day.month}/{day.year}" if day else given
