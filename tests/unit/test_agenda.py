"""The agenda: what it forecasts is what is recorded; waking late merges; nobody is chased twice at once."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle import events as e
from lifecycle.agenda import agenda, falls_due, next_instant
from lifecycle.case import Case
from lifecycle.ladder import outstanding
from lifecycle.opening import OwnLimit
from lifecycle.words import Reason, Role, Stage
from tests.unit.builders import (
    ACCELERATED,
    AREA,
    CONCERN,
    MINUTE,
    NATIONAL,
    RESPONSE,
    Story,
    at_stage,
    declaration,
    document,
    london,
    move,
    opening,
    request,
    requested,
    rules,
    story,
    submission,
    withdrawal,
)

STAGES = [Stage.issued, Stage.requested, Stage.submitted, Stage.assessed, Stage.authorised]
STAGES += [Stage.letter_sent, Stage.published]
FAR = london(date(2060, 1, 1))
DAYS = st.dates(min_value=date(2016, 1, 1), max_value=date(2034, 12, 31))


def recorded(event):
    """An engine event, as the agenda would have forecast it."""
    if isinstance(event, e.RungFell):
        roles = tuple(one.role for one in event.notify)
        return event.scheduled, event.clock, event.version, event.rung, roles, None
    assert isinstance(event, e.RungPassed)
    one = event.passed
    return one.at, event.clock, event.version, one.rung, one.roles, one.reason


def forecast(told):
    return [
        (one.at, one.clock, one.version, one.rung, one.roles, one.reason)
        for one in agenda(told.case, told.rules)
    ]


@given(
    name=st.sampled_from([NATIONAL, CONCERN, ACCELERATED, AREA, RESPONSE]),
    day=DAYS,
    asked=st.integers(0, 40),
    own=st.sampled_from([(), ("28 days",), ("6 months", "1 month")]),
)
def test_what_the_agenda_forecasts_is_what_is_recorded(name, day, asked, own):
    limits = tuple(OwnLimit(criterion="ab"[n], limit=limit) for n, limit in enumerate(own))
    told = story(name, day, criteria=("a", "b"), own_limits=limits if name != RESPONSE else ())
    if name == NATIONAL:
        told.at(day + timedelta(days=asked)).wake()
        told.take(request())
    expected = forecast(told)
    fell = told.walk(FAR)
    assert [recorded(event) for event in fell] == expected
    assert agenda(told.case, told.rules) == ()
    assert next_instant(told.case, told.rules) is None


@pytest.mark.parametrize("stage", STAGES)
def test_in_every_stage_the_forecast_is_kept(stage):
    told = at_stage(stage)
    told.wake()
    expected = forecast(told)
    assert [recorded(event) for event in told.walk(FAR)] == expected


def test_the_next_instant_is_the_first_entry():
    told = requested()
    assert next_instant(told.case, told.rules) == agenda(told.case, told.rules)[0].at
    assert falls_due(told.case, told.rules, agenda(told.case, told.rules)[0].at - MINUTE) == ()


def test_an_ended_case_and_an_unopened_one_have_no_agenda():
    told = requested()
    told.take(withdrawal())
    for case in (told.case, Case(id="recommendation/2016-1/kent")):
        assert agenda(case, told.rules) == ()
        assert next_instant(case, told.rules) is None
        assert falls_due(case, told.rules, FAR) == ()


# Waking late


def test_on_waking_late_only_the_newest_rung_of_a_clock_is_sent():
    told = requested().at(date(2017, 6, 8))
    told.wake()
    assert told.fell() == [("submission", 1, "after-5")]
    merged = {rung for (_, _, rung), reason in told.passed().items() if reason == "merged into a newer rung"}
    assert merged == {"before-5", "before-1", "due", "after-1"}


def test_each_clock_has_its_own_newest_rung():
    told = at_stage(Stage.submitted)
    told.take(document())
    told.at(date(2017, 12, 1)).wake()
    assert told.fell() == [("assessment", 1, "after-3"), ("document", 1, "after-1")]


def test_one_wake_records_every_rung_once():
    told = requested().at(date(2018, 1, 1))
    assert len(told.wake()) == 7
    assert told.wake() == ()


@given(naps=st.lists(st.integers(0, 30), min_size=1, max_size=12), day=DAYS)
def test_however_late_the_engine_wakes_every_rung_is_recorded_once_and_one_a_clock_is_sent(naps, day):
    told = story(NATIONAL, day, own_limits=(OwnLimit(limit="1 month"),))
    told.take(request())
    ladder = agenda(told.case, told.rules)
    for nap in [*naps, 400]:
        told.now += timedelta(days=nap)
        ripe = {(one.clock, one.rung) for one in agenda(told.case, told.rules) if one.at <= told.now}
        events = told.wake()
        sent = [event for event in events if isinstance(event, e.RungFell)]
        assert {recorded(event)[1::2][:2] for event in events} == ripe
        assert all(count == 1 for count in Counter(event.clock for event in sent).values())
        for event in sent:
            newest = max(
                one.at for one in ladder if one.clock == event.clock and (one.clock, one.rung) in ripe
            )
            assert event.scheduled == newest
    assert Counter((c, r) for c, _, r in [*told.fell(), *told.passed()]).most_common(1)[0][1] == 1
    assert len(told.fell()) + len(told.passed()) == 8 + 3


# Two rungs at one instant


def test_two_rungs_at_one_instant_are_one_notice():
    """Due on Saturday 3 June: the day itself and the day before are both pulled to Friday morning."""
    told = requested(due=date(2017, 6, 3))
    told.walk(london(date(2017, 6, 2)))
    assert told.fell()[-1] == ("submission", 1, "due")
    assert told.passed()["submission", 1, "before-1"] == "merged into a newer rung"


@given(day=DAYS, due=st.integers(1, 60))
def test_never_are_two_rungs_of_one_clock_sent_at_one_instant(day, due):
    told = story(NATIONAL, day)
    told.take(request(due=day + timedelta(days=due)))
    told.walk(FAR)
    sent: dict[str, list[object]] = defaultdict(list)
    for event in told.events:
        if isinstance(event, e.RungFell):
            sent[event.clock].append(event.at)
    assert all(len(instants) == len(set(instants)) for instants in sent.values())


# While the next duty is the inspectorate's


@pytest.mark.parametrize("stage", [Stage.submitted, Stage.assessed, Stage.authorised, Stage.letter_sent])
def test_while_the_inspectorate_owes_the_next_act_implementation_is_not_chased(stage):
    told = at_stage(stage)
    told.walk(FAR)
    implementation = {r: why for (clock, _, r), why in told.passed().items() if clock == "implementation"}
    assert set(implementation.values()) == {Reason.with_inspectorate.value}
    assert not any(clock == "implementation" for clock, _, _ in told.fell())


@pytest.mark.parametrize("stage", [Stage.issued, Stage.requested, Stage.published])
def test_while_the_body_owes_implementation_it_is_chased(stage):
    told = at_stage(stage)
    told.walk(FAR)
    assert any(clock == "implementation" for clock, _, _ in told.fell())


def test_rungs_of_implementation_after_the_letters_publication_are_sent():
    told = at_stage(Stage.published)
    told.take(move("implementation", date(2017, 9, 1)))
    told.walk(FAR)
    assert ("implementation", 2, "after-5") in told.fell()


def test_a_rung_inside_the_inspectorate_is_sent_even_then():
    told = at_stage(Stage.submitted)
    clock = told.rules.policy.clocks["implementation"]
    inside = tuple(r.model_copy(update={"to": (Role.lead_inspector,), "copied_to": ()}) for r in clock.rungs)
    clocks = {
        **told.rules.policy.clocks,
        "implementation": clock.model_copy(update={"rungs": inside[-1:] + clock.rungs[:2]}),
    }
    told.rules = type(told.rules)(
        told.rules.policy.model_copy(update={"clocks": clocks}), told.rules.calendar, told.rules.own_calendar
    )
    told.wake()
    assert ("implementation", 1, "after-5") in told.fell()
    assert told.passed()["implementation", 1, "before-5"] == Reason.with_inspectorate.value


def test_a_document_that_the_body_owes_is_chased_although_the_case_is_with_the_inspectorate():
    told = at_stage(Stage.submitted)
    told.take(document())
    told.walk(FAR)
    assert ("document", 1, "before-1") in told.fell()


# What is done is not chased


def test_a_declared_implementation_is_not_chased():
    told = story(own_limits=(OwnLimit(limit="6 months"),))
    told.take(declaration())
    assert agenda(told.case, told.rules) == ()


def test_a_clock_of_another_policy_has_no_rungs():
    """A case that adopts a policy without this clock keeps the clock, and is not chased for it."""
    told = requested()
    clock = told.case.clocks["submission"]
    assert outstanding(told.case, clock, rules(AREA)) == ()


def test_after_a_submission_nothing_of_the_submission_is_sent():
    told = requested().at(date(2017, 5, 24))
    told.wake()
    told.take(submission())
    told.walk(FAR)
    assert told.fell()[0] == ("submission", 1, "before-5")
    assert {clock for clock, _, _ in told.fell()[1:]} == {"assessment"}


def test_opening_part_way_forecasts_only_what_is_to_come():
    told = Story(opening(past=(request(on=date(2017, 5, 16)),), source="register"), london(date(2017, 6, 2)))
    assert [one.rung for one in agenda(told.case, told.rules)] == ["after-5", "after-10", "after-20"]
