"""One line of a file about bodies, whose faults say where they stand."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BASIS = re.compile(r"(known|inferred): .+")


class BodyFileError(ValueError):
    """A file of bodies that cannot be used; the message names file, line and column."""


@dataclass(frozen=True)
class Row:
    """One line of a file, read cell by cell. Every method raises BodyFileError for a cell that cannot be used."""

    file: str
    line: int
    cells: dict[str, str]

    def wrong(self, column: str, problem: str) -> BodyFileError:
        return BodyFileError(f"{self.file}, line {self.line}, column {column}: {problem}")

    def text(self, column: str) -> str:
        if not self.cells[column]:
            raise self.wrong(column, "is empty")
        return self.cells[column]

    def slug(self, column: str) -> str:
        if not _SLUG.fullmatch(self.text(column)):
            raise self.wrong(column, f"{self.cells[column]!r} is not a short name such as north-wales")
        return self.cells[column]

    def day(self, column: str) -> date | None:
        try:
            return date.fromisoformat(self.cells[column]) if self.cells[column] else None
        except ValueError:
            raise self.wrong(column, f"{self.cells[column]!r} is not a date such as 2021-04-01") from None

    def choice(self, column: str, known: Iterable[str]) -> str:
        if self.text(column) not in known:
            raise self.wrong(column, f"{self.cells[column]!r} is not one of {', '.join(sorted(known))}")
        return self.cells[column]

    def check_basis(self) -> None:
        """Every fact says whether it is known or inferred, and from what."""
        if not _BASIS.fullmatch(self.cells["basis"]):
            raise self.wrong("basis", "must begin with 'known: ' or 'inferred: ' and say why")


def read_rows(path: Path, columns: tuple[str, ...]) -> list[Row]:
    """The lines of a file with exactly these columns."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        if tuple(header := next(reader, [])) != columns:
            found = ",".join(header)
            raise BodyFileError(
                f"{path.name}, line 1: the columns must be {','.join(columns)}; found {found}"
            )
        return [_row(path.name, reader.line_num, cells, columns) for cells in reader]


def _row(file: str, line: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    if len(cells) != len(columns):
        raise BodyFileError(f"{file}, line {line}: {len(cells)} cells, {len(columns)} expected")
    return Row(file, line, dict(zip(columns, cells, strict=True)))
