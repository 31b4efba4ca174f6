"""The page of one case, and of one response: how it stands, what happened, and what happens if nobody acts."""

import asyncio
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.shown import shown
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_id, case_path, needs
from lifecycle.words import Side
from models.messages import CaseView
from office.desk import NeedsRepair, Unreachable
from office.dossier import Dossier, dossier
from office.offers import Standing, offers
from office.uploads.opening import NoDocument, open_document

router = APIRouter(include_in_schema=False)
SEES_CASE = needs("see_case", of="case")


@router.get("/cases/{reference}/{body}", dependencies=[SEES_CASE])
async def show(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, ask: str = ""
) -> Response:
    file = await read(room, visitor, case_id(reference, body))
    return await page(request, room, visitor, file, ask)


@router.get("/responses/{report}/{oversight}", dependencies=[needs("see_oversight", of="oversight")])
async def show_response(
    request: Request, room: InRoom, visitor: ByVisitor, report: str, oversight: str, ask: str = ""
) -> Response:
    file = await read(room, visitor, f"response/{report}/{oversight}")
    return await page(request, room, visitor, file, ask)


@router.get("/cases/{reference}/{body}/documents/{digest}", dependencies=[SEES_CASE])
async def document(room: InRoom, visitor: ByVisitor, reference: str, body: str, digest: str) -> Response:
    """One document, as a file to keep: only from a submission that this visitor may read."""
    file = await read(room, visitor, case_id(reference, body))
    wanted = next((kept.document for kept in file.documents if kept.document.hash == digest), None)
    if wanted is None:
        raise NotFound(digest)
    try:
        opened = await room.read(
            lambda database: open_document(
                database, wanted.submission_id, wanted.name, unscanned=room.settings.open_unscanned
            )
        )
    except NoDocument as missing:
        raise NotFound(digest) from missing
    return Response(opened.content, headers=dict(opened.headers))


async def read(room: Room, visitor: Visitor, of: str) -> Dossier:
    """A case's file as this visitor's side may read it. Raises NotFound."""
    side = side_of(visitor, of)
    file = await room.read(
        lambda database: dossier(database, of, side, unscanned=room.settings.open_unscanned)
    )
    if file is None:
        raise NotFound(of)
    return file


def side_of(visitor: Visitor, of: str) -> Side:
    """As whom this visitor reads a case: of two offices held, as the one that is told more."""
    if visitor.of_inspectorate:
        return Side.inspectorate
    _, _, owner = of.split("/", 2)
    return Side.body if owner in visitor.bodies else Side.oversight


def standing(file: Dossier, room: Room, visitor: Visitor) -> Standing | None:
    """Where the case stands for this visitor, or None when its rules are not known here."""
    if file.rules is None:
        return None
    return Standing(visitor.actor, file.true, file.rules, room.today, stuck=bool(file.repairs))


def _public(visitor: Visitor, file: Dossier) -> str:
    """The address where a lead decides on the letter's publication, once there is a letter; else empty."""
    lettered = file.row.kind == "recommendation" and any(
        text.event.kind == "letter_sent" for text in file.texts
    )
    return at(file.row.id, "public") if lettered and visitor.may("withdraw_letter") else ""


async def page(request: Request, room: Room, visitor: Visitor, file: Dossier, ask: str) -> Response:
    said = await _asked(room, file.row.id) if ask == "workflow" and visitor.may("see_operations") else None
    stands = standing(file, room, visitor)
    return render(
        request,
        "cases/case.html",
        file=file,
        staff=file.side is Side.inspectorate,
        response=file.row.kind == "response",
        here=case_path(file.row.id),
        offered=offers(stands) if stands else (),
        workflow=said,
        engine=engine_page(room, file.row.id) if visitor.may("see_operations") else None,
        operations=visitor.may("see_operations"),
        public=_public(visitor, file),
        today=room.today,
        shown=await asyncio.to_thread(shown, file, room.today),
    )


async def _asked(room: Room, of: str) -> CaseView | str:
    """What the workflow says of itself, or why it says nothing."""
    try:
        return await room.desk.view(of)
    except (NeedsRepair, Unreachable) as silent:
        return str(silent)


def engine_page(room: Room, of: str) -> str | None:
    """The workflow in Temporal's own pages, when they are ours or somebody has said where they are."""
    settings = room.settings
    base = settings.engine_pages
    if base is None:
        return None
    return (
        f"{base.rstrip('/')}/namespaces/{quote(settings.temporal_namespace)}/workflows/{quote(of, safe='')}"
    )
