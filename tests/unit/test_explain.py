"""A case in words: what it waits for in each stage, and one line for every kind of event."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

import pytest

from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.explain import in_words, waiting_for
from lifecycle.opening import OwnLimit
from lifecycle.words import Finding, InspectionResult, Reason, Role, Stage
from tests.unit.builders import (
    AREA,
    CONCERN,
    RESPONSE,
    assessment,
    at_stage,
    declaration,
    document,
    inspection,
    london,
    move,
    request,
    requested,
    returning,
    rules,
    story,
    submission,
    withdrawal,
)

KINDS = {model.model_fields["kind"].default: model for model in get_args(get_args(e.Event)[0])}
WHEN = {"at": london(date(2017, 6, 1)), "on": date(2017, 6, 1), "actor": "inspector-1"}
PASSED = e.Passed(
    rung="before-5",
    reason=Reason.overtaken,
    at=london(date(2017, 5, 23)),
    roles=(Role.liaison,),
    template="submission-reminder",
)
ISSUED = {
    "reference": "2016-1",
    "body": "bedfordshire",
    "report": "peel-legitimacy-2016",
    "recommendation_kind": "recommendation",
    "division": "england-and-wales",
    "policy": "national-recommendation",
    "policy_hash": "0",
    "calendar_hash": "0",
}
CLOCK = {"clock": "submission", "clock_kind": "submission", "why": "", "limit": "10 working days"}


# Waiting for


def test_a_requested_plan_and_the_next_reminder():
    told = requested().at(date(2017, 5, 29))
    told.wake()
    assert waiting_for(told.case, told.rules) == (
        "the body's submission of the plan, due by 11:59pm on Wednesday 31 May 2017; "
        "next: submission-reminder to liaison on Tuesday 30 May 2017 at 09:00"
    )


WAITING = {
    Stage.issued: "the inspectorate's request letter; also running: implementation, due by 11:59pm on Thursday 8",
    Stage.requested: "the body's submission of the plan, due by 11:59pm on Wednesday 31 May 2017; also running: impl",
    Stage.submitted: "the inspectorate's assessment, due by 11:59pm on Tuesday 27 June 2017; also running: implem",
    Stage.assessed: "the inspectorate's authorisation, due by 11:59pm on Monday 12 June 2017; ",
    Stage.authorised: "the inspectorate's letter to the body; also running: implementation",
    Stage.letter_sent: "the inspectorate's publication after the embargo, due by 11:59pm on Saturday 10 June 2017; ",
    Stage.published: "the inspectorate's follow-up inspection, due by 11:59pm on Saturday 9 June 2018; ",
    Stage.closed: "nothing: the case is closed",
}


@pytest.mark.parametrize("stage", WAITING)
def test_each_stage_says_whose_duty_is_next(stage):
    told = at_stage(stage)
    assert waiting_for(told.case, told.rules).startswith(WAITING[stage])


def test_each_way_to_end_is_said():
    ends = {
        "withdrawn": withdrawal(),
        "superseded": inspection(InspectionResult.superseded, followed_by="2019-3"),
        "no further action": inspection(InspectionResult.no_further_action),
    }
    for words, act in ends.items():
        told = story()
        told.take(act)
        assert waiting_for(told.case, told.rules) == f"nothing: the case is {words}"


def test_other_policies_say_their_own_duties():
    plan = story(CONCERN, date(2023, 9, 13))
    assert waiting_for(plan.case, plan.rules).startswith(
        "the body's action plan, due by 11:59pm on Wednesday 11"
    )
    area = story(AREA, date(2023, 9, 13))
    assert waiting_for(area.case, area.rules) == (
        "the body's declaration that it has carried the recommendation out; no notice to come"
    )
    area.take(declaration())
    assert waiting_for(area.case, area.rules).startswith("the inspectorate's next inspection, due by")
    answer = story(RESPONSE, date(2017, 10, 5))
    assert waiting_for(answer.case, answer.rules).startswith(
        "the oversight body's response to the report, due by 11:59pm on Wednesday 29 November 2017; next: "
    )


def test_a_missing_document_is_waited_for_beside_the_assessment():
    told = at_stage(Stage.submitted)
    told.take(document())
    said = waiting_for(told.case, told.rules)
    assert said.startswith(
        "the inspectorate's assessment, due by 11:59pm on Tuesday 27 June 2017 and the body's miss"
    )


def test_an_assessment_returned_without_a_submission_is_the_inspectorates_again():
    told = requested().at(date(2017, 6, 5))
    told.take(assessment(outcome="not_submitted"))
    told.take(returning())
    assert waiting_for(told.case, told.rules).startswith("the inspectorate's assessment, due by")


def test_a_notice_that_will_not_be_sent_is_not_promised():
    told = at_stage(Stage.authorised)
    assert waiting_for(told.case, told.rules).endswith("; no notice to come")


def test_many_criteria_are_said_briefly():
    names = tuple(f"criterion-{n}" for n in range(20))
    told = story(criteria=names, own_limits=tuple(OwnLimit(criterion=n, limit="6 months") for n in names))
    said = waiting_for(told.case, told.rules)
    assert "implementation of criterion-0, due by 11:59pm on Thursday 8 June 2017 and 19 more" in said
    assert len(said) < 400


def test_a_case_that_adopted_a_policy_without_its_clock_is_still_said():
    told = requested()
    assert waiting_for(told.case, rules(AREA)).startswith(
        "submission, due by 11:59pm on Wednesday 31 May 2017"
    )


def test_before_it_is_opened():
    assert waiting_for(Case(id="x"), rules()) == "its opening"


def test_no_stage_is_left_without_words():
    """Also when the clock of its duty is missing, as in a policy that has none."""
    bare = {**at_stage(Stage.published).case.model_dump(), "clocks": {}}
    for stage in Stage:
        assert waiting_for(Case.model_validate({**bare, "stage": stage}), rules())


# In words

LINES: dict[str, list[tuple[Mapping[str, object], str]]] = {
    "issued": [(ISSUED, "Issued: 2016-1 to bedfordshire")],
    "requested": [({"letter": "l"}, "Request letter sent")],
    "submitted": [
        ({"submission": "s", "complete": True}, "Submission received"),
        ({"submission": "s", "complete": False, "late_by": 1}, "Submission received, 1 day late, incomplete"),
        ({"submission": "s", "complete": True, "replaces": "r", "late_by": 0}, "Submission replaced"),
        ({"submission": "s", "complete": True, "late_by": 31}, "Submission received, 31 days late"),
        (
            {"submission": "s", "complete": True, "answer": "nothing_to_report"},
            "Submission received: nothing to report",
        ),
        (
            {
                "submission": "s",
                "complete": True,
                "answer": "already_reported",
                "reference": "2016-3",
                "late_by": 1,
            },
            "Submission received: already reported under 2016-3, 1 day late",
        ),
    ],
    "acknowledged": [
        ({"paper": "recommendation"}, "The body acknowledged the recommendation"),
        ({"paper": "request_letter"}, "The body acknowledged the request letter"),
    ],
    "submission_withdrawn": [
        (
            {"submission": "s", "reason": "r", "back_to": "requested"},
            "Submission withdrawn by the body; requested again",
        )
    ],
    "late_accepted": [
        (
            {"submission": "s", "late_by": 2, "reason": "r"},
            "Submission accepted though 2 days late, with a reason",
        )
    ],
    "time_asked": [
        (
            {"clock": "implementation/a", "due": date(2017, 9, 1), "reason": "r"},
            "The body asked for more time on implementation/a: until Friday 1 September 2017",
        )
    ],
    "time_granted": [
        (
            {"clock": "submission", "due": date(2017, 6, 12), "reason": "r"},
            "More time given on submission: until Monday 12 June 2017",
        )
    ],
    "time_refused": [
        (
            {"clock": "submission", "due": date(2017, 5, 31), "reason": "r"},
            "More time refused on submission: Wednesday 31 May 2017 stays",
        )
    ],
    "question_asked": [({"number": 7, "question": "q"}, "Question 7 asked by the body")],
    "question_answered": [({"number": 7, "answer": "a"}, "Question 7 answered")],
    "document_asked": [({"document": "d"}, "A missing document was asked for")],
    "assessed": [
        (
            {"assessment": "a", "outcome": "all_in_place", "findings": {"a": Finding.in_place}},
            "Assessment completed: all in place",
        ),
        (
            {"assessment": "a", "outcome": "not_submitted", "findings": {}, "without_submission": True},
            "Assessment completed: not submitted, without a submission",
        ),
    ],
    "taken_back": [({"reason": "r"}, "Assessment taken back by the person who completed it")],
    "authorised": [({}, "Assessment and letter authorised by a second person")],
    "returned": [({"reason": "r"}, "Assessment returned by a second person, with reasons")],
    "letter_sent": [({"letter": "l"}, "Letter sent to the body, under embargo")],
    "published": [({"order": "o"}, "Letter published")],
    "declared": [
        ({"statement": "s"}, "The recommendation declared implemented by the body; not verified"),
        ({"statement": "s", "criterion": "a"}, "Criterion a declared implemented by the body; not verified"),
    ],
    "inspected": [
        ({"result": "verified", "narrative": "n"}, "Inspection recorded: verified"),
        (
            {"result": "superseded", "narrative": "n", "followed_by": "2019-3"},
            "Inspection recorded: superseded; followed by 2019-3",
        ),
    ],
    "withdrawn": [({"reason": "r"}, "Withdrawn, with a reason")],
    "invited": [({}, "The oversight body invited the chief officer's comments")],
    "responded": [
        (
            {"response": "r", "copy_to_inspectorate": True, "copy_to_secretary_of_state": True},
            "The oversight body's response published; both copies sent",
        ),
        (
            {
                "response": "r",
                "copy_to_inspectorate": False,
                "copy_to_secretary_of_state": False,
                "late_by": 2,
            },
            (
                "The oversight body's response published, 2 days late; "
                "no copy to the inspectorate and the Secretary of State"
            ),
        ),
    ],
    "clock_started": [
        (
            {**CLOCK, "due": date(2017, 5, 31), "passed": (PASSED, PASSED)},
            (
                "Submission clock started: due Wednesday 31 May 2017 (10 working days); "
                "rungs not sent: 2 overtaken by the start"
            ),
        ),
        ({**CLOCK, "due": None, "limit": None}, "Submission clock started: without a date"),
    ],
    "clock_moved": [
        (
            {"clock": "implementation/a", "due": date(2017, 6, 14), "version": 2, "reason": "r"},
            "Implementation/a clock moved: now due Wednesday 14 June 2017",
        )
    ],
    "clock_met": [({"clock": "submission"}, "Submission clock met")],
    "clock_ended": [
        ({"clock": "submission"}, "Submission clock ended with the case"),
        ({"clock": "assessment", "reason": Reason.moot}, "Assessment clock ended: no longer needed"),
    ],
    "rung_fell": [
        (
            {
                "clock": "submission",
                "version": 1,
                "rung": "after-1",
                "scheduled": london(date(2017, 6, 1)),
                "notify": (
                    e.Notify(role=Role.liaison, template="t"),
                    e.Notify(role=Role.chief_officer, template="t"),
                ),
            },
            "Submission rung after-1 fell due: notice to liaison and chief officer",
        )
    ],
    "rung_passed": [
        (
            {"clock": "submission", "version": 1, "passed": PASSED},
            "Submission rung before-5 not sent: overtaken by the start",
        )
    ],
}


LINES |= {
    "draft_sent": [
        ({"letter": "draft-1"}, "Draft letter sent to the body, under embargo, to check its facts"),
    ],
    "draft_commented": [
        ({"letter": "draft-1", "points": {}}, "The body commented on the draft: no point"),
        (
            {"letter": "draft-1", "points": {"1": "point-1"}, "late_by": 1},
            "The body commented on the draft: 1 point, 1 day late",
        ),
    ],
    "point_answered": [
        ({"point": "2", "accepted": True, "reason": "reason-1"}, "Point 2 of the body accepted"),
        ({"point": "2", "accepted": False, "reason": "reason-1"}, "Point 2 of the body not accepted"),
    ],
    "draft_lapsed": [
        ({"letter": "draft-1"}, "No comment on the draft came in time; the letter goes on"),
    ],
    "authorised": [
        ({}, "Assessment and letter authorised by a second person"),
        (
            {"letter": "letter-3", "instead_of": "letter-2"},
            "Edited letter authorised by a second person",
        ),
    ],
    "letter_recalled": [
        (
            {"letter": "letter-2", "reason": "reason-1"},
            "Authorised letter recalled before it was sent, with a reason",
        ),
    ],
    "letter_corrected": [
        (
            {"letter": "letter-3", "corrects": "letter-2", "reason": "reason-1"},
            "Corrected letter sent; the earlier one stays in the record",
        ),
    ],
    "word_sent": [
        ({"letter": "letter-4", "of": "progress"}, "Progress letter sent to the body"),
        ({"letter": "letter-4", "of": "reminder"}, "Reminder letter sent to the body"),
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_has_its_line(kind):
    for fields, line in LINES[kind]:
        assert in_words(KINDS[kind].model_validate({**WHEN, **fields})) == line


def test_a_line_names_no_person():
    told = at_stage(Stage.published)
    told.take(move("implementation", date(2017, 9, 1)))
    people = {one.actor for one in told.events}
    assert not [line for line in map(in_words, told.events) if any(person in line for person in people)]
    assert all("\n" not in in_words(event) for event in told.events)


def test_acts_taken_read_as_a_timeline():
    told = story().at(date(2017, 5, 16))
    told.take(request())
    told.at(date(2017, 6, 2)).take(submission())
    assert [in_words(event) for event in told.events][-2:] == [
        "Submission clock met",
        "Assessment clock started: due Friday 30 June 2017 (20 working days)",
    ]
