"""Lists as files: CSV as it is read from the ledger, or an Excel workbook. No cell is ever a formula."""

import asyncio
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from starlette.responses import Response, StreamingResponse

from console.rules import NotFound
from lifecycle.dates import LONDON

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
FORBIDDEN = re.compile(rf"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")
"""openpyxl's own list, and what is no character in XML."""
WIDEST = 60
MEASURED = 200
"""By so many rows a column's width is chosen."""
Value = str | int | date | datetime | None
Row = Sequence[Value]


async def as_file(
    kind: str, name: str, title: str, heads: Sequence[str], today: date, rows: Callable[[], Iterable[Row]]
) -> Response:
    """The rows under their heads, to keep as `name` with the day.

    CSV is in UTF-8 with a byte order mark, by which Excel knows it, and is sent as it is read, however long.

    Raises:
        NotFound: for another kind than csv and xlsx.
    """
    saved = {"Content-Disposition": f'attachment; filename="{name}-{today.isoformat()}.{kind}"'}
    if kind == "csv":
        return StreamingResponse(
            csv_lines(heads, rows()), headers=saved, media_type="text/csv; charset=utf-8"
        )
    if kind == "xlsx":
        content = await asyncio.to_thread(lambda: workbook(title, heads, rows()))
        return Response(content, headers=saved, media_type=EXCEL)
    raise NotFound(kind)


def csv_lines(heads: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    yield "\ufeff".encode()
    for row in chain([heads], rows):
        text = StringIO()
        csv.writer(text).writerow([harmless(_plain(cell)) for cell in row])
        yield text.getvalue().encode()


def _plain(cell: Value) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(LONDON).isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would read a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def workbook(title: str, heads: Sequence[str], rows: Iterable[Row]) -> bytes:
    """One sheet, its heads fixed at the top, written row by row so that memory stays small; texts typed as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    coming = iter(rows)
    first = list(islice(coming, MEASURED))
    for column in range(len(heads)):
        longest = max(len(str(row[column] or "")) for row in [heads, *first])
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(longest, WIDEST) + 2
    sheet.append([_head(sheet, head) for head in heads])
    for row in chain(first, coming):
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Worksheet, value: Value) -> Cell | Value:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(LONDON).replace(tzinfo=None))
        cell.number_format = "d mmm yyyy hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "d mmm yyyy"
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, "")
        cell.value = _allowed(value)
        cell.data_type = "s"
        return cell
    return value


def _allowed(text: str) -> str:
    """Without the characters that no workbook may hold; spaces of every kind and tabs stay."""
    return FORBIDDEN.sub("", text)
