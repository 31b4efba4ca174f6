"""Clocks through the life of a case: late and replaced submissions, missing documents, moved dates, own limits."""

from datetime import date

import pytest

from lifecycle import events as e
from lifecycle.agenda import agenda
from lifecycle.case import ClockState
from lifecycle.explain import waiting_for
from lifecycle.opening import OwnLimit
from lifecycle.words import InspectionResult, Refused, Role, Stage
from tests.unit.builders import (
    AREA,
    CONCERN,
    NATIONAL,
    assessment,
    at_stage,
    authorisation,
    commenting,
    declaration,
    document,
    inspection,
    letter,
    london,
    move,
    policy,
    request,
    requested,
    returning,
    sending_draft,
    story,
    submission,
    taking_back,
    withdrawal,
)


def submitted(told):
    """The latest submission's event."""
    return [one for one in told.events if isinstance(one, e.Submitted)][-1]


def states(told):
    return {clock.id: clock.state.value for clock in told.case.clocks.values()}


def refused(told, act):
    with pytest.raises(Refused) as caught:
        told.take(act)
    return str(caught.value)


# Submissions


@pytest.mark.parametrize(
    ("day", "late_by"),
    [(date(2017, 5, 17), 0), (date(2017, 5, 31), 0), (date(2017, 6, 1), 1), (date(2017, 7, 1), 31)],
)
def test_a_submission_is_late_from_the_day_after_its_date(day, late_by):
    told = requested().at(day, "23:59")
    told.take(submission())
    assert submitted(told).late_by == late_by
    assert states(told) == {"submission": "met", "assessment": "running"}


def test_an_incomplete_submission_meets_the_date_and_a_document_is_asked_for():
    """Surrey's plan came on day 28: submitted, without criticism. What is missing has a clock of its own."""
    told = requested().at(date(2017, 5, 31))
    told.take(submission(complete=False))
    assert not submitted(told).complete
    told.take(document())
    assert told.case.clocks["document"].due == date(2017, 6, 7)
    assert "still due" in refused(told, document())
    told.at(date(2017, 6, 2)).take(submission(sealed="submission-2"))
    assert states(told) == {"submission": "met", "assessment": "running", "document": "met"}
    told.take(document())
    assert told.case.clocks["document"].version == 2


def test_a_replacement_names_what_it_replaces_and_gives_the_inspector_no_more_time():
    told = requested().at(date(2017, 5, 31))
    told.take(submission())
    due = told.case.clocks["assessment"].due
    told.at(date(2017, 6, 20)).take(submission(sealed="submission-2"))
    assert (submitted(told).replaces, submitted(told).late_by) == ("submission-1", 0)
    assert told.case.submission == "submission-2"
    assert (told.case.clocks["assessment"].due, told.case.clocks["assessment"].version) == (due, 1)


def test_a_plan_that_comes_unasked_is_not_late():
    told = story().at(date(2017, 3, 1))
    told.take(submission())
    assert submitted(told).late_by == 0
    assert told.case.stage is Stage.submitted


def test_a_plan_that_comes_after_an_assessment_without_it_is_still_late():
    told = requested().at(date(2017, 6, 5))
    told.take(assessment(outcome="not_submitted"))
    told.take(returning())
    told.at(date(2017, 6, 7)).take(submission())
    assert submitted(told).late_by == 7


# The inspectorate's own clocks


def test_a_returned_assessment_starts_its_clock_again_in_a_new_version():
    told = at_stage(Stage.submitted).at(date(2017, 6, 5))
    told.take(assessment())
    assert states(told) | {"assessment": "met", "authorisation": "running"} == states(told)
    told.at(date(2017, 6, 7)).take(returning())
    clock = told.case.clocks["assessment"]
    assert (clock.version, clock.started, clock.state) == (2, date(2017, 6, 7), ClockState.running)
    assert states(told)["authorisation"] == "met"
    told.at(date(2017, 6, 8)).take(assessment())
    told.take(taking_back())
    assert told.case.clocks["assessment"].version == 3
    assert told.case.clocks["authorisation"].version == 2


def test_a_fresh_version_sends_its_rungs_again():
    told = at_stage(Stage.assessed)
    told.at(date(2017, 6, 7)).take(returning())
    told.walk(london(date(2017, 12, 31)))
    assert ("assessment", 2, "due") in told.fell()
    assert {version for clock, version, _ in told.fell() if clock == "assessment"} == {2}


def test_a_letter_sent_on_friday_is_published_by_monday():
    told = story(CONCERN, date(2023, 9, 13)).at(date(2023, 10, 6))
    check = (sending_draft(), commenting())
    for act in (submission(), assessment(outcome="in_progress"), *check, authorisation(), letter()):
        told.take(act)
    assert told.case.clocks["publication"].due == date(2023, 10, 9)
    assert ("publication", 1, "due") not in told.passed()


def test_an_inspection_meets_its_own_clock_and_ends_the_others():
    told = at_stage(Stage.published)
    told.take(inspection())
    assert states(told)["inspection"] == "met"
    assert states(told)["implementation"] == "ended"


def test_a_withdrawal_meets_nothing():
    told = at_stage(Stage.published)
    told.take(withdrawal())
    assert states(told)["inspection"] == "ended"


def test_a_recommendation_issued_again_ends_every_clock():
    told = at_stage(Stage.letter_sent)
    told.take(inspection(InspectionResult.reissued, followed_by="2019-3"))
    assert "running" not in states(told).values()


# Dates given and moved


def test_a_date_given_in_the_letter_is_taken_where_the_policy_lets_it():
    told = requested(due=date(2017, 6, 23))
    clock = told.case.clocks["submission"]
    assert (clock.due, clock.limit) == (date(2017, 6, 23), None)
    assert clock.why == "The date given on Tuesday 16 May 2017."


def test_a_date_given_is_after_the_letter_and_not_absurd():
    told = story().at(date(2017, 5, 16))
    assert "too early. Give Wednesday 17 May 2017" in refused(told, request(due=date(2017, 5, 16)))
    assert "Check the year" in refused(told, request(due=date(2107, 5, 31)))
    told.take(request())
    told.take(submission())
    assert "too early" in refused(told, document(due=date(2017, 5, 16)))


def test_a_date_that_the_policy_sets_cannot_be_given():
    told = story().at(date(2017, 5, 16))
    fixed = policy(NATIONAL).clocks["submission"].model_copy(update={"may_be_given": False})
    clocks = {**policy(NATIONAL).clocks, "submission": fixed}
    told.rules = type(told.rules)(
        policy(NATIONAL).model_copy(update={"clocks": clocks}), told.rules.calendar, told.rules.own_calendar
    )
    assert "The policy sets the date (Submission of the plan)" in refused(
        told, request(due=date(2017, 6, 23))
    )


def test_a_clock_without_a_date_is_silent_until_it_is_given_one():
    told = at_stage(Stage.submitted)
    undated = policy(NATIONAL).clocks["document"].model_copy(update={"limit": None})
    clocks = {**policy(NATIONAL).clocks, "document": undated}
    told.rules = type(told.rules)(
        policy(NATIONAL).model_copy(update={"clocks": clocks}), told.rules.calendar, told.rules.own_calendar
    )
    told.take(document())
    assert told.case.clocks["document"].due is None
    assert "the body's missing document, without a date" in waiting_for(told.case, told.rules)
    assert not [one for one in agenda(told.case, told.rules) if one.clock == "document"]
    told.take(move("document", date(2017, 7, 20)))
    assert [one.rung for one in agenda(told.case, told.rules) if one.clock == "document"] == [
        "before-1",
        "after-1",
    ]


def test_the_next_date_is_the_earliest_still_running():
    told = at_stage(Stage.submitted)
    assert told.case.next_due() == date(2017, 6, 8)
    told.take(declaration())
    assert told.case.next_due() == date(2017, 6, 27)
    told.take(withdrawal())
    assert told.case.next_due() is None


def test_a_moved_date_is_a_new_version_whose_old_rungs_never_fall():
    told = requested().at(date(2017, 5, 29))
    told.wake()
    told.take(move("submission", date(2017, 6, 14)))
    clock = told.case.clocks["submission"]
    assert (clock.due, clock.version, clock.why) == (date(2017, 6, 14), 2, "Moved to Wednesday 14 June 2017.")
    told.walk(london(date(2017, 6, 15)))
    assert told.fell() == [
        ("submission", 1, "before-5"),
        ("submission", 2, "before-10"),
        ("submission", 2, "before-5"),
        ("submission", 2, "before-1"),
        ("submission", 2, "due"),
        ("submission", 2, "after-1"),
    ]
    assert told.passed() == {("submission", 1, "before-10"): "overtaken by the start"}


def test_rungs_of_the_new_date_on_or_before_the_day_it_was_moved_are_overtaken():
    told = requested().at(date(2017, 5, 31), "08:00")
    told.take(move("submission", date(2017, 6, 7)))
    gone = {
        rung for (_, version, rung), why in told.passed().items() if (version, why[:9]) == (2, "overtaken")
    }
    assert gone == {"before-10", "before-5"}


def test_a_rung_that_fell_while_the_engine_slept_is_recorded_before_its_date_moves():
    told = requested().at(date(2017, 5, 31))
    events = told.take(move("submission", date(2017, 6, 14)))
    assert [one.kind for one in events] == ["rung_passed"] * 3 + ["clock_moved"]
    assert told.passed()["submission", 1, "due"] == "the due date was moved"


@pytest.mark.parametrize(
    ("act", "reason"),
    [(submission(), "already answered"), (withdrawal(), "the case ended")],
    ids=lambda value: getattr(value, "kind", None),
)
def test_a_rung_that_fell_while_the_engine_slept_is_recorded_before_its_clock_stops(act, reason):
    told = requested().at(date(2017, 5, 30), "09:00")
    told.take(act)
    assert told.passed()["submission", 1, "before-5"] == reason
    assert told.passed()["submission", 1, "before-1"] == reason
    assert ("submission", 1, "due") not in told.passed()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.inspector, Role.lead_inspector)])
def test_only_the_roles_that_the_policy_names_move_a_date(role):
    said = refused(requested(), move("submission", date(2017, 6, 14), role=role.value))
    assert f"may be moved by inspector, lead_inspector, not by {role.value}" in said


def test_a_date_is_moved_to_today_or_later_and_to_another_day():
    told = requested().at(date(2017, 5, 20))
    assert "too early" in refused(told, move("submission", date(2017, 5, 19)))
    assert "already due" in refused(told, move("submission", date(2017, 5, 31)))
    assert "Check the year" in refused(told, move("submission", date(2071, 5, 31)))
    told.take(move("submission", date(2017, 5, 20)))
    assert told.case.clocks["submission"].due == date(2017, 5, 20)


def test_only_a_running_clock_is_moved_and_not_before_it_began():
    told = requested()
    assert "Running: submission" in refused(told, move("assessment", date(2017, 8, 1)))
    said = refused(told, move("submission", date(2017, 8, 1), on=date(2017, 5, 15)))
    assert "began on Tuesday 16 May 2017" in said
    told.take(submission())
    assert "no running clock" in refused(told, move("submission", date(2017, 8, 1)))


# The recommendation's own limits


def with_limits(**limits):
    """A recommendation of 8 December 2016 with criteria a, b and c."""
    own = tuple(
        OwnLimit(criterion=None if name == "whole" else name, limit=limit) for name, limit in limits.items()
    )
    return story(criteria=("a", "b", "c"), own_limits=own)


def test_the_golden_limits_of_2016():
    told = with_limits(whole="6 months", a="3 months")
    assert {c.id: c.due for c in told.case.running()} == {
        "implementation": date(2017, 6, 8),
        "implementation/a": date(2017, 3, 8),
    }


def test_a_criterion_declared_meets_its_own_clock_only():
    told = with_limits(whole="6 months", a="3 months", b="28 days")
    told.take(declaration(criterion="a"))
    assert states(told) == {
        "implementation": "running",
        "implementation/a": "met",
        "implementation/b": "running",
    }
    assert "been declared implemented already" in refused(told, declaration(criterion="a"))


def test_the_last_criterion_declared_meets_the_whole():
    told = with_limits(whole="6 months", a="3 months")
    for criterion in ("a", "b"):
        told.take(declaration(criterion=criterion))
        assert told.case.clocks["implementation"].running
    told.take(declaration(criterion="c"))
    assert told.case.declared_whole
    assert states(told)["implementation"] == "met"
    assert "already" in refused(told, declaration())


def test_the_whole_declared_meets_every_criterion():
    told = with_limits(whole="6 months", a="3 months")
    told.take(declaration())
    assert set(states(told).values()) == {"met"}
    assert "already" in refused(told, declaration(criterion="b"))


def test_a_declaration_is_the_bodys_word_and_ends_nothing():
    told = at_stage(Stage.published)
    told.take(declaration())
    assert told.case.stage is Stage.published
    assert told.case.result is None


def test_a_declared_area_for_improvement_waits_for_the_next_inspection():
    told = story(AREA, date(2023, 9, 13))
    assert told.case.running() == ()
    told.at(date(2023, 10, 2)).take(declaration())
    assert told.case.clocks["inspection"].due == date(2025, 10, 2)
