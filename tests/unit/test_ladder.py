"""Ladders: every rung's instant, what is overtaken, weekends, Christmas, the hour's change, and thirty years."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.calendars import Division
from lifecycle.dates import LONDON
from lifecycle.ladder import passed_at_start, rung_day, steps
from lifecycle.policy import Anchor, Rung
from lifecycle.words import Reason, Role
from tests.unit.builders import (
    ACCELERATED,
    CONCERN,
    NAMES,
    NATIONAL,
    RESPONSE,
    london,
    policy,
    requested,
    rules,
    story,
)

SUBMISSION = policy(NATIONAL).clocks["submission"]
CLOCKS = [(name, kind) for name in NAMES for kind in policy(name).clocks]
DIVISIONS = st.sampled_from(list(Division))
DUES = st.dates(min_value=date(2006, 1, 1), max_value=date(2035, 12, 31))


def days(due, name=NATIONAL, kind="submission", division=Division.ENGLAND_AND_WALES):
    """The day of each rung of a clock due on this day."""
    with_division = rules(name, division)
    return {step.rung.id: step.day for step in steps(policy(name).clocks[kind], due, with_division)}


def a_rung(anchor, count, *, working=False, at=time(9)):
    return Rung(
        id="r",
        anchor=anchor,
        count=count,
        working=working,
        at=at,
        to=(Role.liaison,),
        copied_to=(),
        template="submission-reminder",
    )


# The case of 2017: asked for on 16 May, due on 31 May; Monday 29 May is a bank holiday


def test_the_golden_ladder_of_2017():
    told = requested()
    clock = told.case.clocks["submission"]
    assert clock.due == date(2017, 5, 31)
    found = {step.rung.id: step.at for step in steps(SUBMISSION, clock.due, told.rules)}
    assert found == {
        "before-10": datetime(2017, 5, 16, 8, tzinfo=UTC),
        "before-5": datetime(2017, 5, 23, 8, tzinfo=UTC),
        "before-1": datetime(2017, 5, 30, 8, tzinfo=UTC),
        "due": datetime(2017, 5, 31, 8, tzinfo=UTC),
        "after-1": datetime(2017, 6, 1, 8, tzinfo=UTC),
        "after-5": datetime(2017, 6, 7, 8, tzinfo=UTC),
        "after-10": datetime(2017, 6, 14, 8, tzinfo=UTC),
        "after-20": datetime(2017, 6, 28, 8, tzinfo=UTC),
    }


def test_the_golden_ladder_is_walked_and_only_its_first_rung_is_overtaken():
    told = requested()
    told.walk(london(date(2017, 12, 31)))
    assert told.passed() == {("submission", 1, "before-10"): "overtaken by the start"}
    assert [rung for _, _, rung in told.fell()] == [
        "before-5",
        "before-1",
        "due",
        "after-1",
        "after-5",
        "after-10",
        "after-20",
    ]


def test_a_longer_date_in_the_letter_leaves_the_first_rung_in_place():
    told = requested(due=date(2017, 6, 30))
    assert told.passed() == {}
    assert days(date(2017, 6, 30))["before-10"] == date(2017, 6, 16)


def test_a_date_the_day_after_the_letter_overtakes_all_that_stands_on_its_day():
    told = requested(due=date(2017, 5, 17))
    assert sorted(rung for _, _, rung in told.passed()) == ["before-1", "before-10", "before-5"]
    assert set(told.passed().values()) == {"overtaken by the start"}


def test_who_is_told_and_who_is_in_copy():
    step = next(s for s in steps(SUBMISSION, date(2017, 5, 31), rules()) if s.rung.id == "after-5")
    told = step.notify()
    assert [one.role for one in told] == [Role.chief_officer, Role.oversight]
    assert {one.copied_to for one in told} == {(Role.oversight,)}
    assert step.passed(Reason.merged).roles == (Role.chief_officer, Role.oversight)


# Days that are not working days


def test_a_saturday_pulls_its_own_morning_to_friday_and_its_escalation_starts_on_monday():
    saturday = date(2017, 6, 3)
    found = days(saturday)
    assert found["due"] == found["before-1"] == date(2017, 6, 2)
    assert found["after-1"] == date(2017, 6, 5)


def test_on_a_saturday_the_day_itself_stands_after_the_day_before():
    """Two rungs at one instant: the later in the ladder comes last, and is the one that is sent."""
    found = [step.rung.id for step in steps(SUBMISSION, date(2017, 6, 3), rules())]
    assert found.index("due") == found.index("before-1") + 1


def test_the_order_of_a_policys_lines_does_not_matter():
    backwards = SUBMISSION.model_copy(update={"rungs": tuple(reversed(SUBMISSION.rungs))})
    for day in (date(2017, 6, 3), date(2017, 5, 31)):
        assert steps(backwards, day, rules()) == steps(SUBMISSION, day, rules())


def test_christmas_2016():
    """Sunday 25 December: the 26th and 27th are holidays, and Monday 2 January is the substitute day."""
    found = days(date(2016, 12, 25))
    assert found["due"] == found["before-1"] == date(2016, 12, 23)
    assert found["before-5"] == date(2016, 12, 19)
    assert found["after-1"] == date(2016, 12, 28)
    assert found["after-5"] == date(2017, 1, 4)


def test_working_days_are_those_of_whoever_has_to_act():
    """2 January is a holiday in Scotland: the body's rungs keep it, the inspectorate's own do not."""
    assert days(date(2019, 1, 3), division=Division.SCOTLAND)["before-1"] == date(2018, 12, 31)
    assert days(date(2019, 1, 3))["before-1"] == date(2019, 1, 2)
    assessment = days(date(2019, 1, 2), kind="assessment", division=Division.SCOTLAND)
    assert assessment["due"] == date(2019, 1, 2)


def test_the_hour_changes_and_the_reminder_still_leaves_at_nine_in_london():
    before, after = (
        next(s.at for s in steps(SUBMISSION, day, rules()) if s.rung.id == "due")
        for day in (date(2017, 3, 24), date(2017, 3, 27))
    )
    assert (before.hour, after.hour) == (9, 8)
    assert {at.astimezone(LONDON).hour for at in (before, after)} == {9}


def test_the_statutory_56_days_and_their_last_working_day_before_a_holiday():
    """A report of 2 November 2022: the last day is Tuesday 27 December, a substitute bank holiday."""
    told = story(RESPONSE, date(2022, 11, 2))
    due = told.case.clocks["response"].due
    assert due == date(2022, 12, 27)
    assert days(due, RESPONSE, "response")["due"] == date(2022, 12, 23)
    assert days(due, RESPONSE, "response")["after-1"] == date(2022, 12, 28)


def test_a_cause_of_concern_opened_on_its_day_of_issue():
    """Warwickshire, 13 September 2023: an action plan by 11 October; nothing is overtaken."""
    told = story(CONCERN, date(2023, 9, 13))
    assert told.case.clocks["submission"].due == date(2023, 10, 11)
    assert told.passed() == {}
    assert days(date(2023, 10, 11), CONCERN)["before-10"] == date(2023, 9, 27)


def test_an_accelerated_cause_of_concern_is_heard_of_sooner():
    told = story(ACCELERATED, date(2021, 9, 30))
    assert told.case.clocks["submission"].due == date(2021, 10, 14)
    told.walk(london(date(2022, 1, 31)))
    fell = [rung for _, _, rung in told.fell()]
    assert fell == ["before-5", "before-1", "due", "after-1", "after-3", "after-5", "after-10"]


# Calendar days


@pytest.mark.parametrize(
    ("anchor", "count", "due", "day"),
    [
        (Anchor.before, 2, date(2017, 6, 6), date(2017, 6, 2)),  # Sunday: pulled earlier to Friday
        (Anchor.after, 3, date(2017, 6, 1), date(2017, 6, 2)),  # Sunday: pulled earlier, still after
        (Anchor.after, 1, date(2017, 6, 2), date(2017, 6, 5)),  # Saturday: earlier would be the day itself
        (Anchor.after, 2, date(2017, 6, 3), date(2017, 6, 5)),  # due on a Saturday: Monday
        (Anchor.after, 7, date(2017, 5, 22), date(2017, 5, 26)),  # 29 May is a bank holiday: Friday
        (Anchor.after, 1, date(2016, 12, 23), date(2016, 12, 28)),  # all of Christmas between
    ],
)
def test_a_rung_in_calendar_days_is_pulled_earlier_but_never_chases_what_is_not_late(anchor, count, due, day):
    assert rung_day(a_rung(anchor, count), due, rules().calendar) == day


@given(
    anchor=st.sampled_from([Anchor.before, Anchor.after]),
    count=st.integers(1, 400),
    working=st.booleans(),
    due=DUES,
    division=DIVISIONS,
)
def test_any_rung_is_on_a_working_day_on_its_own_side_of_the_due_date(anchor, count, working, due, division):
    calendar = rules(NATIONAL, division).calendar
    day = rung_day(a_rung(anchor, count, working=working), due, calendar)
    assert calendar.is_working(day)
    assert day < due if anchor is Anchor.before else day > due
    if not working and anchor is Anchor.before:
        assert day <= due - timedelta(days=count)


@given(clock=st.sampled_from(CLOCKS), due=DUES, division=DIVISIONS)
def test_every_committed_rung_leaves_in_office_hours_of_a_working_day_and_in_order(clock, due, division):
    name, kind = clock
    with_division = rules(name, division)
    rule = policy(name).clocks[kind]
    found = steps(rule, due, with_division)
    calendar = with_division.calendar_for(rule)
    assert {step.rung.id for step in found} == {rung.id for rung in rule.rungs}
    assert [step.at for step in found] == sorted(step.at for step in found)
    for step in found:
        local = step.at.astimezone(LONDON)
        assert local.date() == step.day
        assert calendar.is_working(step.day)
        assert policy(name).opens <= local.time() <= policy(name).closes
        assert step.day > due if step.rung.anchor is Anchor.after else step.day <= due


@given(due=DUES, started=DUES, later=st.integers(0, 60), clock=st.sampled_from(CLOCKS))
def test_what_is_gone_at_the_start_and_what_is_left_are_all_of_the_ladder(due, started, later, clock):
    name, kind = clock
    now = london(started + timedelta(days=later))
    rule = policy(name).clocks[kind]
    native = passed_at_start(rule, due, started, None, rules(name))
    over = passed_at_start(rule, due, started, now, rules(name))
    reasons = {one.rung: one.reason for one in over}
    assert {one.rung for one in native} == {r for r, why in reasons.items() if why is Reason.overtaken}
    for step in steps(rule, due, rules(name)):
        expected = Reason.before_takeover if step.at <= now else None
        assert reasons.get(step.rung.id) == (Reason.overtaken if step.day <= started else expected)


# Against a naive counter, over thirty years of due dates


def naive(due, count, holidays):
    """Count one day at a time: the nth day of work after `due`, or before it."""
    day, left, step = due, abs(count), 1 if count > 0 else -1
    while left > 0:
        day += timedelta(days=step)
        if day.isoweekday() <= 5 and day not in holidays:
            left -= 1
    return day


@pytest.mark.parametrize("division", list(Division))
def test_thirty_years_of_due_dates_against_a_naive_counter(division):
    calendar = rules(NATIONAL, division).calendar
    holidays = set(calendar.holidays)
    offsets = {"before-10": -10, "before-5": -5, "before-1": -1, "after-1": 1, "after-5": 5, "after-20": 20}
    for n in range(30 * 365):
        due = date(2006, 1, 1) + timedelta(days=n)
        found = days(due, division=division)
        assert {rung: found[rung] for rung in offsets} == {
            rung: naive(due, count, holidays) for rung, count in offsets.items()
        }
        at_work = due.isoweekday() <= 5 and due not in holidays
        assert found["due"] == (due if at_work else naive(due, -1, holidays))
