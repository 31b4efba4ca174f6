"""What a body asks and is answered: more time, questions, papers seen; submissions withdrawn or accepted late."""

from datetime import date

import pytest

from lifecycle import events as e
from lifecycle.explain import waiting_for
from lifecycle.ladder import steps
from lifecycle.opening import OwnLimit
from lifecycle.policy_reader import read_policy
from lifecycle.rules import Rules
from lifecycle.words import Paper, Refused, Role, Stage, SubmissionAnswer
from tests.unit import builders as b
from tests.unit.builders import Story

MAY_31 = date(2017, 5, 31)
JUNE_12 = date(2017, 6, 12)


def refused(told: Story, act) -> str:
    before = told.case
    with pytest.raises(Refused) as caught:
        told.take(act)
    assert told.case == before
    return str(caught.value)


def told_at_once(events) -> list[tuple[str, str]]:
    return [(one.role.value, one.template) for event in events[:1] for one in event.notify]


# Acknowledging


def test_each_paper_is_acknowledged_once():
    told = b.requested()
    told.take(b.acknowledgement())
    assert "has been acknowledged already" in refused(told, b.acknowledgement(actor="somebody"))
    [event] = told.take(b.acknowledgement(Paper.request_letter))
    assert (event.actor, event.on) == (b.FORCE, date(2017, 5, 16))
    assert told.case.acknowledged == (Paper.recommendation, Paper.request_letter)


@pytest.mark.parametrize("told", [b.story(), b.story(b.CONCERN, date(2023, 9, 13))])
def test_a_letter_that_never_went_cannot_be_acknowledged(told):
    assert "no request letter to acknowledge" in refused(told, b.acknowledgement(Paper.request_letter))


# More time


def test_asking_starts_a_clock_of_the_inspectorates_own_and_leaves_the_bodys_alone():
    told = b.requested()
    before = told.case.clocks["submission"]
    events = told.take(b.asking_for_time("submission", JUNE_12))
    assert told_at_once(events) == [("inspector", "time-asked")]
    assert told.case.clocks["submission"] == before
    answer = told.case.clocks["request/submission"]
    assert (answer.due, answer.kind) == (date(2017, 5, 23), "request")
    assert "answer to a request for more time (submission), due by 11:59pm on Tuesday 23 May" in waiting_for(
        told.case, told.rules
    )
    fell = told.walk(b.london(MAY_31))
    assert {one.rung for one in fell if isinstance(one, e.RungFell) and one.clock == "submission"} == {
        "before-5",
        "before-1",
        "due",
    }


def test_an_answer_that_does_not_come_is_chased_with_the_inspector_then_with_the_lead():
    told = b.requested()
    told.take(b.asking_for_time("submission", JUNE_12))
    told.walk(b.london(date(2017, 5, 30)))
    chased = [
        (one.rung, [notify.role for notify in one.notify])
        for one in told.events
        if isinstance(one, e.RungFell) and one.clock == "request/submission"
    ]
    assert chased == [
        ("before-1", [Role.inspector]),
        ("due", [Role.inspector]),
        ("after-1", [Role.inspector, Role.lead_inspector]),
        ("after-3", [Role.lead_inspector]),
    ]


@pytest.mark.parametrize(("due", "given"), [(None, JUNE_12), (date(2017, 6, 5), date(2017, 6, 5))])
def test_granting_moves_the_date_as_asked_or_as_given(due, given):
    told = b.requested()
    told.take(b.asking_for_time("submission", JUNE_12))
    events = told.take(b.granting("submission", due))
    assert [one.kind for one in events] == ["time_granted", "clock_met", "clock_moved"]
    assert told_at_once(events) == [("liaison", "time-granted")]
    clock = told.case.clocks["submission"]
    assert (clock.due, clock.version, clock.running) == (given, 2, True)
    assert told.case.asked == {}


def test_refusing_leaves_the_date_and_the_body_may_ask_again():
    told = b.requested()
    told.take(b.asking_for_time("submission", JUNE_12))
    events = told.take(b.denying("submission"))
    assert [one.kind for one in events] == ["time_refused", "clock_met"]
    assert told_at_once(events) == [("liaison", "time-refused")]
    assert (told.case.clocks["submission"].due, told.case.clocks["submission"].version) == (MAY_31, 1)
    told.take(b.asking_for_time("submission", JUNE_12))
    assert told.case.clocks["request/submission"].version == 2


def test_what_cannot_be_asked_for_is_refused_at_once():
    told = b.requested(own_limits=(OwnLimit(limit="6 months"),))
    assert "too early. Give Thursday 1 June 2017" in refused(told, b.asking_for_time("submission", MAY_31))
    assert "no running clock 'document'" in refused(told, b.asking_for_time("document", JUNE_12))
    told.take(b.asking_for_time("submission", JUNE_12))
    assert "Monday 12 June 2017. Wait for the answer" in refused(
        told, b.asking_for_time("submission", date(2017, 7, 1))
    )
    told.take(b.asking_for_time("implementation", date(2017, 9, 1)))
    assert set(told.case.asked) == {"submission", "implementation"}
    assert "not the body's own duty" in refused(told, b.asking_for_time("request/submission", JUNE_12))


def test_a_date_set_by_statute_is_refused_with_the_reason():
    told = b.story(b.RESPONSE, date(2017, 10, 5))
    assert "set by statute" in refused(told, b.asking_for_time("response", date(2018, 1, 1)))


def test_a_date_that_nobody_may_move_is_refused_with_the_reason():
    text = (b.FOLDER / "national-recommendation-2.toml").read_text("utf-8")
    fixed = read_policy(
        text.replace('moved_by = ["inspector", "lead_inspector"]', ""), "fixed", b.templates()
    )
    told = b.requested()
    told.rules = Rules(fixed, told.rules.calendar, told.rules.own_calendar)
    assert "the policy lets nobody" in refused(told, b.asking_for_time("submission", JUNE_12))


def test_only_who_may_move_the_date_answers():
    told = b.requested(own_limits=(OwnLimit(limit="6 months"),))
    assert "no open request" in refused(told, b.granting("implementation"))
    told.take(b.asking_for_time("implementation", date(2017, 9, 1)))
    for act in (b.granting, b.denying):
        assert "may be moved by lead_inspector, not by inspector" in refused(
            told, act("implementation", role="inspector")
        )
    assert "Give a later date" in refused(told, b.granting("implementation", date(2017, 6, 8)))
    assert "Leave the date out" in refused(told, b.denying("implementation", date(2017, 9, 1)))
    told.take(b.granting("implementation"))
    assert told.case.clocks["implementation"].due == date(2017, 9, 1)


def test_a_date_asked_for_that_has_passed_is_not_granted_by_silence():
    told = b.requested()
    told.take(b.asking_for_time("submission", date(2017, 6, 2)))
    told.at(date(2017, 6, 5))
    assert "too early. Give Monday 5 June 2017 or a later" in refused(told, b.granting("submission"))
    told.take(b.granting("submission", date(2017, 6, 9)))


def test_while_a_request_is_open_the_date_moves_only_by_its_answer():
    told = b.requested()
    told.take(b.asking_for_time("submission", JUNE_12))
    assert "Give an answer to that request" in refused(told, b.move("submission", JUNE_12))


def test_a_request_falls_away_when_the_duty_is_met():
    told = b.requested()
    told.take(b.asking_for_time("submission", JUNE_12))
    events = told.take(b.submission())
    [ended] = [one for one in events if isinstance(one, e.ClockEnded)]
    assert (ended.clock, ended.reason.value) == ("request/submission", "no longer needed")
    assert told.case.asked == {}
    assert "no open request" in refused(told, b.granting("submission"))


# Questions


def test_several_questions_are_open_at_once_each_with_its_own_clock():
    told = b.requested()
    first, second = told.take(b.question()), told.take(b.question(sealed="question-2"))
    assert told_at_once(first) == [("inspector", "question-asked")]
    numbers = told.case.questions
    assert numbers == (4, 6)
    assert {f"question/{number}" for number in numbers} <= {clock.id for clock in told.case.running()}
    answered = told.take(b.answer(numbers[1]))
    assert told_at_once(answered) == [("liaison", "question-answered")]
    assert [one.kind for one in answered] == ["question_answered", "clock_met"]
    assert told.case.questions == (4,)
    assert "It has 4" in refused(told, b.answer(numbers[1]))
    assert second[0].kind == "question_asked"


# Submissions


def test_a_submission_withdrawn_is_owed_again_by_the_old_date():
    told = b.requested().at(date(2017, 5, 24))
    told.take(b.submission())
    told.take(b.document())
    events = told.at(date(2017, 5, 25)).take(b.withdrawing_submission())
    assert told_at_once(events) == [("inspector", "submission-withdrawn")]
    assert told.case.stage is Stage.requested
    clock = told.case.clocks["submission"]
    assert (clock.due, clock.version) == (MAY_31, 2)
    assert {one.clock for one in events if isinstance(one, e.ClockEnded)} == {"assessment", "document"}
    assert [one.id for one in told.case.running()] == ["submission"]
    told.walk(b.london(date(2017, 6, 2)))
    fell = {rung for clock, version, rung in told.fell() if (clock, version) == ("submission", 2)}
    assert fell == {"before-1", "due", "after-1"}
    told.take(b.submission(sealed="submission-2"))
    again = next(one for one in reversed(told.events) if isinstance(one, e.Submitted))
    assert (again.late_by, again.replaces) == (2, None)
    assert told.case.clocks["assessment"].version == 2


def test_every_rung_of_the_old_date_is_accounted_for_when_it_runs_again_late():
    told = b.requested().at(date(2017, 6, 2))
    told.wake()
    told.take(b.submission())
    told.at(date(2017, 6, 5)).take(b.withdrawing_submission())
    told.walk(b.london(date(2017, 7, 31)))
    rungs = {step.rung.id for step in steps(told.rules.policy.clocks["submission"], MAY_31, told.rules)}
    gone = {rung for clock, version, rung in told.passed() if (clock, version) == ("submission", 2)}
    fell = {rung for clock, version, rung in told.fell() if (clock, version) == ("submission", 2)}
    assert gone | fell == rungs
    assert fell == {"after-5", "after-10", "after-20"}


def test_an_unasked_submission_withdrawn_leaves_the_case_as_issued():
    told = b.story().at(date(2017, 5, 16))
    told.take(b.submission())
    told.take(b.withdrawing_submission())
    assert (told.case.stage, told.case.running()) == (Stage.issued, ())
    told.take(b.request())


def test_after_the_assessment_nothing_is_withdrawn():
    assert "needs it to be submitted" in refused(b.at_stage(Stage.assessed), b.withdrawing_submission())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": SubmissionAnswer.already_reported}, "under which reference"),
        ({"reference": "2016-3"}, "under which reference"),
        ({"answer": SubmissionAnswer.nothing_to_report, "reference": "2016-3"}, "under which reference"),
        ({"answer": SubmissionAnswer.already_reported, "reference": "2016-1"}, "under itself"),
        ({"answer": SubmissionAnswer.already_reported, "reference": "x" * 81}, "at most 80 characters"),
        ({"answer": SubmissionAnswer.already_reported, "reference": " "}, "at most 80 characters"),
        ({"answer": SubmissionAnswer.nothing_to_report, "complete": False}, "Only a plan can be incomplete"),
    ],
)
def test_an_answer_instead_of_a_plan_says_what_it_must(changes, said):
    assert said in refused(b.requested(), b.submission(**changes))


def test_an_answer_instead_of_a_plan_meets_the_duty():
    told = b.requested()
    told.take(b.submission(answer=SubmissionAnswer.already_reported, reference="2016-3"))
    submitted = next(one for one in told.events if isinstance(one, e.Submitted))
    assert (submitted.answer, submitted.reference) == (SubmissionAnswer.already_reported, "2016-3")
    assert told.case.stage is Stage.submitted
    assert not told.case.clocks["submission"].running


def test_a_late_submission_is_accepted_once_and_stays_late():
    told = b.requested().at(date(2017, 6, 2))
    assert "no submission to accept" in refused(told, b.accepting_late())
    told.take(b.submission())
    told.take(b.submission(sealed="submission-2"))
    before = told.case.clocks
    [accepted] = told.take(b.accepting_late())
    assert isinstance(accepted, e.LateAccepted)
    assert (accepted.late_by, accepted.submission) == (2, "submission-2")
    assert (told.case.late_by, told.case.clocks) == (2, before)
    assert "accepted already" in refused(told, b.accepting_late())


def test_a_submission_in_time_needs_no_acceptance():
    assert "was not late" in refused(b.at_stage(Stage.submitted), b.accepting_late())


# Cases that hold a policy of before


def test_a_case_under_the_first_policy_takes_the_new_acts_without_clocks_or_notices():
    text = (b.FOLDER / "national-recommendation-1.toml").read_text("utf-8")
    first = read_policy(text, "national-recommendation-1.toml", b.templates())
    told = b.story()
    told.rules = Rules(first, told.rules.calendar, told.rules.own_calendar)
    told.at(date(2017, 5, 16)).take(b.request())
    for act, kinds in (
        (b.asking_for_time("submission", JUNE_12), ["time_asked"]),
        (b.question(), ["question_asked"]),
        (b.granting("submission"), ["time_granted", "clock_moved"]),
    ):
        events = told.take(act)
        assert [one.kind for one in events] == kinds
        assert told_at_once(events) == []
