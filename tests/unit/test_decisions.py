"""Every act in every stage: allowed, or refused with a reason and with what to do instead."""

import re
from datetime import date

import pytest

from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.decisions import decide
from lifecycle.policy_reader import EVENTS
from lifecycle.words import ENDS, Finding, InspectionResult, Refused, Stage
from tests.unit.builders import (
    AREA,
    CONCERN,
    EVERY_ACT,
    INSPECTOR,
    LEAD,
    RESPONSE,
    Story,
    assessment,
    at_stage,
    authorisation,
    declaration,
    document,
    inspection,
    letter,
    london,
    move,
    publication,
    request,
    requested,
    returning,
    rules,
    story,
    submission,
    taking_back,
    withdrawal,
)

ALWAYS = {
    "declare_implemented",
    "withdraw",
    "move_due_date",
    "acknowledge",
    "ask_for_time",
    "ask_question",
    "send_word",
}
ALLOWED: dict[Stage, set[str]] = {
    Stage.issued: ALWAYS | {"send_request_letter", "record_submission"},
    Stage.requested: ALWAYS | {"record_submission", "complete_assessment"},  # the date has passed
    Stage.submitted: ALWAYS
    | {"record_submission", "withdraw_submission", "ask_for_document", "complete_assessment"},
    Stage.assessed: ALWAYS | {"take_back_assessment", "send_draft", "authorise", "return_assessment"},
    Stage.authorised: ALWAYS | {"send_letter", "recall_letter"},
    Stage.letter_sent: ALWAYS | {"publish", "record_inspection", "correct_letter"},
    Stage.published: ALWAYS | {"record_inspection", "correct_letter"},
    Stage.closed: set(),
}
REMEDY = re.compile(
    r"Next for|Record |Send |Answer |Say |Give |Choose |Wait |Open |Ask |Leave |Check |Name |Date the move"
    r"|another person must"
    r"|A lead can|may be moved by|case of its own|Running:|It has |names the reference|Nothing needs|More is|verifies"
    r"|cannot be invited|whatever it asks"
)


def refused(told: Story, act) -> str:
    """The refusal, which leaves the case as it was and says what to do."""
    before = told.case
    with pytest.raises(Refused) as caught:
        told.take(act)
    message = str(caught.value)
    assert REMEDY.search(message), message
    assert told.case == before
    return message


@pytest.mark.parametrize("kind", EVERY_ACT)
@pytest.mark.parametrize("stage", ALLOWED)
def test_every_act_in_every_stage(stage, kind):
    told = at_stage(stage)
    if kind in ALLOWED[stage]:
        taken = {event.kind for event in told.take(EVERY_ACT[kind])}
        assert taken & (EVENTS | {"clock_moved", "letter_corrected", "word_sent"})
    else:
        assert refused(told, EVERY_ACT[kind])


@pytest.mark.parametrize("kind", EVERY_ACT)
@pytest.mark.parametrize(
    "end",
    [
        withdrawal(),
        inspection(InspectionResult.superseded, followed_by="2019-3"),
        inspection(InspectionResult.no_further_action),
    ],
    ids=lambda act: getattr(act, "result", act.kind),
)
def test_nothing_more_is_recorded_on_a_case_that_has_ended(end, kind):
    told = at_stage(Stage.requested)
    told.take(end)
    assert told.case.ended
    assert "nothing more can be recorded" in refused(told, EVERY_ACT[kind])


@pytest.mark.parametrize("kind", EVERY_ACT)
def test_nothing_is_recorded_on_a_case_before_it_is_opened(kind):
    with pytest.raises(Refused, match="has not been opened"):
        decide(Case(id="recommendation/2016-1/kent"), EVERY_ACT[kind], london(date(2017, 6, 1)), rules())


@pytest.mark.parametrize("stage", [stage for stage in ALLOWED if stage is not Stage.closed])
def test_a_case_can_be_withdrawn_superseded_or_let_rest_at_any_stage(stage):
    ends = {
        Stage.withdrawn: withdrawal(),
        Stage.superseded: inspection(InspectionResult.superseded, followed_by="2019-3"),
        Stage.no_further_action: inspection(InspectionResult.no_further_action),
    }
    for end, act in ends.items():
        told = at_stage(stage)
        told.take(act)
        assert told.case.stage is end
        assert told.case.running() == ()
    assert set(ends) < ENDS


# Two people


def test_the_person_who_assessed_cannot_authorise_or_return():
    told = at_stage(Stage.assessed)
    assert "another person must authorise it" in refused(told, authorisation(actor=INSPECTOR))
    assert "another person must return it" in refused(told, returning(actor=INSPECTOR))
    told.take(authorisation(actor=LEAD))
    assert (told.case.assessed_by, told.case.authorised_by) == (INSPECTOR, LEAD)


def test_only_the_person_who_assessed_takes_it_back():
    told = at_stage(Stage.assessed)
    assert f"Only {INSPECTOR}" in refused(told, taking_back(actor=LEAD))
    told.take(taking_back())
    assert (told.case.stage, told.case.assessment, told.case.assessed_by) == (Stage.submitted, None, None)


def test_after_a_return_the_roles_may_be_exchanged_but_two_people_are_still_needed():
    told = at_stage(Stage.assessed)
    told.take(returning(actor=LEAD))
    told.take(assessment(actor=LEAD))
    assert "another person" in refused(told, authorisation(actor=LEAD))
    told.take(authorisation(actor=INSPECTOR))
    assert told.case.authorised_by == INSPECTOR


# The assessment


def test_one_finding_for_each_criterion():
    told = requested(criteria=("a", "b"))
    told.take(submission())
    assert "no finding for b" in refused(told, assessment(findings={"a": Finding.included}))
    both = {"a": Finding.included, "b": Finding.unclear}
    assert "unknown criteria c" in refused(told, assessment(findings={**both, "c": Finding.in_place}))
    said = refused(told, assessment(findings={"b": Finding.unclear, "c": Finding.in_place}))
    assert "no finding for a and findings for unknown criteria c" in said
    told.take(assessment(findings=both))
    assert told.case.outcome == "started"


def test_an_outcome_is_one_of_the_policys():
    said = refused(at_stage(Stage.submitted), assessment(outcome="splendid"))
    assert "Choose from insufficient_information, not_started, started, all_in_place, not_submitted" in said


def test_without_a_submission_only_when_it_is_overdue():
    told = requested()
    assert "has not passed" in refused(told, assessment(outcome="not_submitted"))
    told.at(date(2017, 5, 31), "23:59")
    assert "has not passed" in refused(told, assessment(outcome="not_submitted"))
    told.at(date(2017, 6, 1), "00:01").take(assessment(outcome="not_submitted"))
    assert told.case.stage is Stage.assessed
    assert next(one for one in told.events if isinstance(one, e.Assessed)).without_submission
    assert not told.case.clocks["submission"].running


def test_without_a_request_nothing_is_overdue():
    assert "none is due. Ask for it" in refused(story(), assessment())


@pytest.mark.parametrize("act", [returning(), taking_back()], ids=lambda act: act.kind)
def test_a_returned_assessment_without_a_submission_goes_back_to_waiting_for_one(act):
    told = requested().at(date(2017, 6, 5))
    told.take(assessment(outcome="not_submitted"))
    told.take(act)
    assert told.case.stage is Stage.requested
    assert told.case.clocks["assessment"].running
    assert "needs it to be submitted" in refused(told, document())
    told.take(submission())
    assert (told.case.stage, told.events[-1].kind) == (Stage.submitted, "submitted")


def test_a_cause_of_concern_returned_without_its_plan_is_issued_again():
    told = story(CONCERN, date(2023, 9, 13)).at(date(2023, 10, 12))
    told.take(assessment(outcome="not_submitted"))
    told.take(returning())
    assert told.case.stage is Stage.issued
    told.take(assessment(outcome="not_submitted"))
    assert [one.without_submission for one in told.events if isinstance(one, e.Assessed)] == [True, True]


# Dates of acts


def test_an_act_is_not_dated_in_the_future_nor_before_the_issue():
    told = requested()
    assert "which has not come" in refused(told, submission(on=date(2017, 5, 17)))
    assert "Give Thursday 8 December 2016 or a later date" in refused(told, submission(on=date(2016, 12, 7)))


@pytest.mark.parametrize(
    ("stage", "act"),
    [
        (Stage.submitted, document(on=date(2017, 5, 29))),
        (Stage.submitted, assessment(on=date(2017, 5, 29))),
        (Stage.assessed, authorisation(on=date(2017, 6, 4))),
        (Stage.assessed, returning(on=date(2017, 6, 4))),
        (Stage.assessed, taking_back(on=date(2017, 6, 4))),
        (Stage.authorised, letter(on=date(2017, 6, 5))),
        (Stage.letter_sent, publication(on=date(2017, 6, 6))),
        (Stage.published, inspection(on=date(2017, 6, 8))),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_no_act_is_dated_before_what_it_follows(stage, act):
    said = refused(at_stage(stage), act)
    assert "only since" in said
    assert "or a later date" in said


def test_an_act_recorded_late_counts_for_its_own_day():
    told = requested().at(date(2017, 6, 5))
    told.take(submission(on=date(2017, 5, 31)))
    submitted = next(one for one in told.events if isinstance(one, e.Submitted))
    assert (submitted.on, submitted.late_by) == (date(2017, 5, 31), 0)
    assert told.case.clocks["assessment"].started == date(2017, 5, 31)


# The policy's own shape


def test_a_cause_of_concern_has_no_request_letter():
    assert "has no request letter" in refused(story(CONCERN, date(2023, 9, 13)), request())


def test_an_area_for_improvement_asks_for_no_plan():
    told = story(AREA, date(2023, 9, 13))
    assert "asks for no plan. Record the body's declaration instead" in refused(told, submission())
    told.take(declaration())
    told.take(inspection())
    assert told.case.stage is Stage.closed


@pytest.mark.parametrize("kind", sorted(set(EVERY_ACT) - {"invite_comments", "record_response", "withdraw"}))
def test_a_response_takes_no_act_of_a_recommendation(kind):
    told = story(RESPONSE, date(2017, 10, 5))
    refused(told, EVERY_ACT[kind])


def test_an_inspection_that_leads_on_names_what_follows():
    told = at_stage(Stage.published)
    for result in (InspectionResult.reissued, InspectionResult.superseded):
        assert "names the reference" in refused(told, inspection(result))
        assert "cannot be followed by itself" in refused(told, inspection(result, followed_by="2016-1"))
    told.take(inspection(InspectionResult.reissued, followed_by="2019-3"))
    assert told.case.stage is Stage.reissued


def test_who_is_told_at_once():
    told = story()
    told.at(date(2017, 5, 16)).take(request())
    asked = next(one for one in told.events if isinstance(one, e.Requested))
    assert [one.role.value for one in asked.notify] == ["chief_officer", "liaison", "oversight"]
    assert {one.template for one in asked.notify} == {"request-letter"}


def test_an_unexpected_value_is_refused_and_not_an_error_of_ours():
    told = at_stage(Stage.requested)
    assert "may be moved by" in refused(told, move("submission", date(2017, 8, 1), role="wizard"))
    assert "no running clock 'nonsense'" in refused(told, move("nonsense", date(2017, 8, 1)))
    assert "Check the year" in refused(told, move("submission", date(9999, 12, 31)))
    assert "has no criterion 'z'" in refused(told, declaration(criterion="z"))
