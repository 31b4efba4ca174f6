"""`/api/v1/reports/{report}/publication`: a report's letters and overview published together, and how far that is."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Body, Response
from pydantic import AfterValidator, Field, StringConstraints

from console.api.acts import IdempotencyKey
from console.api.asked import SomeWords, printable
from console.api.door import UNRECORDED, Problem, Told, api_router
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from lifecycle.acts import key_for
from models.messages import PublishReport
from models.tables import Report
from office.publishing import progress

router = api_router("reports")
CaseId = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(printable)]
Reason = Annotated[SomeWords, StringConstraints(max_length=300)]
UNDER_WAY = {202: {"description": "The order is taken up, and goes on by itself"}}


class PublicationOrder(Told):
    """The order. Each case that has no letter is left out by its id, with the reason."""

    left_out: Annotated[dict[CaseId, Reason], Field(default_factory=dict, max_length=10_000)]


class Publication(Told):
    """How far it is. `left` are cases on their way, `stuck` those that wait for repair; both are tried again."""

    report: str
    published_on: date | None
    ordered_at: datetime | None
    published: int
    left: tuple[str, ...]
    stuck: tuple[str, ...]
    left_out: dict[str, str]


@router.post(
    "/reports/{report}/publication",
    dependencies=[needs("publish")],
    responses={**UNRECORDED, 202: {"model": Publication, **UNDER_WAY[202]}},
)
async def publish(
    room: InRoom,
    visitor: ByVisitor,
    response: Response,
    report: str,
    idempotency_key: IdempotencyKey,
    order: Annotated[PublicationOrder, Body()],
) -> Publication:
    """Publish a report. 202 while not every case has it; ordered again, nothing is published twice."""
    room.pace.note("act", visitor.id)
    await _known(room, report)
    given = PublishReport(
        key=key_for(f"api/{visitor.id}", idempotency_key), actor=visitor.id, left_out=dict(order.left_out)
    )
    await room.reports.order_publication(report, given)
    told = await _told(room, report)
    response.status_code = 200 if told.published_on and not told.left and not told.stuck else 202
    return told


@router.get(
    "/reports/{report}/publication",
    dependencies=[needs("see_cases")],
    responses={404: {"model": Problem, "description": "There is no such report (not_found)"}},
)
async def how_far(room: InRoom, report: str) -> Publication:
    """How far the publication of a report is; nothing of it before it is ordered."""
    return await _told(room, report)


async def _known(room: Room, report: str) -> Report:
    if "\x00" in report or (found := await room.read(lambda _: room.reports.known(report))) is None:
        raise NotFound(report)
    return found


async def _told(room: Room, report: str) -> Publication:
    known = await _known(room, report)
    far = await room.read(lambda database: progress(database, report))
    return Publication(
        report=report,
        published_on=known.overview_published_on,
        ordered_at=far.ordered_at if far else None,
        published=far.published if far else 0,
        left=far.left if far else (),
        stuck=far.stuck if far else (),
        left_out=far.left_out if far else {},
    )
