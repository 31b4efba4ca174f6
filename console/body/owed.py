"""What a body owes and when, why that day, and what comes next; what is with the inspectorate; what is closed."""

from textwrap import shorten
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.body.forms import plain
from console.body.frame import SEES, SIZE, home, next_act, other_acts, page
from console.inspect.links import pages, view
from console.room import ByVisitor, InRoom
from console.rules import case_path
from console.stages import capital, stage_tag
from office.owed import Sought, View, on_file, owed

router = APIRouter(include_in_schema=False)
LONGEST = 70
"""So many letters of a report's title stand in the filter."""
HEAPS = {
    View.owed: "We owe",
    View.inspectorate: "With the inspectorate",
    View.closed: "Closed",
}


@router.get("/body/{body}", dependencies=[SEES])
async def show(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    heap: Annotated[str, Query(alias="view")] = View.owed,
    report: str = "",
    overdue: str = "",
    words: Annotated[str, Query(alias="q", max_length=100)] = "",
    number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    chosen_view = View(heap) if heap in set(View) else View.owed
    sought = Sought(body, chosen_view, plain(report)[:80], bool(overdue), plain(words).strip())
    at = int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1
    found = await room.read(
        lambda database: owed(database, on_file(), sought, room.today, page=at, size=SIZE)
    )
    chosen: dict[str, object] = {
        "view": "" if sought.view is View.owed else sought.view.value,
        "report": sought.report,
        "overdue": sought.overdue,
        "q": sought.words,
    }
    here = home(body)
    return await page(
        request,
        room,
        visitor,
        body,
        "body/owed.html",
        found=found,
        sought=sought,
        heaps=[
            (
                title,
                found.heaps[one],
                view(here, {}, view="" if one is View.owed else one.value),
                one is sought.view,
            )
            for one, title in HEAPS.items()
        ],
        filters=_filters(here, chosen, sought, found.reports),
        reports=[("", "All reports"), *((one, _short(title)) for one, title in found.reports.items())],
        pagination=pages(here, chosen, at, -(-found.count // SIZE)),
        clear=view(here, {}, view=chosen["view"]),
        export=f"{here}/export",
        next_act=next_act,
        other_acts=other_acts,
        case_path=case_path,
        stage_tag=stage_tag,
        capital=capital,
    )


def _short(title: str) -> str:
    return shorten(title, LONGEST, placeholder="…")


def _filters(here: str, chosen: dict[str, object], sought: Sought, reports: object) -> list[dict[str, str]]:
    """Each filter that is on, with the link that takes it off."""
    said = {
        "Report": dict(reports).get(sought.report, sought.report)
        if isinstance(reports, dict)
        else sought.report,
        "Lateness": "overdue only" if sought.overdue else "",
        "Words": sought.words,
    }
    off = {"Report": "report", "Lateness": "overdue", "Words": "q"}
    return [
        {"category": category, "text": text, "href": view(here, chosen, **{off[category]: ""})}
        for category, text in said.items()
        if text
    ]
