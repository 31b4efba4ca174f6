"""Limits and due dates: golden dates from real letters, the law, and counting written another way."""

import pickle
import time as host_time
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar_files import load_calendars
from lifecycle.calendars import Division
from lifecycle.limits import (
    HUNDRED_YEARS,
    DueDate,
    Limit,
    LimitError,
    Roll,
    Unit,
    corresponding_date,
    due_date,
    explain,
)

ENGLAND = load_calendars().of(Division.ENGLAND_AND_WALES)
SCOTLAND = load_calendars().of(Division.SCOTLAND)
THIRTY_YEARS = [date(2005, 1, 1) + timedelta(days=n) for n in range(30 * 365 + 7)]
LONGER = [date(2000, 1, 1) + timedelta(days=n) for n in range(45 * 365)]

STARTS = st.dates(min_value=date(1996, 1, 1), max_value=date(2060, 12, 31))
ORDINARY = st.builds(Limit, st.integers(1, 99), st.sampled_from(Unit), st.booleans())
ANY_LIMIT = st.sampled_from(Unit).flatmap(
    lambda unit: st.builds(Limit, st.integers(1, HUNDRED_YEARS[unit]), st.just(unit), st.booleans())
)


def last_day(limit: str, start: date, roll: Roll = Roll.NEVER) -> date:
    return due_date(Limit.parse(limit), start, ENGLAND, roll).day


# Golden dates


@pytest.mark.parametrize(
    ("limit", "start", "expected"),
    [
        ("6 months", date(2016, 12, 8), date(2017, 6, 8)),
        ("3 months", date(2016, 12, 8), date(2017, 3, 8)),
        ("6 months", date(2017, 10, 2), date(2018, 4, 2)),
        ("3 months", date(2015, 9, 15), date(2015, 12, 15)),
        ("28 days", date(2023, 9, 13), date(2023, 10, 11)),
        ("28 days", date(2023, 10, 19), date(2023, 11, 16)),
        ("28 days", date(2024, 5, 3), date(2024, 5, 31)),
        ("10 working days", date(2017, 5, 16), date(2017, 5, 31)),
        ("56 days beginning with", date(2017, 10, 5), date(2017, 11, 29)),
        ("56 days beginning with", date(2022, 11, 2), date(2022, 12, 27)),
        ("4 months", date(1978, 9, 30), date(1979, 1, 30)),
        ("6 weeks", date(2012, 5, 1), date(2012, 6, 12)),
        ("6 weeks beginning with", date(2012, 5, 1), date(2012, 6, 11)),
        ("6 months", date(2016, 8, 31), date(2017, 2, 28)),
        ("6 months", date(2015, 8, 31), date(2016, 2, 29)),
        ("1 year", date(2016, 2, 29), date(2017, 2, 28)),
        ("4 years", date(2016, 2, 29), date(2020, 2, 29)),
    ],
)
def test_dates_known_from_letters_and_cases(limit, start, expected):
    assert last_day(limit, start) == expected


def test_the_statutory_last_day_may_be_a_holiday_and_its_reminder_comes_before():
    report = date(2022, 11, 2)
    assert last_day("56 days beginning with", report) == date(2022, 12, 27)
    assert last_day("56 days beginning with", report, Roll.EARLIER) == date(2022, 12, 23)
    assert last_day("56 days beginning with", report, Roll.LATER) == date(2022, 12, 28)


def test_a_recommendation_that_ends_on_easter_monday_does_not_move():
    easter_monday = date(2018, 4, 2)
    assert last_day("6 months", date(2017, 10, 2)) == easter_monday
    assert not ENGLAND.is_working(easter_monday)
    assert SCOTLAND.is_working(easter_monday)


def test_counting_in_steps_would_lose_the_day_so_it_is_one_step():
    start = date(2017, 1, 31)
    assert corresponding_date(corresponding_date(start, 1), 1) == date(2017, 3, 28)
    assert last_day("2 months", start) == date(2017, 3, 31)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2017, 3, 1), date(2017, 8, 31)),
        (date(2016, 8, 28), date(2017, 2, 27)),
        (date(2016, 8, 29), date(2017, 2, 28)),
        (date(2016, 8, 31), date(2017, 2, 28)),
        (date(2016, 9, 1), date(2017, 2, 28)),
    ],
)
def test_months_that_begin_with_their_first_day_end_on_the_eve(start, expected):
    assert last_day("6 months beginning with", start) == expected


def test_working_days_that_begin_with_a_saturday_start_on_the_monday():
    assert last_day("1 working day beginning with", date(2017, 5, 20)) == date(2017, 5, 22)
    assert last_day("1 working day beginning with", date(2017, 5, 22)) == date(2017, 5, 22)


def test_a_holiday_of_one_division_moves_only_its_own_count():
    limit, start = Limit(1, Unit.WORKING_DAYS), date(2026, 6, 12)
    assert due_date(limit, start, ENGLAND).day == date(2026, 6, 15)
    assert due_date(limit, start, SCOTLAND).day == date(2026, 6, 16)


# Reading and writing limits


@pytest.mark.parametrize(
    ("text", "limit", "plain", "iso"),
    [
        ("6 months", Limit(6, Unit.MONTHS), "6 months", "P6M"),
        ("1 months", Limit(1, Unit.MONTHS), "1 month", "P1M"),
        ("  28   Days ", Limit(28, Unit.DAYS), "28 days", "P28D"),
        ("6 weeks", Limit(6, Unit.WEEKS), "6 weeks", "P6W"),
        ("1 year", Limit(1, Unit.YEARS), "1 year", "P1Y"),
        ("10 working days", Limit(10, Unit.WORKING_DAYS), "10 working days", "10 working days"),
        ("1 working day", Limit(1, Unit.WORKING_DAYS), "1 working day", "1 working day"),
        (
            "56 days beginning with",
            Limit(56, Unit.DAYS, beginning_with=True),
            "56 days beginning with",
            "56 days beginning with",
        ),
        ("P6M", Limit(6, Unit.MONTHS), "6 months", "P6M"),
        ("p28d", Limit(28, Unit.DAYS), "28 days", "P28D"),
    ],
)
def test_a_limit_is_read_and_written(text, limit, plain, iso):
    assert Limit.parse(text) == limit
    assert str(limit) == plain
    assert limit.iso == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "six months",
        "6",
        "months",
        "6 fortnights",
        "6.5 months",
        "P1Y6M",
        "PT6H",
        "P-6M",
        "6 months and 1 day",
        "56 days beginning",
        "٦ months",
        "9999999999 days",
        "9" * 5000 + " days",
    ],
)
def test_anything_else_is_refused_with_the_forms_accepted(text):
    with pytest.raises(LimitError, match='is not a limit: write "6 months", "28 days"'):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["0 days", "-6 months", "P0M", "00 weeks", "0 working days beginning with"])
def test_no_time_at_all_is_no_limit(text):
    with pytest.raises(LimitError, match="the count must be 1 or more"):
        Limit.parse(text)


@pytest.mark.parametrize("unit", Unit)
def test_more_than_a_hundred_years_is_refused(unit):
    most = HUNDRED_YEARS[unit]
    assert due_date(Limit(most, unit), date(2026, 1, 1), ENGLAND).day <= date(2127, 1, 1)
    with pytest.raises(LimitError, match=f"over 100 years: write at most {most} {unit}"):
        Limit.parse(f"{most + 1} {unit}")


def test_a_limit_that_runs_out_of_dates_says_so():
    for limit in ("1 month", "31 days", "30 working days", "1 year"):
        with pytest.raises(LimitError, match="from Wednesday 15 December 9999 leaves the years 1 to 9999"):
            last_day(limit, date(9999, 12, 15))


@given(ANY_LIMIT)
def test_every_limit_reads_back_from_both_its_forms(limit):
    assert Limit.parse(str(limit)) == limit
    assert Limit.parse(limit.iso) == limit
    assert pickle.loads(pickle.dumps(limit)) == limit


@given(st.text())
def test_any_text_is_a_limit_or_a_limit_error(text):
    with suppress(LimitError):
        assert Limit.parse(str(Limit.parse(text))) == Limit.parse(text)


# Counting, against counting written another way


def naive_months(start: date, months: int, days_of: dict[tuple[int, int], list[date]]) -> date:
    """Turn the leaves of a wall calendar, then point at the day or the last there is."""
    leaves = list(days_of)
    leaf = days_of[leaves[leaves.index((start.year, start.month)) + months]]
    return [day for day in leaf if day.day <= start.day][-1]


def test_every_day_of_thirty_years_has_its_corresponding_dates():
    days_of: dict[tuple[int, int], list[date]] = {}
    for day in LONGER:
        days_of.setdefault((day.year, day.month), []).append(day)
    for start in THIRTY_YEARS:
        for months in (1, 3, 6, 12, 18, -1):
            assert corresponding_date(start, months) == naive_months(start, months, days_of)


def test_every_day_of_thirty_years_has_its_28th_and_56th_day():
    for at, start in enumerate(LONGER[: len(THIRTY_YEARS)]):
        assert last_day("28 days", start) == LONGER[at + 28]
        assert last_day("4 weeks", start) == LONGER[at + 28]
        assert last_day("56 days beginning with", start) == LONGER[at : at + 56][-1]


def test_every_day_of_thirty_years_has_its_tenth_working_day():
    working = [day for day in LONGER if day.isoweekday() <= 5 and day not in ENGLAND.holidays]
    after = 0
    for start in THIRTY_YEARS:
        while working[after] <= start:
            after += 1
        assert last_day("10 working days", start) == working[after + 9]


@settings(deadline=None)
@given(ORDINARY, STARTS, STARTS)
def test_a_later_trigger_never_ends_earlier(limit, one, other):
    first, second = sorted((one, other))
    assert due_date(limit, first, ENGLAND).day <= due_date(limit, second, ENGLAND).day


@settings(deadline=None)
@given(ORDINARY, STARTS)
def test_one_more_ends_later(limit, start):
    more = Limit(limit.count + 1, limit.unit, limit.beginning_with)
    assert due_date(limit, start, ENGLAND).day < due_date(more, start, ENGLAND).day


@settings(deadline=None)
@given(ORDINARY, STARTS)
def test_a_limit_that_begins_with_its_trigger_never_ends_after_one_that_leaves_it_out(limit, start):
    within = Limit(limit.count, limit.unit, beginning_with=True)
    outside = Limit(limit.count, limit.unit)
    assert start <= due_date(within, start, ENGLAND).day <= due_date(outside, start, ENGLAND).day


@settings(deadline=None)
@given(ORDINARY, STARTS)
def test_a_roll_goes_to_the_nearest_working_day_on_its_side(limit, start):
    never, earlier, later = (due_date(limit, start, ENGLAND, roll).day for roll in Roll)
    assert earlier <= never <= later
    assert ENGLAND.is_working(earlier)
    assert ENGLAND.is_working(later)
    between = (earlier + timedelta(days=n) for n in range(1, (later - earlier).days))
    assert not any(ENGLAND.is_working(day) for day in between)


@given(STARTS, st.integers(1, 600))
def test_months_forward_and_back_keep_the_day_or_lose_it_to_a_short_month(start, months):
    there = corresponding_date(start, months)
    back = corresponding_date(there, -months)
    assert (back == start) == (there.day == start.day)
    assert back <= start


def test_the_zone_of_the_host_changes_no_due_date(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    host_time.tzset()
    try:
        assert last_day("6 months", date(2016, 12, 8)) == date(2017, 6, 8)
        assert last_day("10 working days", date(2017, 5, 16)) == date(2017, 5, 31)
    finally:
        monkeypatch.undo()
        host_time.tzset()


# Provisional dates


@pytest.mark.parametrize(
    ("limit", "start", "roll", "provisional"),
    [
        ("10 working days", date(2028, 12, 1), Roll.NEVER, False),
        ("10 working days", date(2028, 12, 20), Roll.NEVER, True),
        ("10 working days", date(2011, 12, 29), Roll.NEVER, True),
        ("6 months", date(2028, 12, 8), Roll.NEVER, False),
        ("6 months", date(2028, 12, 8), Roll.EARLIER, True),
        ("6 months", date(2028, 6, 8), Roll.EARLIER, False),
        ("30 days", date(2028, 12, 1), Roll.LATER, True),
    ],
)
def test_a_date_is_provisional_when_a_later_table_could_move_it(limit, start, roll, provisional):
    due = due_date(Limit.parse(limit), start, ENGLAND, roll)
    assert due.provisional is provisional
    assert ("provisional" in " ".join(explain(due, ENGLAND))) is provisional


# Explanations


def test_ten_working_days_are_explained_day_by_day():
    due = due_date(Limit(10, Unit.WORKING_DAYS), date(2017, 5, 16), ENGLAND)
    assert explain(due, ENGLAND) == [
        "The limit is 10 working days from Tuesday 16 May 2017: that day is not counted.",
        "Wednesday 17 May 2017 is working day 1.",
        "Thursday 18 May 2017 is working day 2.",
        "Friday 19 May 2017 is working day 3.",
        "Saturday 20 May 2017 is not counted: a Saturday.",
        "Sunday 21 May 2017 is not counted: a Sunday.",
        "Monday 22 May 2017 is working day 4.",
        "Tuesday 23 May 2017 is working day 5.",
        "Wednesday 24 May 2017 is working day 6.",
        "Thursday 25 May 2017 is working day 7.",
        "Friday 26 May 2017 is working day 8.",
        "Saturday 27 May 2017 is not counted: a Saturday.",
        "Sunday 28 May 2017 is not counted: a Sunday.",
        "Monday 29 May 2017 is not counted: Spring bank holiday.",
        "Tuesday 30 May 2017 is working day 9.",
        "Wednesday 31 May 2017 is working day 10.",
        "The last day is Wednesday 31 May 2017.",
    ]


def test_the_statutory_limit_is_explained_from_day_one():
    due = due_date(Limit.parse("56 days beginning with"), date(2017, 10, 5), ENGLAND)
    assert explain(due, ENGLAND) == [
        "The limit is 56 days beginning with Thursday 5 October 2017: that day counts.",
        (
            "Day 1 is Thursday 5 October 2017 and day 56 is Wednesday 29 November 2017. "
            "Every day counts, weekends and bank holidays too."
        ),
        "The last day is Wednesday 29 November 2017.",
    ]


@pytest.mark.parametrize(
    ("limit", "start", "rule"),
    [
        (
            "6 months",
            date(2016, 12, 8),
            "The corresponding date in June ends the period: Thursday 8 June 2017.",
        ),
        (
            "6 months",
            date(2016, 12, 31),
            "June 2017 has no 31st, so the period ends on the last day of that month, Friday 30 June 2017.",
        ),
        (
            "1 year",
            date(2016, 2, 29),
            (
                "February 2017 has no 29th, so the period ends on the last day of that month, "
                "Tuesday 28 February 2017."
            ),
        ),
        (
            "6 months beginning with",
            date(2016, 12, 8),
            (
                "The corresponding date is Thursday 8 June 2017; "
                "a period that begins with its first day ends the day before."
            ),
        ),
    ],
)
def test_months_are_explained_by_the_corresponding_date(limit, start, rule):
    due = due_date(Limit.parse(limit), start, ENGLAND)
    assert explain(due, ENGLAND)[1] == rule


def test_a_date_that_moved_says_which_way_and_why():
    due = due_date(Limit.parse("56 days beginning with"), date(2022, 11, 2), ENGLAND, Roll.EARLIER)
    assert explain(due, ENGLAND)[2:] == [
        (
            "Tuesday 27 December 2022 is not a working day: Christmas Day (substitute day). "
            "The date moves earlier."
        ),
        "The last day is Friday 23 December 2022.",
    ]
    assert due.why == (
        "The last day of 56 days beginning with Wednesday 2 November 2022, which counts, is "
        "Tuesday 27 December 2022, moved earlier to Friday 23 December 2022 because that Tuesday is not a "
        "working day: Christmas Day (substitute day)."
    )


def test_the_reason_is_one_sentence():
    due = due_date(Limit(6, Unit.MONTHS), date(2016, 12, 8), ENGLAND)
    assert due.why == (
        "The last day of 6 months from Thursday 8 December 2016, which is not counted, is "
        "Thursday 8 June 2017."
    )
    assert due == DueDate(
        date(2017, 6, 8), date(2016, 12, 8), Limit(6, Unit.MONTHS), ENGLAND.hash, False, due.why
    )


def test_a_day_that_was_given_as_a_date_is_its_own_explanation():
    day = date(2023, 9, 30)
    due = DueDate(
        day, date(2023, 5, 1), None, ENGLAND.hash, False, "The force set Saturday 30 September 2023."
    )
    assert explain(due, ENGLAND) == ["The force set Saturday 30 September 2023."]


def test_a_date_is_not_explained_with_another_table():
    due = DueDate(date(2017, 6, 8), date(2016, 12, 8), Limit(6, Unit.MONTHS), "another", False, "")
    with pytest.raises(LimitError, match="was counted with calendar another, not with"):
        explain(due, ENGLAND)


@settings(deadline=None)
@given(ORDINARY, STARTS, st.sampled_from(Roll))
def test_every_date_can_be_explained_to_the_day(limit, start, roll):
    due = due_date(limit, start, ENGLAND, roll)
    steps = explain(due, ENGLAND)
    assert all(step.endswith(".") and "None" not in step for step in steps)
    if limit.unit is Unit.WORKING_DAYS:
        assert sum("is working day" in step for step in steps) == limit.count
