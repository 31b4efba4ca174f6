"""All that a body owes, as a file for its own board: CSV, and an Excel workbook. No cell is ever a formula."""

import csv
from collections.abc import Iterable
from datetime import date
from io import BytesIO, StringIO

from fastapi import APIRouter
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from starlette.responses import Response

from console.body.frame import SEES, next_act
from console.room import InRoom
from console.stages import stage_text
from lifecycle.dates import deadline_text
from office.owed import all_owed, on_file
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
    "What to do",
    "Link",
)
WIDEST = 60
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | date | None


@router.get("/body/{body}/export.csv", dependencies=[SEES])
async def as_csv(room: InRoom, body: str) -> Response:
    """In UTF-8 with a byte order mark, by which Excel knows it."""
    duties = await room.read(lambda database: all_owed(database, on_file(), body, room.today))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for row in rows(duties, room.today, room.settings.base_url):
        writer.writerow(
            [harmless(cell.isoformat() if isinstance(cell, date) else cell or "") for cell in row]
        )
    return _attachment(
        text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"{body}.csv", room.today
    )


@router.get("/body/{body}/export.xlsx", dependencies=[SEES])
async def as_workbook(room: InRoom, body: str) -> Response:
    duties = await room.read(lambda database: all_owed(database, on_file(), body, room.today))
    content = workbook(rows(duties, room.today, room.settings.base_url))
    return _attachment(content, EXCEL, f"{body}.xlsx", room.today)


def rows(duties: Iterable[Duty], today: date, base_url: str) -> list[tuple[Cell, ...]]:
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
            next_act(duty)[0],
            base_url + next_act(duty)[1],
        )
        for duty in duties
    ]


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would read a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def workbook(found: Iterable[tuple[Cell, ...]]) -> bytes:
    """One sheet, its heads fixed at the top; every text is typed as text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "What we owe"
    sheet.append(HEADS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(found, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = _writable(value)
            if isinstance(value, str):
                cell.data_type = "s"
            elif value is not None:
                cell.number_format = "d mmm yyyy"
    sheet.freeze_panes = "A2"
    for column in range(1, len(HEADS) + 1):
        longest = max(len(str(cell.value or "")) for cell in sheet[get_column_letter(column)])
        sheet.column_dimensions[get_column_letter(column)].width = min(longest, WIDEST) + 2
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _writable(value: Cell) -> Cell:
    """Without the controls that no workbook may hold."""
    return (
        "".join(one for one in value if one.isprintable() or one == "\n") if isinstance(value, str) else value
    )


def _attachment(content: bytes, media: str, name: str, today: date) -> Response:
    filename = f"owed-{today.isoformat()}-{name}"
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{filename}"'}
    )
