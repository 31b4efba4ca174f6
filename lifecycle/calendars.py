"""Working days in the three parts of the United Kingdom, from a table that never changes under us.

A working day is any day but a Saturday, a Sunday, a bank holiday of the division (Banking and Financial
Dealings Act 1971 s.1 and Schedule 1), Christmas Day or Good Friday. The tables are in `config/calendars`.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO
from types import MappingProxyType
from typing import TypeVar

from lifecycle.dates import day_name, plain_date

COLUMNS = ("date", "division", "title", "source", "first_seen")
USUAL_HOLIDAYS = 8
"""A year with fewer is not published yet: England and Wales have 8, Scotland 9, Northern Ireland 10."""

T = TypeVar("T")

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarError(ValueError):
    """A table of bank holidays that cannot be used: every fault, with its line and column."""


class Division(StrEnum):
    """A part of the United Kingdom with bank holidays of its own, as GOV.UK names them."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one division, by one version of the table, which `hash` names."""

    division: Division
    holidays: Mapping[date, str] = field(repr=False, hash=False)
    first_year: int
    last_year: int
    hash: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", MappingProxyType(dict(self.holidays)))

    def __reduce__(self) -> tuple[type["Calendar"], tuple[Division, dict[date, str], int, int, str]]:
        return Calendar, (self.division, dict(self.holidays), self.first_year, self.last_year, self.hash)

    def is_working(self, day: date) -> bool:
        """Whether people are at work: neither weekend nor bank holiday."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def why_not_working(self, day: date) -> str | None:
        """ "Saturday", "Sunday" or the title of the bank holiday; None for a working day."""
        return day_name(day) if day.weekday() >= SATURDAY else self.holidays.get(day)

    def on_or_before(self, day: date) -> date:
        """The day itself when it is a working day, otherwise the last working day before it."""
        return day if self.is_working(day) else self.add_working_days(day, -1)

    def on_or_after(self, day: date) -> date:
        """The day itself when it is a working day, otherwise the next working day after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after `day`, which is not counted; before it for a negative n; `day` for 0."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lead from a to b: a is left out and b counts, in either direction.

        Negative when b is before a. It undoes `add_working_days`.
        """
        step = 1 if b > a else -1
        days = (a + timedelta(days=step * n) for n in range(1, abs((b - a).days) + 1))
        return step * sum(map(self.is_working, days))

    def is_provisional(self, day: date) -> bool:
        """Whether the table does not reach the year of the day, so that only its weekends are known."""
        return not self.first_year <= day.year <= self.last_year


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of every division, from one version of the table, which `hash` names."""

    hash: str
    calendars: tuple[Calendar, ...] = field(repr=False)

    def of(self, division: Division) -> Calendar:
        """The calendar of one division. CalendarError when the table has none."""
        for calendar in self.calendars:
            if calendar.division == division:
                return calendar
        raise CalendarError(f"the table of bank holidays has nothing for {division!s}")


def canonical(csv_text: str) -> str:
    """The text that is hashed: no byte-order mark, and lines that end in a line feed on every host."""
    return csv_text.removeprefix("\ufeff").replace("\r\n", "\n")


def fingerprint(csv_text: str) -> str:
    """The SHA-256 of the canonical text, in hexadecimal: what `sha256sum` says of the committed file."""
    return hashlib.sha256(canonical(csv_text).encode()).hexdigest()


def read_calendars(csv_text: str) -> Calendars:
    """The calendars in the text of a table (columns: date, division, title, source, first_seen).

    CalendarError names every fault by line and column, a year left out between two others, and a division
    without a single published year.
    """
    holidays = read_holidays(csv_text)
    digest = fingerprint(csv_text)
    return Calendars(digest, tuple(_calendar(division, holidays[division], digest) for division in Division))


def read_holidays(csv_text: str) -> dict[Division, dict[date, str]]:
    """The bank holidays in the text of a table, with their titles. CalendarError names every bad row."""
    holidays: dict[Division, dict[date, str]] = {division: {} for division in Division}
    faults = []
    for line, row in _lines(csv_text):
        try:
            day, division, title = _read_row(row)
            if day in holidays[division]:
                raise CalendarError(f"column date: {plain_date(day)} is already listed for {division}")
            holidays[division][day] = title
        except CalendarError as fault:
            faults.append(f"line {line}, {fault}")
    if faults:
        raise CalendarError("\n".join(faults))
    return holidays


def _calendar(division: Division, holidays: Mapping[date, str], digest: str) -> Calendar:
    first, last = _published_years(division, holidays)
    return Calendar(division, holidays, first, last, digest)


def _published_years(division: Division, days: Iterable[date]) -> tuple[int, int]:
    """The first and last year of the table. One day proclaimed early does not make its year published."""
    counts = Counter(day.year for day in days)
    published = [year for year in sorted(counts) if counts[year] >= USUAL_HOLIDAYS]
    if not published:
        raise CalendarError(f"{division}: no year has its usual {USUAL_HOLIDAYS} or more bank holidays")
    for year in range(published[0], published[-1]):
        if year not in published:
            found = counts[year]
            raise CalendarError(
                f"{division}: {year} has {found} bank holidays; at least {USUAL_HOLIDAYS} expected"
            )
    return published[0], published[-1]


def _lines(csv_text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(canonical(csv_text)), strict=True)
    try:
        if tuple(header := next(reader, [])) != COLUMNS:
            expected = ",".join(COLUMNS)
            raise CalendarError(
                f"line 1: the columns must be {expected}; found {','.join(header) or 'nothing'}"
            )
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as fault:
        raise CalendarError(f"line {reader.line_num}: not readable as CSV ({fault})") from None


def _read_row(row: list[str]) -> tuple[date, Division, str]:
    if len(row) != len(COLUMNS):
        raise CalendarError(f"{len(row)} columns found; {len(COLUMNS)} expected ({', '.join(COLUMNS)})")
    cells = dict(zip(COLUMNS, row, strict=True))
    day = _cell(cells, "date", _date, "a date as 2026-12-25")
    division = _cell(cells, "division", Division, f"one of {', '.join(Division)}")
    title = _cell(cells, "title", _text, "the name of the holiday")
    _cell(cells, "source", _text, "where the day was published")
    _cell(cells, "first_seen", _date, "a date as 2026-12-25")
    return day, division, title


def _cell(cells: Mapping[str, str], column: str, read: Callable[[str], T], expected: str) -> T:
    try:
        return read(cells[column])
    except ValueError:
        raise CalendarError(f"column {column}: {cells[column]!r} is not {expected}") from None


def _date(cell: str) -> date:
    day = date.fromisoformat(cell)
    if day.isoformat() != cell:
        raise ValueError("another ISO form, such as 20261225")
    return day


def _text(cell: str) -> str:
    if not cell.strip():
        raise ValueError("empty")
    return cell
