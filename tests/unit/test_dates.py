"""Local dates, instants and their wording."""

import time as host_time
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.dates import (
    LONDON,
    at_local,
    deadline_text,
    end_of_day,
    local_date,
    long_date,
    plain_date,
    short_date,
)

SPRING = date(2017, 3, 26)
AUTUMN = date(2017, 10, 29)
LIVED = st.dates(min_value=date(1996, 1, 1), max_value=date(2199, 12, 30))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.fixture(params=["Pacific/Auckland", "America/Los_Angeles", "Europe/London", "UTC"])
def host_zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    host_time.tzset()
    yield request.param
    monkeypatch.undo()
    host_time.tzset()


def test_the_wordings():
    day = date(2026, 11, 3)
    assert long_date(day) == "Tuesday 3 November 2026"
    assert plain_date(day) == "3 November 2026"
    assert short_date(day) == "3 Nov 2026"
    assert deadline_text(day) == "by 11:59pm on Tuesday 3 November 2026"


@given(LIVED)
def test_the_wordings_are_those_of_english(day):
    assert long_date(day) == f"{day:%A} {day.day} {day:%B} {day.year}"
    assert short_date(day) == f"{day.day} {day:%b} {day.year}"


def test_a_summer_evening_in_utc_is_the_next_day_in_london():
    assert local_date(utc(2017, 5, 31, 22, 59, 59)) == date(2017, 5, 31)
    assert local_date(utc(2017, 5, 31, 23)) == date(2017, 6, 1)


def test_a_winter_evening_in_utc_is_the_same_day_in_london():
    assert local_date(utc(2016, 12, 8, 23, 59, 59)) == date(2016, 12, 8)


def test_an_instant_in_any_zone_has_its_date_in_london():
    auckland = datetime(2017, 6, 1, 9, tzinfo=timezone(timedelta(hours=12)))
    assert local_date(auckland) == date(2017, 5, 31)


def test_a_datetime_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="2017-05-31T23:00:00 has no time zone"):
        local_date(datetime(2017, 5, 31, 23))  # noqa: DTZ001


def test_a_local_time_with_a_zone_of_its_own_is_refused():
    with pytest.raises(ValueError, match="its own time zone"):
        at_local(SPRING, time(9, tzinfo=UTC))


def test_nine_in_the_morning_in_winter_and_in_summer():
    assert at_local(date(2016, 12, 8), time(9)) == utc(2016, 12, 8, 9)
    assert at_local(date(2017, 6, 8), time(9)) == utc(2017, 6, 8, 8)


def test_an_instant_is_kept_in_utc():
    assert at_local(date(2017, 6, 8), time(9)).tzinfo is UTC
    assert end_of_day(date(2017, 6, 8)).tzinfo is UTC


def test_a_time_that_the_spring_change_skips_moves_forward():
    moved = at_local(SPRING, time(1, 30))
    assert moved == utc(2017, 3, 26, 1, 30)
    assert moved.astimezone(LONDON).time() == time(2, 30)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_that_the_autumn_change_repeats_is_the_first(fold):
    assert at_local(AUTUMN, time(1, 30, fold=fold)) == utc(2017, 10, 29, 0, 30)


def test_the_end_of_a_day_is_the_next_local_midnight():
    assert end_of_day(date(2017, 5, 31)) == utc(2017, 5, 31, 23)
    assert end_of_day(date(2016, 12, 8)) == utc(2016, 12, 9)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2017, 6, 8), 24)])
def test_a_day_has_as_many_hours_as_the_clocks_show(day, hours):
    assert end_of_day(day) - end_of_day(day - timedelta(days=1)) == timedelta(hours=hours)


@given(LIVED)
def test_a_day_ends_where_the_next_begins(day):
    end = end_of_day(day)
    assert local_date(end) == day + timedelta(days=1)
    assert local_date(end - timedelta(microseconds=1)) == day


@given(LIVED, st.times())
def test_a_local_time_lies_within_its_day(day, clock):
    assert local_date(at_local(day, clock)) == day


@given(LIVED, st.times(), st.times())
def test_earlier_by_the_clock_is_never_later_in_fact_unless_the_clock_was_changed(day, one, other):
    first, second = sorted((one, other))
    skipped = any(time(1) <= clock < time(2) for clock in (first, second))
    assert skipped or at_local(day, first) <= at_local(day, second)


def test_the_zone_of_the_host_changes_nothing(host_zone):
    assert local_date(utc(2017, 5, 31, 23)) == date(2017, 6, 1)
    assert at_local(SPRING, time(1, 30)) == utc(2017, 3, 26, 1, 30)
    assert at_local(AUTUMN, time(1, 30)) == utc(2017, 10, 29, 0, 30)
    assert end_of_day(date(2017, 5, 31)) == utc(2017, 5, 31, 23)
    assert deadline_text(date(2026, 11, 3)) == "by 11:59pm on Tuesday 3 November 2026"
