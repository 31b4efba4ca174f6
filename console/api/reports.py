"""`/api/v1/reports`: published reports and their recommendations."""

import asyncio
from datetime import date

from fastapi import Request
from starlette.responses import Response

from console.api import cursor as place
from console.api.cursor import Cursor, Size, first
from console.api.door import UNCHANGED, Told, api_router, told
from console.room import ByVisitor, InRoom
from console.rules import NotFound, needs
from lifecycle.words import Refused, Stage
from models import tables
from office import registers
from office.reach import Reach

router = api_router("reports")


class Report(Told):
    """A report. `s55` says whether oversight bodies owe a response to it (Police Act 1996 s.55)."""

    id: str
    title: str
    published_on: date
    overview_published_on: date | None
    source: str
    s55: bool


class Reports(Told):
    reports: tuple[Report, ...]
    next: str | None


class Criterion(Told):
    """A limb of a recommendation, perhaps with a limit of its own."""

    id: str
    summary: str
    limit: str | None
    due: date | None


class Recommendation(Told):
    reference: str
    kind: str
    title: str
    summary: str
    source: str
    issued_on: date
    limit: str | None
    due: date | None
    criteria: tuple[Criterion, ...]


class Standing(Told):
    """How many of its cases stand at each stage and outcome, and which have no letter yet."""

    stages: dict[Stage, int]
    outcomes: dict[str, int]
    not_ready: tuple[str, ...]


class ReportFile(Told):
    """A report. Outside the inspectorate `standing` is not told, and only recommendations to one's own bodies are."""

    report: Report
    recommendations: tuple[Recommendation, ...]
    standing: Standing | None


@router.get("/reports", dependencies=[needs("be_here")], response_model=Reports, responses=UNCHANGED)
async def list_reports(
    request: Request, room: InRoom, visitor: ByVisitor, size: Size = 50, cursor: Cursor = None
) -> Response:
    """The reports that you may know of, the newest first."""
    found = await asyncio.to_thread(
        registers.reports, room.database, Reach.of(visitor.actor), after=_after(cursor), size=size
    )
    page, more = first(found, size)
    last = place.write(page[-1].published_on.isoformat(), page[-1].id) if more else None
    return told(request, Reports(reports=tuple(map(_report, page)), next=last))


@router.get(
    "/reports/{report}", dependencies=[needs("be_here")], response_model=ReportFile, responses=UNCHANGED
)
async def show_report(request: Request, room: InRoom, visitor: ByVisitor, report: str) -> Response:
    """One report."""
    found = await asyncio.to_thread(registers.report, room.database, Reach.of(visitor.actor), report)
    if found is None:
        raise NotFound(report)
    fields = set(Standing.model_fields)
    standing = Standing.model_validate(found.state.model_dump(include=fields)) if found.state else None
    recommendations = tuple(_recommendation(*one) for one in found.recommendations)
    return told(
        request,
        ReportFile(report=_report(found.report), recommendations=recommendations, standing=standing),
    )


def _after(cursor: str | None) -> tuple[date, str] | None:
    after = place.read(cursor, 2)
    if after is None:
        return None
    try:
        return date.fromisoformat(after[0] or ""), after[1] or ""
    except ValueError as wrong:
        raise Refused(place.NOT_OURS) from wrong


def _report(row: tables.Report) -> Report:
    return Report.model_validate(row.model_dump(include=set(Report.model_fields)))


def _recommendation(row: tables.Recommendation, criteria: tuple[tables.Criterion, ...]) -> Recommendation:
    fields, of_criterion = set(Recommendation.model_fields), set(Criterion.model_fields)
    own = [Criterion.model_validate(one.model_dump(include=of_criterion)) for one in criteria]
    return Recommendation.model_validate(row.model_dump(include=fields) | {"criteria": own})
