"""Every phrase of a recommendation that names a limit, as it stands: its kind, its limit and its last day."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lifecycle.dates import day_name, plain_date
from lifecycle.limits import Limit, LimitError, Unit, corresponding_date
from lifecycle.wording_patterns import (
    DATES,
    IMMEDIATE,
    MONTH,
    OTHER_EVENT,
    PERIODS,
    Folded,
    month_number,
    number,
)

ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """How a limit is said."""

    PERIOD = "period"
    DATE = "date"
    MONTH = "month"
    IMMEDIATE = "immediate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A phrase that seems to name a limit and cannot be read, with the reason in a sentence."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that names a limit. `event`: what it counts from, where that is not publication."""

    kind: Kind
    start: int
    end: int
    limit: Limit | None
    due: date | None
    doubts: tuple[str, ...] = ()
    event: str | None = None


def read_mentions(folded: Folded, start: date) -> tuple[list[Mention], list[Doubt]]:
    """What the text names, in its order and without overlaps; and what cannot be read."""
    found = sorted(_all(folded, start), key=lambda phrase: (phrase.start, -phrase.end))
    kept: list[Mention | Doubt] = []
    for phrase in found:
        if not kept or phrase.start >= kept[-1].end:
            kept.append(phrase)
    return (
        [phrase for phrase in kept if isinstance(phrase, Mention)],
        [phrase for phrase in kept if isinstance(phrase, Doubt)],
    )


def _all(folded: Folded, start: date) -> Iterator[Mention | Doubt]:
    yield from (_period(match, folded, start) for match in _matches(PERIODS, folded))
    yield from (_date(match, folded, start) for match in _matches(DATES, folded))
    yield from (_month(match, folded, start) for match in _matches([MONTH], folded))
    for match in _matches([IMMEDIATE], folded):
        yield Mention(Kind.IMMEDIATE, match.start(), match.end(), None, start)


def _matches(patterns: Iterable[re.Pattern[str]], folded: Folded) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(folded.words)


def _period(match: re.Match[str], folded: Folded, start: date) -> Mention | Doubt:
    phrase = folded.quote(*match.span())
    other = OTHER_EVENT.match(folded.words, match.end())
    event = other["event"].strip() if other else None
    try:
        limit = _limit(match)
        due = None if event else _last_day(limit, start)
    except (LimitError, OverflowError, ValueError):
        return Doubt(match.start(), match.end(), f"{phrase} is not a limit that can be counted.")
    doubts = tuple(_period_doubts(match, phrase, limit, event))
    return Mention(Kind.PERIOD, match.start(), match.end(), limit, due, doubts, event)


def _limit(match: re.Match[str]) -> Limit:
    """The limit named; of "six to twelve months", the longer."""
    counts = [number(match[group]) for group in ("count", "upper") if match[group]]
    most = max(counts, default=1)
    if match["unit"] == "fortnight":
        return Limit(2 * most, Unit.WEEKS)
    return Limit(most, Unit.WORKING_DAYS if match["working"] else Unit(match["unit"] + "s"))


def _last_day(limit: Limit, start: date) -> date | None:
    """The last day, the day of the start left out. None for working days, which need a calendar."""
    match limit.unit:
        case Unit.DAYS:
            return start + timedelta(days=limit.count)
        case Unit.WEEKS:
            return start + timedelta(weeks=limit.count)
        case Unit.MONTHS:
            return corresponding_date(start, limit.count)
        case Unit.YEARS:
            return corresponding_date(start, 12 * limit.count)
        case Unit.WORKING_DAYS:
            return None


def _period_doubts(match: re.Match[str], phrase: str, limit: Limit, event: str | None) -> Iterator[str]:
    if event:
        yield f'{phrase} counts from another event ("{event}"), not from the start.'
    if limit.unit is Unit.WORKING_DAYS:
        yield f"{phrase} counts working days: its last day needs a calendar."
    if match["upper"]:
        yield f"{phrase} is a range; the longer end is taken."
    if match["again"] and number(match["again"]) != number(match["count"]):
        yield f"{phrase} gives two different numbers."
    if match["count"] and match[0].startswith(match["count"]):
        yield f"{phrase} does not say that the time ends there."


def _date(match: re.Match[str], folded: Folded, start: date) -> Mention | Doubt:
    phrase = folded.quote(*match.span())
    if not match["year"]:
        return Doubt(match.start(), match.end(), f"{phrase} names no year.")
    try:
        day = date(int(match["year"]), month_number(match["month"]), int(match["day"]))
    except ValueError:
        return Doubt(match.start(), match.end(), f"{phrase} is not a date in the calendar.")
    doubts = []
    if match["weekday"] and match["weekday"] != day_name(day).lower():
        doubts.append(f"{phrase} is a {day_name(day)}.")
    due = day - ONE_DAY if _is_eve(match) else day
    return Mention(Kind.DATE, *match.span(), None, due, (*doubts, *_past(phrase, due, start)))


def _month(match: re.Match[str], folded: Folded, start: date) -> Mention:
    """The month's last day; the eve of the month for "before September 2014"; 31 December of a year."""
    phrase = folded.quote(*match.span())
    year, month = int(match["year"]), month_number(match["month"] or "december")
    due = date(year, month, 1) - ONE_DAY if _is_eve(match) else date(year, month, monthrange(year, month)[1])
    named = "month" if match["month"] else "year"
    doubts = (f"{phrase} names a {named}, not a day: {plain_date(due)} is taken.", *_past(phrase, due, start))
    return Mention(Kind.MONTH, *match.span(), None, due, doubts)


def _is_eve(match: re.Match[str]) -> bool:
    """Whether the last day is the one before: "before 1 April", but not "before the end of April"."""
    return bool(match["eve"]) and not match["end"]


def _past(phrase: str, due: date, start: date) -> Iterator[str]:
    if due < start:
        yield f"{phrase} stands before the start, {plain_date(start)}."
