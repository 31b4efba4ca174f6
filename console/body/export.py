"""All that a body owes, as a file for its own board."""

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.body.frame import SEES, next_act
from console.body.owed import order_of, sought_of
from console.room import InRoom
from console.rules import case_path
from console.sheets import Row, as_file
from console.stages import capital, stage_text
from lifecycle.dates import deadline_text
from office.owed import View, all_owed, on_file
from office.owing import Duty

router = APIRouter(include_in_schema=False)
HEADS = (
    "Reference",
    "Recommendation",
    "Report",
    "What is owed",
    "Due",
    "Due in words",
    "Stands",
    "Stage",
    "Why this day",
    "More time asked for until",
    "Outcome",
    "Ended",
    "What to do",
    "Link",
)


@router.get("/body/{body}/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, body: str, kind: str) -> Response:
    """With the filters and the order of the page, where its address has any; else all, the most urgent first."""
    sought, order = sought_of(request, body), order_of(request)
    duties = await room.read(lambda database: all_owed(database, on_file(), sought, room.today, order))
    found = rows(duties, sought.view, room.today, room.settings.base_url)
    return await as_file(kind, f"owed-{body}", "What we owe", HEADS, room.today, lambda: found)


def rows(duties: Iterable[Duty], view: View, today: date, base_url: str) -> list[Row]:
    """A row for each duty, in the order of HEADS."""
    return [
        (
            duty.reference,
            duty.title,
            duty.report_title,
            duty.duty,
            duty.due,
            deadline_text(duty.due) if duty.due else "no date is set",
            duty.stands(today),
            stage_text(duty.stage),
            " ".join(duty.steps),
            duty.asked_until,
            capital(duty.outcome),
            duty.ended_on,
            *_next(duty, view, base_url),
        )
        for duty in duties
    ]


def _next(duty: Duty, view: View, base_url: str) -> tuple[str, str]:
    """What the body does next, and where; where it owes nothing, the case's page."""
    act, where = next_act(duty) if view is View.owed else ("", case_path(duty.case))
    return act, base_url + where
