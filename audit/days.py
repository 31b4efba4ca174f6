"""Days counted by themselves: working days, limits, rungs around a due date. The standard library only.

Written from the policies' words and the sources named in docs/deadline-wording.md, not from lifecycle/.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
OWN_DAYS = "england-and-wales"
Table = Mapping[str, Any]
ISO = {"D": "day", "W": "week", "M": "month", "Y": "year"}


@dataclass(frozen=True)
class Days:
    """The days of one division: Saturdays, Sundays and these holidays are no working days."""

    holidays: frozenset[date]

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def step(self, day: date, count: int) -> date:
        """So many working days on, or back."""
        one = timedelta(days=1 if count > 0 else -1)
        while count:
            day += one
            count -= int(one.days) if self.works(day) else 0
        return day

    def counted(self, limit: str, start: date, roll: str = "never") -> date:
        """The last day of a limit. The day of the event is left out, unless the limit begins with it."""
        day = self._last(limit, start)
        if roll == "never" or self.works(day):
            return day
        return self.step(day, -1 if roll == "earlier" else 1)

    def _last(self, limit: str, start: date) -> date:
        count, unit, inclusive = _parts(limit)
        if unit == "working day":
            return self.step(start - timedelta(days=inclusive), count)
        if unit in ("day", "week"):
            return start + timedelta(days=count * (7 if unit == "week" else 1) - inclusive)
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        found = date(year, month, min(start.day, last))
        return found - timedelta(days=1) if inclusive and found.day == start.day else found

    def rung_day(self, when: str, due: date) -> date:
        """The day of a rung: pulled earlier to a working day; an escalation never back to the due date."""
        if when == "the day it is due":
            return due if self.works(due) else self.step(due, -1)
        count, working = _around(when)
        if working:
            return self.step(due, count)
        day = due + timedelta(days=count)
        if self.works(day):
            return day
        earlier = self.step(day, -1)
        return earlier if count < 0 or earlier > due else self.step(day, 1)


def _parts(limit: str) -> tuple[int, str, bool]:
    if iso := re.fullmatch(r"P(\d+)([DWMY])", limit):
        return int(iso[1]), ISO[iso[2]], False
    said = re.fullmatch(r"(\d+) (working day|day|week|month|year)s?( beginning with)?", limit)
    if said is None:
        raise ValueError(f"a limit that this count does not know: {limit!r}")
    return int(said[1]), said[2], bool(said[3])


def _around(when: str) -> tuple[int, bool]:
    """How many days from the due date, before it below zero; and whether they are working days."""
    said = re.fullmatch(r"(\d+) (working )?days? (before|after)", when)
    if said is None:
        raise ValueError(f"a rung that this count does not know: {when!r}")
    return int(said[1]) * (-1 if said[3] == "before" else 1), bool(said[2])


def place(when: str) -> int:
    """Where a rung stands in its ladder: of two at one instant, the later one counts."""
    return 0 if when == "the day it is due" else _around(when)[0]


def instant(day: date, at: str | time) -> datetime:
    """When London's clocks show this time on this day."""
    clock = at if isinstance(at, time) else time.fromisoformat(at)
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def told(rung: Table) -> tuple[str, ...]:
    """The roles that a rung or an announcement tells, copies last, each once."""
    return tuple(dict.fromkeys((*rung["to"], *rung.get("copy", ()))))
