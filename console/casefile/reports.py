"""Reports, and one report: its recommendations with their criteria, and how its cases stand, body by body."""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.lists import pages_of
from console.pages import render
from console.room import InRoom
from console.rules import NotFound, case_path, needs
from console.stages import TAGS, capital, stage_tag, stage_text
from lifecycle.words import Stage
from office.report_lists import report_file, report_page

router = APIRouter(include_in_schema=False)
SEES = needs("see_cases")


@router.get("/reports", dependencies=[SEES])
async def show_all(request: Request, room: InRoom, page: str = "1") -> Response:
    number = min(max(1, int(page)), 1_000_000) if page.isascii() and page.isdigit() and len(page) < 8 else 1
    found = await room.read(lambda database: report_page(database, number))
    return render(
        request,
        "cases/reports.html",
        found=found,
        pagination=pages_of(number, found.pages, lambda at: f"/reports?page={at}" if at > 1 else "/reports"),
        stages=_in_use(line.tally.stages for line in found.lines),
        stage_text=stage_text,
        capital=capital,
    )


@router.get("/reports/{report}", dependencies=[SEES])
async def show(request: Request, room: InRoom, report: str) -> Response:
    found = await room.read(lambda database: report_file(database, report.replace("\x00", "")))
    if found is None:
        raise NotFound(report)
    return render(
        request,
        "cases/report.html",
        found=found,
        stages=_in_use([found.tally.stages]),
        stage_text=stage_text,
        tag=stage_tag,
        capital=capital,
        path_of=case_path,
    )


def _in_use(found: Iterable[Mapping[Stage, int]]) -> list[Stage]:
    """The stages at which there are cases, in the order of a case's life: the columns of the tables."""
    there = {stage for stages in found for stage in stages}
    return [stage for stage in TAGS if stage in there]
