"""Opening a case: new, or part-way with its past; and pasts that cannot have been."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle import events as e
from lifecycle.agenda import falls_due
from lifecycle.opening import Opening, OwnLimit, open_case
from lifecycle.words import Refused, Stage
from tests.unit.builders import (
    AREA,
    CONCERN,
    INSPECTOR,
    NATIONAL,
    RESPONSE,
    Story,
    assessment,
    authorisation,
    declaration,
    document,
    inspection,
    letter,
    london,
    move,
    opening,
    publication,
    request,
    returning,
    rules,
    story,
    submission,
    taking_back,
    withdrawal,
)

MAY_16, MAY_30, JUNE_2 = date(2017, 5, 16), date(2017, 5, 30), date(2017, 6, 2)


def part_way(*past, on=JUNE_2, name=NATIONAL, source="register of 2017", **changes) -> Story:
    return Story(opening(name, past=past, source=source, **changes), london(on))


def refused(*past, on=date(2017, 7, 3), **changes) -> str:
    with pytest.raises(Refused) as caught:
        part_way(*past, on=on, **changes)
    return str(caught.value)


# New


def test_a_new_case_is_issued_and_its_own_clock_runs():
    told = story(own_limits=(OwnLimit(limit="6 months", due=date(2017, 6, 8), why="within six months"),))
    assert [one.kind for one in told.events] == ["issued", "clock_started"]
    assert (told.case.stage, told.case.issued_on) == (Stage.issued, date(2016, 12, 8))
    clock = told.case.clocks["implementation"]
    assert (clock.due, clock.why, clock.limit) == (date(2017, 6, 8), "within six months", "6 months")


def test_a_limit_without_its_day_is_counted():
    told = story(own_limits=(OwnLimit(limit="6 months"),))
    clock = told.case.clocks["implementation"]
    assert clock.due == date(2017, 6, 8)
    assert clock.why.startswith("The last day of 6 months from Thursday 8 December 2016")


def test_no_limit_no_clock():
    assert story(own_limits=(OwnLimit(),)).case.clocks == {}
    assert story(AREA).case.clocks == {}


def test_the_policy_and_the_calendar_of_its_start_are_in_the_case():
    told = story()
    assert told.case.policy_hash == told.rules.policy.hash
    assert told.case.calendar_hash == told.rules.calendar.hash


def test_with_immediate_effect_everything_before_is_overtaken():
    told = story(own_limits=(OwnLimit(limit=None, due=date(2016, 12, 8), why="immediately"),))
    assert told.passed() == {
        ("implementation", 1, "before-20"): "overtaken by the start",
        ("implementation", 1, "before-5"): "overtaken by the start",
    }
    told.walk(london(date(2017, 1, 31)))
    assert told.fell() == [("implementation", 1, "after-5")]


# Part-way


def test_rungs_before_the_opening_are_recorded_and_never_sent():
    told = part_way(request(on=MAY_16))
    assert told.case.stage is Stage.requested
    assert told.passed() == {
        ("submission", 1, "before-10"): "overtaken by the start",
        ("submission", 1, "before-5"): "before we took over",
        ("submission", 1, "before-1"): "before we took over",
        ("submission", 1, "due"): "before we took over",
        ("submission", 1, "after-1"): "before we took over",
    }
    told.walk(london(date(2017, 12, 31)))
    assert [rung for _, _, rung in told.fell()] == ["after-5", "after-10", "after-20"]


def test_a_rung_at_the_very_instant_of_the_opening_was_before_us():
    at_nine = Story(opening(past=(request(on=MAY_16),), source="register"), london(date(2017, 6, 7), "09:00"))
    assert at_nine.passed()["submission", 1, "after-5"] == "before we took over"
    earlier = Story(opening(past=(request(on=MAY_16),), source="register"), london(date(2017, 6, 7), "08:59"))
    assert ("submission", 1, "after-5") not in earlier.passed()


def test_nobody_is_told_of_the_past():
    told = part_way(request(on=MAY_16), submission(on=MAY_30))
    assert all(one.notify == () for one in told.events)
    assert {one.source for one in told.events if isinstance(one, e.Requested | e.Submitted)} == {
        "register of 2017"
    }


def test_a_past_act_may_have_a_source_of_its_own():
    own = request(on=MAY_16).model_copy(update={"source": "letter of 16 May 2017"})
    told = part_way(own, source="")
    assert next(one for one in told.events if isinstance(one, e.Requested)).source == "letter of 16 May 2017"


def test_the_whole_past_of_a_closed_case():
    told = part_way(
        request(on=MAY_16),
        submission(on=MAY_30),
        assessment(on=date(2017, 9, 1)),
        authorisation(on=date(2017, 9, 20)),
        letter(on=date(2017, 10, 2)),
        publication(on=date(2017, 10, 5)),
        inspection(on=date(2019, 9, 27)),
        on=date(2026, 1, 5),
    )
    assert told.case.stage is Stage.closed
    assert told.case.running() == ()
    assert told.case.stage_on == date(2019, 9, 27)


def test_acts_of_one_day_follow_each_other_as_given():
    told = part_way(
        request(on=MAY_16),
        submission(on=MAY_30),
        assessment(on=MAY_30),
        returning(on=MAY_30),
        assessment(on=MAY_30),
        authorisation(on=MAY_30),
    )
    assert told.case.stage is Stage.authorised
    assert told.case.clocks["assessment"].version == 2


def test_acts_of_the_day_of_the_opening_are_part_of_the_past():
    told = part_way(request(on=JUNE_2))
    assert told.case.clocks["submission"].started == JUNE_2
    assert set(told.passed().values()) == {"overtaken by the start"}


def test_a_date_moved_in_the_past_does_not_send_what_was_before_us():
    told = part_way(
        request(on=MAY_16), move("submission", date(2017, 5, 24), on=date(2017, 5, 18)), on=JUNE_2
    )
    assert told.wake() == ()
    assert told.passed()["submission", 2, "due"] == "before we took over"


def test_a_new_case_opened_after_its_day_of_issue_sends_nothing_of_before_its_opening():
    told = Story(opening(CONCERN, date(2023, 9, 13)), london(date(2023, 10, 9)))
    assert set(told.passed().values()) == {"before we took over"}
    assert sorted(rung for _, _, rung in told.passed()) == ["before-10", "before-5"]
    assert told.wake() == ()


@given(
    issued=st.dates(date(2016, 1, 1), date(2018, 1, 1)),
    asked=st.integers(0, 200),
    opened=st.integers(0, 400),
    hour=st.integers(0, 23),
)
def test_opening_never_leaves_a_rung_that_is_due_at_once(issued, asked, opened, hour):
    asked_on = issued + timedelta(days=asked)
    now = london(asked_on + timedelta(days=opened), f"{hour:02}:00")
    start = opening(
        NATIONAL,
        issued,
        past=(request(on=asked_on),),
        source="register",
        own_limits=(OwnLimit(limit="6 months"),),
    )
    told = Story(start, now)
    assert falls_due(told.case, told.rules, now) == ()
    for event in told.events:
        if isinstance(event, e.ClockStarted):
            for passed in event.passed:
                day = passed.at.date()
                assert (passed.reason.value == "overtaken by the start") == (day <= event.on)
                assert passed.at <= now or day <= event.on


def test_an_act_of_before_the_opening_that_is_recorded_afterwards_sends_nothing_of_that_time():
    """The submission of 1 May is found in a drawer on 15 June: its assessment was due on 30 May."""
    told = part_way(request(on=date(2017, 4, 10)), on=date(2017, 5, 31))
    told.at(date(2017, 6, 15)).take(submission(on=date(2017, 5, 1)))
    assert told.case.clocks["assessment"].due == date(2017, 5, 30)
    assert told.passed()["assessment", 1, "due"] == "before we took over"
    assert [rung for _, _, rung in told.fell()] == []
    told.wake()
    assert told.fell() == [("assessment", 1, "after-3")]


# Pasts that cannot have been


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (
            [submission(on=MAY_30), request(on=MAY_16)],
            "Past act 2, send_request_letter (Tuesday 16 May 2017): ",
        ),
        ([request(on=MAY_16), authorisation(on=MAY_30)], "Past act 2, authorise (Tuesday 30 May 2017): "),
        ([submission(on=MAY_30), assessment(on=MAY_16)], "Past act 2, complete_assessment"),
        ([request(on=MAY_16), assessment(on=MAY_30)], "Past act 2, complete_assessment"),
        (
            [submission(on=MAY_30), assessment(on=MAY_30), authorisation(on=MAY_30, actor=INSPECTOR)],
            "Past act 3, authorise",
        ),
        ([withdrawal(on=MAY_16), declaration(on=MAY_30)], "Past act 2, declare_implemented"),
        ([withdrawal(on=MAY_16), withdrawal(on=MAY_30)], "Past act 2, withdraw"),
        ([request(on=date(2016, 12, 7))], "Past act 1, send_request_letter"),
        ([request(on=date(2017, 7, 4))], "Past act 1, send_request_letter"),
        ([request()], "Past act 1, send_request_letter (no date): An act of before our time needs its date"),
        ([document(on=MAY_16)], "Past act 1, ask_for_document"),
        ([request(on=MAY_16), taking_back(on=MAY_30)], "Past act 2, take_back_assessment"),
        ([move("submission", date(2017, 8, 1), on=MAY_16)], "Past act 1, move_due_date"),
    ],
)
def test_an_impossible_past_is_refused_and_the_act_named(past, said):
    assert refused(*past).startswith(said)


def test_a_past_needs_its_source():
    assert "needs its source" in refused(request(on=MAY_16), source="")


def test_a_case_is_not_opened_before_its_day_of_issue():
    with pytest.raises(Refused, match="has not come"):
        Story(opening(RESPONSE, date(2017, 10, 5)), london(date(2017, 10, 4), "23:59"))


def test_a_year_that_cannot_be_is_refused_and_not_an_error_of_ours():
    with pytest.raises(Refused, match="over 100 years ago"):
        Story(opening(issued_on=date(1, 1, 1), own_limits=(OwnLimit(limit="1 day"),)), london(JUNE_2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criteria": ("a", "a")}, "gives criterion a twice"),
        ({"criteria": ("*",)}, "which means all of them"),
        (
            {"own_limits": (OwnLimit(limit="1 year"), OwnLimit(limit="2 years"))},
            "own limit of the whole twice",
        ),
        ({"own_limits": (OwnLimit(criterion="z", limit="1 year"),)}, "no criterion 'z' to give a limit to"),
        ({"own_limits": (OwnLimit(limit="soon"),)}, "Give the date that the words mean"),
        ({"own_limits": (OwnLimit(due=date(2016, 12, 7)),)}, "too early"),
        ({"own_limits": (OwnLimit(due=date(2206, 12, 7)),)}, "Check the year"),
    ],
)
def test_an_impossible_opening_is_refused(changes, said):
    assert said in refused(**changes)


def test_an_opening_travels_as_json():
    start = opening(past=(request(on=MAY_16), submission(on=MAY_30)), own_limits=(OwnLimit(limit="1 year"),))
    again = Opening.model_validate_json(start.model_dump_json())
    assert again == start
    now = london(JUNE_2)
    with pytest.raises(Refused, match="source"):
        open_case(again, now, rules())
