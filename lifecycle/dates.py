"""Dates as people read them, and instants as the engine keeps them: the one place that formats and localises.

A legal date is a local date in Europe/London, with no time of day; an instant is an aware UTC datetime. Names
of days and months are our own, so that no locale of the host can change a letter.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def local_date(instant: datetime) -> date:
    """The date in London at an aware instant. A datetime without a zone is refused with ValueError."""
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; an instant is an aware datetime, in UTC")
    return instant.astimezone(LONDON).date()


def at_local(day: date, clock: time) -> datetime:
    """The UTC instant at which London's clocks show `clock` on `day`.

    A time that the spring change skips moves forward by the hour skipped (1:30am becomes 2:30am); a time that
    the autumn change repeats means the first of the two. A clock with its own zone is refused: ValueError.
    """
    if clock.tzinfo is not None:
        raise ValueError(f"{clock.isoformat()} has its own time zone; a local time is read in Europe/London")
    return datetime.combine(day, clock.replace(fold=0), LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The UTC instant at which `day` is over in London: the next local midnight, itself excluded."""
    return at_local(day + timedelta(days=1), time.min)


def day_name(day: date) -> str:
    """Tuesday"""
    return DAYS[day.weekday()]


def month_name(day: date) -> str:
    """November"""
    return MONTHS[day.month - 1]


def long_date(day: date) -> str:
    """Tuesday 3 November 2026"""
    return f"{day_name(day)} {plain_date(day)}"


def plain_date(day: date) -> str:
    """3 November 2026"""
    return f"{day.day} {month_name(day)} {day.year}"


def short_date(day: date) -> str:
    """3 Nov 2026"""
    return f"{day.day} {month_name(day)[:3]} {day.year}"


def deadline_text(day: date) -> str:
    """by 11:59pm on Tuesday 3 November 2026"""
    return f"by 11:59pm on {long_date(day)}"
