"""What every operations page has: its navigation, and the banner that says when sending is stopped."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator

from console.pages import instant_text, render
from console.room import Room
from console.rules import NotFound, case_path, needs
from console.stages import plain, stage_text
from lifecycle.words import Refused
from models.database import Database
from office.holds import Hold, holds

LOOK = needs("see_operations")
NUL = "\x00"
Said = Annotated[str, Form(), AfterValidator(lambda text: text.replace(NUL, ""))]
"""A field of a form. PostgreSQL takes no text with NUL in it, and nobody means one."""


def refuse_nul(request: Request) -> None:
    """No address of ours has one."""
    if any(NUL in str(part) for part in (*request.query_params.values(), *request.path_params.values())):
        raise NotFound(request.url.path)


def ops_router() -> APIRouter:
    return APIRouter(include_in_schema=False, dependencies=[Depends(refuse_nul)])


SECTIONS = (
    ("Now", "/ops"),
    ("Map", "/ops/map"),
    ("Needs a person", "/ops/stuck"),
    ("Asked", "/ops/asked"),
    ("Tomorrow’s post", "/ops/post"),
    ("Mail", "/ops/mail"),
    ("Jobs and queues", "/ops/jobs"),
    ("Import", "/ops/import"),
    ("People", "/ops/people"),
    ("Search", "/ops/search"),
)
PAGE = 50


async def show(
    request: Request,
    room: Room,
    template: str,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """An operations page, under the banner when all sending is stopped."""
    stopped = await room.read(lambda database: _stopped(database, room))
    if stopped is not None:
        since = instant_text(stopped.since)
        request.state.installation_note = (
            f"All sending is stopped since {since}, by {stopped.actor}: {stopped.reason}"
        )
    return render(
        request,
        f"ops/{template}",
        status,
        sections=SECTIONS,
        choices=choices,
        stage_text=stage_text,
        plain=plain,
        case_path=case_path,
        section=_section(request.url.path),
        errors=errors or {},
        **context,
    )


def _stopped(database: Database, room: Room) -> Hold | None:
    with database.reading() as session:
        return next((hold for hold in holds(session, room.now) if hold.everything), None)


def _section(path: str) -> str:
    """The address of the section that this page is in."""
    within = [href for _, href in SECTIONS if path == href or path.startswith(f"{href}/")]
    return max(within, key=len, default="/ops")


def choices(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """What govukSelect takes as items."""
    return [{"value": value, "text": text} for value, text in pairs]


def typed(given: str, wanted: str) -> None:
    """Whoever presses a button that repairs has typed what it is about.

    Raises:
        Refused: when something else was typed.
    """
    if given.strip().casefold() != wanted.casefold():
        raise Refused(f"Type {wanted} to confirm. Nothing was done.")


def page_of(number: int, total: int) -> tuple[int, int]:
    """The page asked for, kept within those that there are; and how many there are."""
    pages = max(1, -(-total // PAGE))
    return min(max(1, number), pages), pages


def pagination(request: Request, number: int, pages: int, named: str = "page") -> dict[str, object] | None:
    """What govukPagination takes, for the page that this name has in the address; None where all is on one page."""
    if pages == 1:
        return None

    def href(page: int) -> str:
        return f"?{request.url.include_query_params(**{named: page}).query}"

    shown = sorted({1, pages, *range(max(1, number - 1), min(pages, number + 1) + 1)})
    items: list[dict[str, object]] = []
    for before, page in zip([0, *shown], shown, strict=False):
        if page - before > 1:
            items.append({"ellipsis": True})
        items.append({"number": page, "href": href(page), "current": page == number})
    made: dict[str, object] = {"items": items}
    if number > 1:
        made["previous"] = {"href": href(number - 1)}
    if number < pages:
        made["next"] = {"href": href(number + 1)}
    return made
