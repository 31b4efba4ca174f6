"""The list of cases as a file, with the filters and the order of the page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.finding import sought_in
from console.room import InRoom
from console.rules import case_path, needs
from console.sheets import Row, as_file
from console.stages import capital, stage_text
from lifecycle.words import Refused
from office.lists import Line, Sought, every

router = APIRouter(include_in_schema=False)
SEES = needs("see_cases")
HEADS = (
    "Recommendation",
    "Title",
    "Body",
    "Oversight body",
    "Report",
    "Stage",
    "Waiting for",
    "Issued",
    "Next date",
    "Days late",
    "Outcome",
    "Allocated to",
    "Ended",
    "Link",
)


@router.get("/cases/export.{kind}", dependencies=[SEES])
async def export(request: Request, room: InRoom, kind: str) -> Response:
    sought, today = _sought(request), room.today

    def rows() -> Iterator[Row]:
        return _rows(every(room.database, sought, today), today, room.settings.base_url)

    return await as_file(kind, "cases", "Cases", HEADS, today, rows)


def _sought(request: Request) -> Sought:
    """Raises Refused: a file must not hold more than was asked for because a filter could not be read."""
    sought, errors = sought_in(request.query_params)
    if errors:
        raise Refused(f"{'. '.join(errors.values())}. Go back to the list and mend the filter.")
    return sought


def _rows(found: Iterable[Sequence[Line]], today: date, base_url: str) -> Iterator[Row]:
    """A row for each case, in the order of HEADS."""
    for line in chain.from_iterable(found):
        row = line.row
        yield (
            row.reference,
            line.title,
            line.body,
            row.oversight_id,
            row.report_id,
            stage_text(row.stage),
            row.waiting_for,
            row.issued_on,
            row.next_due,
            line.days_late(today) or None,
            capital(row.outcome),
            line.inspector,
            row.ended_on,
            base_url + case_path(row.id),
        )
