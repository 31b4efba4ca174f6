"""The oversight body's response to a published report: Police Act 1996 s.55, under a policy of its own."""

from datetime import date

import pytest

from lifecycle import events as e
from lifecycle.explain import waiting_for
from lifecycle.words import Refused, Role, Stage
from tests.unit.builders import (
    RESPONSE,
    Story,
    invitation,
    london,
    move,
    opening,
    response,
    story,
    withdrawal,
)

PUBLISHED = date(2017, 10, 5)
LAST_DAY = date(2017, 11, 29)


def responded(told):
    return [one for one in told.events if isinstance(one, e.Responded)][-1]


def test_the_day_of_publication_is_day_1_of_56():
    told = story(RESPONSE, PUBLISHED)
    clock = told.case.clocks["response"]
    assert clock.due == LAST_DAY
    assert (LAST_DAY - PUBLISHED).days == 55


def test_the_oversight_body_is_told_at_once_and_then_chased():
    told = story(RESPONSE, PUBLISHED)
    assert [(one.role, one.template) for one in told.events[0].notify] == [
        (Role.oversight, "response-invited")
    ]
    told.walk(london(date(2018, 1, 31)))
    assert [rung for _, _, rung in told.fell()] == ["before-20", "before-5", "due", "after-1", "after-10"]


@pytest.mark.parametrize("role", list(Role))
def test_the_statutory_date_is_never_moved(role):
    told = story(RESPONSE, PUBLISHED)
    with pytest.raises(Refused, match="set by statute and cannot be moved"):
        told.take(move("response", date(2017, 12, 31), role=role.value))
    assert told.case.clocks["response"].due == LAST_DAY


@pytest.mark.parametrize(
    ("day", "late_by"), [(LAST_DAY, 0), (date(2017, 11, 30), 1), (date(2018, 1, 31), 63)]
)
def test_the_whole_life_of_a_response(day, late_by):
    told = story(RESPONSE, PUBLISHED)
    told.take(invitation())
    told.at(day).take(response())
    assert responded(told).late_by == late_by
    assert told.case.stage is Stage.closed
    assert told.case.clocks["response"].state.value == "met"


def test_a_response_whose_copies_are_missing_stays_open_but_is_chased_no_more():
    told = story(RESPONSE, PUBLISHED).at(date(2017, 11, 20))
    told.take(response(secretary=False))
    assert (told.case.stage, told.case.responded) == (Stage.issued, True)
    assert not told.case.clocks["response"].running
    assert waiting_for(told.case, told.rules).startswith("both copies of the oversight body's")
    with pytest.raises(Refused, match="published already"):
        told.take(invitation())
    told.at(date(2017, 12, 15)).take(response())
    assert (told.case.stage, responded(told).late_by) == (Stage.closed, 0)


def test_a_response_may_be_withdrawn():
    told = story(RESPONSE, PUBLISHED)
    told.take(withdrawal())
    assert told.case.stage is Stage.withdrawn


def test_a_response_started_late_sends_nothing_of_before_its_start():
    """The workflow starts from an activity, which may be tried for days. What it missed it never sends."""
    late = Story(opening(RESPONSE, PUBLISHED), london(date(2017, 11, 25)))
    assert set(late.passed().values()) == {"before we took over"}
    assert sorted(rung for _, _, rung in late.passed()) == ["before-20", "before-5"]
    assert [one.template for one in late.events[0].notify] == ["response-invited"]


def test_a_response_taken_over_from_elsewhere_is_not_announced_again():
    over = Story(opening(RESPONSE, PUBLISHED, source="register of 2017"), london(date(2017, 11, 25)))
    assert all(one.notify == () for one in over.events)
