"""What a body owes and when, why that day, and what comes next; what is with the inspectorate; what is closed."""

from textwrap import shorten

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.body.forms import plain
from console.body.frame import SEES, SIZE, home, next_act, other_acts, page
from console.inspect.links import pages, view
from console.listing import Column, files, heads, order_in, page_number
from console.room import ByVisitor, InRoom
from console.rules import case_path
from console.stages import capital, stage_tag
from office.ordering import Order
from office.owed import USUAL, Sought, View, on_file, owed

router = APIRouter(include_in_schema=False)
COLUMNS = {
    View.owed: (
        Column("By when", "due"),
        Column("What", "duty"),
        Column("Recommendation", "reference"),
        Column("What to do"),
    ),
    View.inspectorate: (
        Column("Recommendation", "reference"),
        Column("Report", "report"),
        Column("Stage", "stage"),
        Column("Outcome"),
        Column("What else you can do"),
    ),
    View.closed: (
        Column("Recommendation", "reference"),
        Column("Report", "report"),
        Column("Stage", "stage"),
        Column("Ended on", "ended"),
        Column("Outcome"),
    ),
}
LONGEST = 70
"""So many letters of a report's title stand in the filter."""
HEAPS = {
    View.owed: "We owe",
    View.inspectorate: "With the inspectorate",
    View.closed: "Closed",
}


@router.get("/body/{body}", dependencies=[SEES])
async def show(request: Request, room: InRoom, visitor: ByVisitor, body: str) -> Response:
    sought, order = sought_of(request, body), order_of(request)
    at = page_number(request.query_params.get("page", "1"))
    found = await room.read(
        lambda database: owed(database, on_file(), sought, room.today, page=at, size=SIZE, order=order)
    )
    chosen: dict[str, object] = {
        "view": "" if sought.view is View.owed else sought.view.value,
        "report": sought.report,
        "overdue": sought.overdue,
        "q": sought.words,
        "sort": "" if order == USUAL else order.by,
        "order": "desc" if order.descending else "",
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
        columns=heads(request, COLUMNS[sought.view], order),
        files=files(request, here),
        sorted=order != USUAL,
        kept=chosen,
        next_act=next_act,
        other_acts=other_acts,
        case_path=case_path,
        stage_tag=stage_tag,
        capital=capital,
    )


def sought_of(request: Request, body: str) -> Sought:
    """What the address asks for; what it cannot mean is left out."""
    asked = request.query_params
    heap = asked.get("view", "")
    return Sought(
        body,
        View(heap) if heap in set(View) else View.owed,
        plain(asked.get("report", ""))[:80],
        bool(asked.get("overdue")),
        plain(asked.get("q", ""))[:100].strip(),
    )


def order_of(request: Request) -> Order:
    heap = request.query_params.get("view", "")
    return order_in(request, COLUMNS[View(heap) if heap in set(View) else View.owed], USUAL)


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
