"""When a recommendation is due: read from its words, compared with what the file states, and counted."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from config.calendar_files import load_calendars
from lifecycle.calendars import Calendar, Division
from lifecycle.dates import plain_date
from lifecycle.limits import Limit, Unit, due_date
from lifecycle.policy import Policy
from lifecycle.wording import Kind, Reading, WordedLimit, read_wording
from office.intake_entries import Due

PLAN_DAYS = 42
"""The longest time that a text gives for an action plan: six weeks, in child-protection inspections."""
_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}


@dataclass(frozen=True)
class Said:
    """What a file says about one due date: the text to read, the phrase it picks out, a limit, a date.

    `around` is more of the text, which tells whether the limit is for an action plan.
    """

    text: str
    phrase: str = ""
    limit: Limit | None = None
    day: date | None = None
    around: str = ""


@dataclass(frozen=True)
class Doubt:
    """Something a person should look at; `about` is "text", "phrase" or "day"."""

    about: str
    message: str


def read_due(said: Said, start: date) -> tuple[Due, list[Doubt]]:
    """The due date counted from `start`, and every doubt. A stated date wins; then a stated limit; then the words.

    Raises:
        LimitError: when a limit runs out of the calendar.
    """
    reading = read_wording(said.text, start)
    if reading.governing.kind is Kind.NONE and said.phrase:
        reading = read_wording(said.phrase, start)
    due = _chosen(said, reading, start)
    plan = _is_plan(f"{said.text} {said.around}", reading.governing) and due.day in (
        None,
        reading.governing.due,
    )
    return due.model_copy(update={"plan": plan}), list(_doubts(said, reading, due, start))


def _chosen(said: Said, reading: Reading, start: date) -> Due:
    phrase = (reading.governing.phrase or said.phrase)[:200]
    if said.day and said.day != reading.governing.due:
        return Due(phrase=phrase, day=said.day, why=f"The file gives the date {plain_date(said.day)}.")
    if said.limit:
        return counted(said.limit, start, phrase)
    return _read(reading, start, phrase)


def _read(reading: Reading, start: date, phrase: str) -> Due:
    governing = reading.governing
    why = textwrap.shorten(reading.why, 400, placeholder=" …")
    match governing.kind:
        case Kind.NONE:
            return Due()
        case Kind.PERIOD:
            limit = Limit.parse(governing.limit or "")
            if governing.due is None and limit.unit is not Unit.WORKING_DAYS:
                return Due(phrase=phrase, limit=str(limit), why=why)
            return counted(limit, start, phrase)
        case _:
            return Due(phrase=phrase, day=governing.due, why=why)


def counted(limit: Limit, start: date, phrase: str = "", division: str = Division.ENGLAND_AND_WALES) -> Due:
    """A limit counted from `start`, by the bank holidays of one division where it counts working days."""
    due = due_date(limit, start, _calendar(division))
    return Due(phrase=phrase, limit=str(limit), day=due.day, why=due.why)


def _calendar(division: str) -> Calendar:
    return load_calendars().of(Division(division))


def _is_plan(text: str, governing: WordedLimit) -> bool:
    """Does the text give at most six weeks for an action plan?"""
    if governing.kind is not Kind.PERIOD or "action plan" not in " ".join(text.lower().split()):
        return False
    limit = Limit.parse(governing.limit or "")
    return limit.unit in _DAYS and limit.count * _DAYS[limit.unit] <= PLAN_DAYS


def _doubts(said: Said, reading: Reading, due: Due, start: date) -> Iterator[Doubt]:
    governing = reading.governing
    if not reading.certain and not said.day and not said.limit:
        taken = f"{plain_date(due.day)} is taken" if due.day else "no date is taken"
        yield Doubt("text", f"Please confirm the limit: {taken}. {reading.why}")
    if said.phrase and not _same(said.phrase, governing.phrase):
        found = f'"{governing.phrase}"' if governing.phrase else "no limit"
        yield Doubt("phrase", f'The file says "{said.phrase}", and the text is read as {found}.')
    if said.day and governing.kind is not Kind.NONE and governing.due != said.day:
        found = plain_date(governing.due) if governing.due else "no date"
        yield Doubt(
            "day", f"The file gives {plain_date(said.day)}, the words give {found}: the file's is taken."
        )
    elif said.day and said.limit and counted(said.limit, start).day != said.day:
        yield Doubt("day", f"{plain_date(said.day)} is not the last day of {said.limit}: the date is taken.")
    elif said.limit and governing.due and governing.due != due.day:
        words = plain_date(governing.due)
        yield Doubt(
            "phrase", f"The words give {words}, the limit {said.limit} another date: the limit is taken."
        )


def _same(one: str, other: str | None) -> bool:
    """Whether one phrase holds the other: "immediate action" and "take immediate action"."""
    first, second = (" ".join((words or "").lower().split()) for words in (one, other))
    return bool(second) and (first in second or second in first)


def plan_clock_of(policy: Policy) -> str | None:
    """The limit of a submission clock that starts with the issue, and so covers the action plan."""
    clock = policy.clocks.get("submission")
    return clock.limit if clock and "issued" in clock.starts else None
