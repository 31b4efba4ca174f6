"""The list of cases as a file: CSV as it is read from the ledger, or an Excel workbook. No cell is ever a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from itertools import chain

from fastapi import APIRouter, Request
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from starlette.responses import Response, StreamingResponse

from console.casefile.finding import sought_in
from console.room import InRoom
from console.rules import case_path, needs
from console.stages import capital, stage_text
from lifecycle.words import Refused
from office.lists import Line, Sought, every

router = APIRouter(include_in_schema=False)
SEES = needs("see_cases")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
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
Value = str | int | date | None


@router.get("/cases/export.csv", dependencies=[SEES])
async def as_csv(request: Request, room: InRoom) -> Response:
    """In UTF-8 with a byte order mark, by which Excel knows it; sent as it is read, however long."""
    sought, today = _sought(request), room.today
    rows = _rows(every(room.database, sought, today), today, room.settings.base_url)
    return StreamingResponse(
        csv_lines(rows), headers=_saved("csv", today), media_type="text/csv; charset=utf-8"
    )


@router.get("/cases/export.xlsx", dependencies=[SEES])
async def as_workbook(request: Request, room: InRoom) -> Response:
    sought, today = _sought(request), room.today
    content = await room.read(
        lambda database: workbook(_rows(every(database, sought, today), today, room.settings.base_url))
    )
    return Response(content, headers=_saved("xlsx", today), media_type=EXCEL)


def _sought(request: Request) -> Sought:
    """Raises Refused: a file must not hold more than was asked for because a filter could not be read."""
    sought, errors = sought_in(request.query_params)
    if errors:
        raise Refused(f"{'. '.join(errors.values())}. Go back to the list and mend the filter.")
    return sought


def _rows(found: Iterable[Sequence[Line]], today: date, base_url: str) -> Iterator[tuple[Value, ...]]:
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


def csv_lines(rows: Iterable[tuple[Value, ...]]) -> Iterator[bytes]:
    yield "\ufeff".encode()
    for row in chain([HEADS], rows):
        text = StringIO()
        csv.writer(text).writerow([harmless(_plain(cell)) for cell in row])
        yield text.getvalue().encode()


def _plain(cell: Value) -> str:
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would read a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def workbook(rows: Iterable[tuple[Value, ...]]) -> bytes:
    """One sheet, written row by row so that memory stays small; every text is typed as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Cases")
    sheet.freeze_panes = "A2"
    sheet.append(HEADS)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Worksheet, value: Value) -> Cell | Value:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "d mmm yyyy"
        return cell
    if isinstance(value, str) and value.startswith(FORMULAS):
        cell = WriteOnlyCell(sheet, "")
        cell.value = value
        cell.data_type = "s"
        return cell
    return value


def _saved(kind: str, today: date) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="cases-{today.isoformat()}.{kind}"'}
