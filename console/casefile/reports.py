"""Reports, and one report: its recommendations with their criteria, and how its cases stand, body by body."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.lists import pages_of
from console.inspect.links import view
from console.listing import Column, files, heads, order_in, page_number, sorting
from console.pages import render
from console.room import InRoom
from console.rules import NotFound, case_path, needs
from console.sheets import Row, as_file
from console.stages import TAGS, capital, stage_tag, stage_text
from lifecycle.words import Stage
from office.report_lists import NEWEST, report_file, report_page

router = APIRouter(include_in_schema=False)
SEES = needs("see_cases")
COLUMNS = (Column("Report", "title"), Column("Date", "published"))


@router.get("/reports", dependencies=[SEES])
async def show_all(request: Request, room: InRoom, page: str = "1") -> Response:
    number = page_number(page)
    order = order_in(request, COLUMNS, NEWEST)
    found = await room.read(lambda database: report_page(database, number, order))
    asked = sorting(request)
    return render(
        request,
        "cases/reports.html",
        found=found,
        pagination=pages_of(number, found.pages, lambda at: view("/reports", asked, page=at)),
        report_head=heads(request, COLUMNS, order),
        files=files(request, "/reports"),
        stages=_in_use(line.tally.stages for line in found.lines),
        stage_text=stage_text,
        capital=capital,
    )


@router.get("/reports/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, kind: str) -> Response:
    """All reports in the same order, as a file, with a column for each stage at which a case stands."""
    order = order_in(request, COLUMNS, NEWEST)
    found = await room.read(lambda database: report_page(database, None, order))
    stages = _in_use(line.tally.stages for line in found.lines)
    titles = ("Report", "Title", "Date", "Open", *map(stage_text, stages), "Link")
    rows: list[Row] = [
        (
            *(line.report.id, line.report.title, line.report.published_on, line.tally.open),
            *(line.tally.stages[stage] for stage in stages),
            f"{room.settings.base_url}/reports/{quote(line.report.id)}",
        )
        for line in found.lines
    ]
    return await as_file(kind, "reports", "Reports", titles, room.today, lambda: rows)


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
