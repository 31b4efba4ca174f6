"""Limits: how long a duty may take, how its last day is counted, and how that is explained to people.

A due date is always counted from its trigger in one step, never from an earlier due date: two steps of one
month from 31 January would lose the day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lifecycle.calendars import ONE_DAY, Calendar
from lifecycle.dates import day_name, long_date, month_name

FORMS = '"6 months", "28 days", "6 weeks", "1 year", "10 working days", "56 days beginning with" or "P6M"'
BEGINNING_WITH = "beginning with"


class LimitError(ValueError):
    """A limit that cannot be read or counted: what is wrong, and what is accepted."""


class Unit(StrEnum):
    """What a limit counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    WORKING_DAYS = "working days"

    @property
    def singular(self) -> str:
        """day, week, month, year, working day"""
        return self.removesuffix("s")


HUNDRED_YEARS = {
    Unit.DAYS: 36_525,
    Unit.WEEKS: 5_217,
    Unit.MONTHS: 1_200,
    Unit.YEARS: 100,
    Unit.WORKING_DAYS: 26_000,
}
UNITS = {name: unit for unit in Unit for name in (unit.value, unit.singular)}
ISO_UNITS = {"D": Unit.DAYS, "W": Unit.WEEKS, "M": Unit.MONTHS, "Y": Unit.YEARS}
ISO_LETTERS = {unit: letter for letter, unit in ISO_UNITS.items()}
PLAIN = re.compile(rf"(-?[0-9]{{1,9}}) ({'|'.join(UNITS)})( {BEGINNING_WITH})?")
ISO = re.compile(r"P([0-9]{1,9})([DWMY])")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a duty may take, in typed units: the 56 days of a statute are never working days.

    The day of the event is left out (Dodds v Walker [1981] 1 WLR 1027, HL), unless the limit is
    `beginning_with` it: then it is day 1 (Police Act 1996 s.55(5A): "the period of 56 days beginning with the
    day on which the report is published"). LimitError for a count below 1 or over a hundred years.
    """

    count: int
    unit: Unit
    beginning_with: bool = False

    def __post_init__(self) -> None:
        if self.count < 1:
            raise LimitError(f'"{self}" is not a limit: the count must be 1 or more')
        if self.count > HUNDRED_YEARS[self.unit]:
            raise LimitError(
                f'"{self}" is over 100 years: write at most {HUNDRED_YEARS[self.unit]} {self.unit}'
            )

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """The limit that a person or a policy wrote, plain or ISO; LimitError for anything else."""
        words = " ".join(text.split())
        if iso := ISO.fullmatch(words.upper()):
            return cls(int(iso[1]), ISO_UNITS[iso[2]])
        if plain := PLAIN.fullmatch(words.lower()):
            return cls(int(plain[1]), UNITS[plain[2]], beginning_with=plain[3] is not None)
        raise LimitError(f'"{text}" is not a limit: write {FORMS}')

    def __str__(self) -> str:
        """6 months, 1 month, 10 working days, 56 days beginning with"""
        unit = self.unit.singular if self.count == 1 else self.unit
        return f"{self.count} {unit} {BEGINNING_WITH}" if self.beginning_with else f"{self.count} {unit}"

    @property
    def iso(self) -> str:
        """P6M, P28D, P6W, P1Y; the plain form where ISO 8601 has no words (working days, beginning with)."""
        if self.unit is Unit.WORKING_DAYS or self.beginning_with:
            return str(self)
        return f"P{self.count}{ISO_LETTERS[self.unit]}"


class Roll(StrEnum):
    """What becomes of a date that falls on no working day.

    A duty never moves: no letter or recommendation of the inspectorate rolls over. A reminder moves earlier.
    """

    NEVER = "never"
    EARLIER = "earlier"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a duty, in London, with what it was counted from.

    `limit` is None for a day that was given as a date. `calendar_hash` names the table of bank holidays used;
    `provisional` says that the count leaves the years of that table, so that a later table may move the day.
    What no bank holiday can move (56 days, 6 months, without a roll) is never provisional. `why` is one
    sentence.
    """

    day: date
    start: date
    limit: Limit | None
    calendar_hash: str
    provisional: bool
    why: str


def corresponding_date(start: date, months: int) -> date:
    """The date `months` calendar months after `start` (before it, when negative).

    A period of months ends on the date of the last month that corresponds to the day of the event, which is
    itself left out (Dodds v Walker [1981] 1 WLR 1027, HL: notice on 30 September, four months, 30 January). A
    month without that date ends the period on its last day: 31 August and six months is 28 or 29 February.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def due_date(limit: Limit, start: date, calendar: Calendar, roll: Roll = Roll.NEVER) -> DueDate:
    """The last day of `limit` from the trigger `start`, in one step. LimitError where dates run out."""
    try:
        counted = _counted(limit, start, calendar)
        day = _rolled(counted, calendar, roll)
    except (OverflowError, ValueError):
        raise LimitError(
            f'"{limit}" from {long_date(start)} leaves the years 1 to 9999: check the day'
        ) from None
    provisional = any(map(calendar.is_provisional, _looked_up(limit, start, counted, day, roll)))
    why = _why(limit, start, counted) + _why_moved(counted, day, calendar) + "."
    return DueDate(day, start, limit, calendar.hash, provisional, why)


def explain(due: DueDate, calendar: Calendar) -> list[str]:
    """How a due date was counted, step by step, in sentences for people.

    Working days: every day of the count, with its number or the reason it is skipped. Anything else: the rule
    in words. LimitError when `calendar` is not from the table that the date was counted with.
    """
    if due.calendar_hash != calendar.hash:
        raise LimitError(f"the date was counted with calendar {due.calendar_hash}, not with {calendar.hash}")
    if due.limit is None:
        return [due.why]
    counted = _counted(due.limit, due.start, calendar)
    steps = [_start_step(due.limit, due.start), *_steps(due.limit, due.start, counted, calendar)]
    if counted != due.day:
        steps.append(_move_step(counted, due.day, calendar))
    steps.append(f"The last day is {long_date(due.day)}.")
    if due.provisional:
        years = f"{calendar.first_year} to {calendar.last_year}"
        steps.append(f"This is provisional: the table has the bank holidays of {years} only.")
    return steps


def _counted(limit: Limit, start: date, calendar: Calendar) -> date:
    """The last day, before any roll."""
    match limit.unit:
        case Unit.DAYS:
            return start + timedelta(days=limit.count - limit.beginning_with)
        case Unit.WEEKS:
            return start + timedelta(days=limit.count * 7 - limit.beginning_with)
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(start - ONE_DAY if limit.beginning_with else start, limit.count)
        case Unit.MONTHS | Unit.YEARS:
            corresponding = corresponding_date(start, _months(limit))
            return corresponding - ONE_DAY if _ends_on_eve(limit, start, corresponding) else corresponding


def _months(limit: Limit) -> int:
    return limit.count * 12 if limit.unit is Unit.YEARS else limit.count


def _ends_on_eve(limit: Limit, start: date, corresponding: date) -> bool:
    """Whether months end on the eve of the corresponding date: they begin with the start, and it exists.

    Trow v Ind Coope (West Midlands) Ltd [1967] 2 QB 899, CA. Where the last month lacks the date, its last
    day is already the eve.
    """
    return limit.beginning_with and corresponding.day == start.day


def _rolled(day: date, calendar: Calendar, roll: Roll) -> date:
    match roll:
        case Roll.NEVER:
            return day
        case Roll.EARLIER:
            return calendar.on_or_before(day)
        case Roll.LATER:
            return calendar.on_or_after(day)


def _looked_up(limit: Limit, start: date, counted: date, day: date, roll: Roll) -> tuple[date, ...]:
    """The ends of what was looked up in the table of bank holidays; nothing where no holiday matters."""
    if limit.unit is Unit.WORKING_DAYS:
        return start, counted, day
    return () if roll is Roll.NEVER else (counted, day)


def _why(limit: Limit, start: date, counted: date) -> str:
    if limit.beginning_with:
        return f"The last day of {limit} {long_date(start)}, which counts, is {long_date(counted)}"
    return f"The last day of {limit} from {long_date(start)}, which is not counted, is {long_date(counted)}"


def _why_moved(counted: date, day: date, calendar: Calendar) -> str:
    if counted == day:
        return ""
    reason = _why_skipped(counted, calendar)
    moved = f"moved {_way(counted, day)} to {long_date(day)}"
    return f", {moved} because that {day_name(counted)} is not a working day: {reason}"


def _way(counted: date, day: date) -> str:
    return "earlier" if day < counted else "later"


def _why_skipped(day: date, calendar: Calendar) -> str | None:
    reason = calendar.why_not_working(day)
    return f"a {reason}" if reason == day_name(day) else reason


def _start_step(limit: Limit, start: date) -> str:
    if limit.beginning_with:
        return f"The limit is {limit} {long_date(start)}: that day counts."
    return f"The limit is {limit} from {long_date(start)}: that day is not counted."


def _move_step(counted: date, day: date, calendar: Calendar) -> str:
    reason = _why_skipped(counted, calendar)
    return f"{long_date(counted)} is not a working day: {reason}. The date moves {_way(counted, day)}."


def _steps(limit: Limit, start: date, counted: date, calendar: Calendar) -> list[str]:
    first = start if limit.beginning_with else start + ONE_DAY
    match limit.unit:
        case Unit.WORKING_DAYS:
            return _working_day_steps(first, counted, calendar)
        case Unit.MONTHS | Unit.YEARS:
            return [_month_step(limit, start, counted)]
        case Unit.DAYS | Unit.WEEKS:
            return [_day_step(first, counted)]


def _working_day_steps(first: date, last: date, calendar: Calendar) -> list[str]:
    steps = []
    number = 0
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        if reason := _why_skipped(day, calendar):
            steps.append(f"{long_date(day)} is not counted: {reason}.")
        else:
            number += 1
            steps.append(f"{long_date(day)} is working day {number}.")
    return steps


def _day_step(first: date, last: date) -> str:
    number = (last - first).days + 1
    every = "Every day counts, weekends and bank holidays too."
    return f"Day 1 is {long_date(first)} and day {number} is {long_date(last)}. {every}"


def _month_step(limit: Limit, start: date, counted: date) -> str:
    corresponding = corresponding_date(start, _months(limit))
    if corresponding.day != start.day:
        lacking = f"{month_name(corresponding)} {corresponding.year} has no {_ordinal(start.day)}"
        return f"{lacking}, so the period ends on the last day of that month, {long_date(counted)}."
    if counted != corresponding:
        rule = "a period that begins with its first day ends the day before"
        return f"The corresponding date is {long_date(corresponding)}; {rule}."
    return f"The corresponding date in {month_name(corresponding)} ends the period: {long_date(counted)}."


def _ordinal(n: int) -> str:
    ending = "th" if 11 <= n <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
