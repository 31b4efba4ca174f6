"""Offers: every act that is offered would be taken, at every stage, to every role; and none where it would not."""

from datetime import date

import pytest

from lifecycle.decisions import decide
from lifecycle.words import Role, Stage
from office.offers import Offer, Standing, movable, offers
from office.people import INSPECTORATE, Actor
from tests.unit import builders as b

TODAY = date(2017, 6, 30)
PEOPLE = {
    "liaison": Actor(b.FORCE, frozenset({(Role.liaison, "bedfordshire")})),
    "oversight": Actor("oversight-1", frozenset({(Role.oversight, "bedfordshire-pcc")})),
    "inspector": Actor("inspector-9", frozenset({(Role.inspector, INSPECTORATE)})),
    "lead": Actor(b.LEAD, frozenset({(Role.lead_inspector, INSPECTORATE)})),
    "operations": Actor(b.OPERATIONS, frozenset({(Role.operations, INSPECTORATE)})),
    "auditor": Actor("auditor-1", frozenset({(Role.auditor, INSPECTORATE)})),
}
STAGES = (
    Stage.issued,
    Stage.requested,
    Stage.submitted,
    Stage.assessed,
    Stage.authorised,
    Stage.letter_sent,
    Stage.published,
    Stage.closed,
)
NOT_OF_A_CASE = {"repair", "allocate", "draft_letter"}


def offered(story, person: str, *, stuck: bool = False) -> list[Offer]:
    return list(offers(Standing(PEOPLE[person], story.case, story.rules, TODAY, stuck)))


def acts(story, person: str) -> set[str]:
    return {offer.act for offer in offered(story, person)}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("stage", STAGES)
def test_whatever_is_offered_would_be_taken(stage, person):
    story = b.at_stage(stage)
    for act in acts(story, person) - NOT_OF_A_CASE:
        given = b.EVERY_ACT[act]
        if act == "move_due_date":
            clock = movable(Standing(PEOPLE[person], story.case, story.rules, TODAY))[0]
            role = "lead_inspector" if person == "lead" else "inspector"
            given = b.move(clock.id, date(2018, 9, 3), role=role)
        if act == "ask_for_time":
            [clock, *_] = [
                one for one in story.case.running() if one.kind in ("submission", "implementation")
            ]
            given = b.asking_for_time(clock.id, date(2018, 9, 3))
        assert decide(story.case, given, story.now, story.rules), act


@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_is_offered_on_a_case_that_has_ended(person):
    assert not offered(b.at_stage(Stage.closed), person)


@pytest.mark.parametrize("stage", STAGES)
def test_an_auditor_acts_on_nothing(stage):
    assert not offered(b.at_stage(stage), "auditor")


@pytest.mark.parametrize(
    ("stage", "person", "some"),
    [
        (Stage.issued, "inspector", {"send_request_letter"}),
        (Stage.requested, "liaison", {"record_submission", "acknowledge", "ask_for_time", "ask_question"}),
        (Stage.submitted, "liaison", {"record_submission", "withdraw_submission"}),
        (Stage.submitted, "inspector", {"complete_assessment", "ask_for_document"}),
        (Stage.assessed, "lead", {"authorise"}),
        (Stage.authorised, "operations", {"send_letter"}),
        (Stage.letter_sent, "lead", {"publish"}),
        (Stage.published, "inspector", {"record_inspection"}),
        (Stage.published, "lead", {"withdraw", "move_due_date", "allocate"}),
    ],
)
def test_what_comes_next_is_offered_to_whom_it_falls(stage, person, some):
    assert some <= acts(b.at_stage(stage), person)


def test_nobody_authorises_an_own_assessment():
    story = b.at_stage(Stage.submitted)
    story.take(b.assessment(actor=b.LEAD))
    assert "authorise" not in acts(story, "lead")


def test_a_date_that_is_asked_about_is_answered_and_not_moved():
    story = b.requested()
    story.take(b.asking_for_time("submission", date(2017, 7, 20)))
    assert "answer_request" in acts(story, "lead")
    assert "move_due_date" not in acts(story, "inspector")
    assert "ask_for_time" not in acts(story, "liaison")


def test_a_case_that_is_stuck_is_repaired_first():
    story = b.at_stage(Stage.submitted)
    assert [(one.act, one.href) for one in offered(story, "operations", stuck=True)] == [
        ("repair", "/ops/stuck")
    ]
    assert not offered(story, "inspector", stuck=True)
