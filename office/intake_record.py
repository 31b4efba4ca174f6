"""One recommendation, or report, as a file gives it: raw values by column, each read or refused in its place."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lifecycle.dates import plain_date
from office.intake_entries import Problem

FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}(-[0-9]{1,2})?")
_BRITISH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@dataclass
class Record:
    """Raw values, the lines on which they stand, and what is wrong or doubtful about them."""

    line: int
    values: Mapping[str, object]
    lines: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, message: str) -> None:
        self.problems.append(self._at(column, message))

    def warn(self, column: str, message: str) -> None:
        self.warnings.append(self._at(column, message))

    def _at(self, column: str, message: str) -> Problem:
        return Problem(line=self.lines.get(column, self.line), column=column, message=message)

    def text(self, column: str, *, most: int, needed: bool = True) -> str:
        """A cell of text, spaces around it taken off; empty where it is wrong, or absent and not needed."""
        value = self.values.get(column)
        if value is not None and not isinstance(value, str):
            self.wrong(column, f"{value!r} is not text. Put it in quotation marks.")
            return ""
        said = (value or "").strip()
        if needed and not said:
            self.wrong(column, "This is empty. Fill it in.")
        if len(said) > most:
            self.wrong(column, f"This has {len(said):,} characters; at most {most:,} are taken. Shorten it.")
            return ""
        return said

    def day(self, column: str) -> date | None:
        """A date written 2016-12-08; None where it is wrong, or absent."""
        value = self.values.get(column)
        if isinstance(value, date) and not isinstance(value, datetime):
            return self._plausible(column, value)
        said = value.strip() if isinstance(value, str) else value
        if said is None or said == "":
            return None
        try:
            if isinstance(said, str) and _DAY.fullmatch(said):
                return self._plausible(column, date.fromisoformat(said))
        except ValueError:
            self.wrong(column, f"{said} is not a day in the calendar. Correct it.")
            return None
        self.wrong(column, _advice(str(said)))
        return None

    def _plausible(self, column: str, day: date) -> date | None:
        if FIRST <= day < LAST:
            return day
        self.wrong(column, f"{plain_date(day)} is not between 1990 and 2100. Correct the year.")
        return None

    def words(self, column: str) -> tuple[str, ...]:
        """A list of words, each once."""
        value = self.values.get(column)
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(v, str) for v in value)
        ):
            self.wrong(column, 'This must be a list of words, such as ["bedfordshire", "kent"].')
            return ()
        if not value:
            self.wrong(column, "This list is empty. Name at least one.")
        return tuple(dict.fromkeys(one.strip() for one in value))

    def flag(self, column: str, default: bool) -> bool:
        value = self.values.get(column, default)
        if not isinstance(value, bool):
            self.wrong(column, "This must be true or false.")
        return value is True


def _advice(said: str) -> str:
    if _MONTH.fullmatch(said):
        return (
            f"{said} names no day. Write the whole date, such as 2023-01-17, as the report or letter itself gives "
            "it; the 'published on' date of a web page may be the day it was moved there."
        )
    if british := _BRITISH.fullmatch(said):
        day, month, year = british.groups()
        return (
            f"{said} is not written as year-month-day. Write {year}-{month:0>2}-{day:0>2} if that is meant."
        )
    return f"{said!r} is not a date. Write it as 2016-12-08."


def slug(text: str) -> str:
    """Small letters, digits and single hyphens: "BucksFRS2021-PREV-3" becomes "bucksfrs2021-prev-3"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
