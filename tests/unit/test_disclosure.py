"""What each side may see: decided for every kind of event and every sealed text, and kept through whole lives."""

from datetime import date
from typing import Any, get_args

import pytest

from lifecycle import events as e
from lifecycle.explain import in_words
from lifecycle.words import Role, Side, Stage
from models.messages import Recorded
from models.tables import Mail, Notice
from office.disclosure import EVENTS, PAPERS, Told, disclose
from tests.unit import builders as b

CASE = "recommendation/2016-1/bedfordshire"
OUTSIDE = (Side.body, Side.oversight)
KINDS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(e.Event)[0])}
PLAIN_WORDS = {
    "kind", "actor", "source", "reference", "body", "report", "recommendation_kind", "division", "policy",
    "policy_hash", "calendar_hash", "outcome", "order", "followed_by", "criterion", "clock", "clock_kind", "limit",
    "why", "rung", "oversight", "replaces", "point",
}  # fmt: skip
"""Fields of words that are no sealed text's id; `replaces` names a submission that another event names too."""
NAMED_AGAIN = {
    "submission_withdrawn": {"submission"},
    "late_accepted": {"submission"},
    "draft_commented": {"letter"},
    "draft_lapsed": {"letter"},
    "authorised": {"letter", "instead_of"},
    "letter_recalled": {"letter"},
    "letter_corrected": {"corrects"},
}
"""What another event has named, and who may read it with that: a submission, a draft; a letter when it is sent."""


def told(events, side, notices=(), mails=()):
    recorded = [Recorded(seq=n, act_key=None, event=event) for n, event in enumerate(events, 1)]
    return disclose(CASE, recorded, notices, mails, side, b.rules())


def kinds(seen):
    return [one.event.kind for one in seen.events]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_decided(kind):
    assert kind in EVENTS, f"office/disclosure.py: who may see {kind!r}?"


def test_nothing_is_decided_that_does_not_happen():
    assert set(EVENTS) == set(KINDS)
    assert set(PAPERS) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sealed_text_is_decided(kind):
    """A field of words that is not known as plain is a sealed text's id: who may read it must be said."""
    words = {
        name for name, field in KINDS[kind].model_fields.items() if field.annotation in (str, str | None)
    }
    named = {paper.field for paper in PAPERS.get(kind, ())}
    assert words - PLAIN_WORDS - NAMED_AGAIN.get(kind, set()) == named, (
        f"office/disclosure.py: who may read the texts of {kind!r}?"
    )


@pytest.mark.parametrize("kind", [kind for kind, said in EVENTS.items() if said is not Told.by_its_clock])
def test_no_paper_is_read_by_whom_its_event_is_kept_from(kind):
    said = EVENTS[kind]
    for paper in PAPERS.get(kind, ()):
        if isinstance(said, frozenset):
            assert paper.sides <= said
        if said is Told.with_the_letter:
            assert paper.sides == {Side.inspectorate}


@pytest.mark.parametrize("side", OUTSIDE)
@pytest.mark.parametrize("stage", [Stage.assessed, Stage.authorised])
def test_an_assessment_is_not_known_before_its_letter(side, stage):
    seen = told(b.at_stage(stage).events, side)
    assert not {"assessed", "authorised"} & set(kinds(seen))
    assert (seen.case.stage, seen.case.outcome, seen.case.assessed_by) == (Stage.submitted, None, None)
    assert {clock.kind for clock in seen.case.clocks.values()} == {"implementation", "submission"}


@pytest.mark.parametrize("side", OUTSIDE)
def test_with_its_letter_it_is_known_but_not_its_text(side):
    seen = told(b.at_stage(Stage.letter_sent).events, side)
    assert {"assessed", "authorised", "letter_sent"} <= set(kinds(seen))
    assert seen.case.outcome == "started"
    assert "letter-2" in {text.id for text in seen.texts}
    assert "assessment-1" not in {text.id for text in seen.texts}


def test_an_assessment_that_was_returned_stays_inside_for_ever():
    story = b.at_stage(Stage.assessed)
    story.at(date(2017, 7, 1)).take(b.returning())
    story.at(date(2017, 7, 3)).take(b.assessment(outcome="not_started"))
    story.at(date(2017, 7, 4)).take(b.authorisation())
    story.at(date(2017, 7, 5)).take(b.letter())
    seen = told(story.events, Side.body)
    assert [one.event.outcome for one in seen.events if isinstance(one.event, e.Assessed)] == ["not_started"]
    assert "returned" not in kinds(seen)
    assert "reason-1" not in {text.id for text in seen.texts}


def test_one_assessed_without_a_submission_is_with_the_inspectorate():
    story = b.requested()
    story.walk(b.london(date(2017, 6, 12)))
    story.take(b.assessment(outcome="not_started"))
    seen = told(story.events, Side.body)
    assert seen.case.stage is Stage.submitted
    assert "assessed" not in kinds(seen)


def test_what_a_body_submits_is_between_it_and_the_inspectorate():
    events = b.at_stage(Stage.published).events
    assert told(events, Side.body).submissions == ("submission-1",)
    assert told(events, Side.inspectorate).submissions == ("submission-1",)
    assert told(events, Side.oversight).submissions == ()


def test_questions_and_requests_are_not_the_oversight_body_s():
    story = b.requested()
    story.at(date(2017, 5, 17)).take(b.question())
    story.take(b.asking_for_time("submission", date(2017, 6, 20)))
    story.take(b.granting("submission"))
    assert {"question_asked", "time_asked", "time_granted"} <= set(kinds(told(story.events, Side.body)))
    seen = told(story.events, Side.oversight)
    assert not {"question_asked", "time_asked", "time_granted"} & set(kinds(seen))
    assert seen.case.clocks["submission"].due == date(2017, 6, 20)


def test_rungs_inside_the_inspectorate_stay_there():
    """A whole ladder of an overdue plan: each side hears of its own offices alone."""
    story = b.requested()
    story.walk(b.london(date(2017, 8, 1)))
    inside = told(story.events, Side.inspectorate)
    assert {one.event.rung for one in inside.events if isinstance(one.event, e.RungFell)} >= {
        "after-10",
        "after-20",
    }
    for side in OUTSIDE:
        seen = told(story.events, side)
        assert not any("inspect" in in_words(one.event) for one in seen.events)
        assert not any("after-20" in in_words(one.event) for one in seen.events)
        roles = {n.role for one in seen.events for n in one.event.notify}
        assert roles
        assert all(role.side is side for role in roles)


@pytest.mark.parametrize("side", OUTSIDE)
@pytest.mark.parametrize("stage", [Stage.requested, Stage.submitted, Stage.assessed, Stage.published])
def test_the_agenda_of_each_side_names_its_own_offices(side, stage):
    seen = told(b.at_stage(stage).events, side)
    whole = told(b.at_stage(stage).events, Side.inspectorate)
    assert len(whole.agenda) > len(seen.agenda) or not seen.agenda
    assert all(entry.roles and all(role.side is side for role in entry.roles) for entry in seen.agenda)


def test_notices_and_mails_go_by_the_office_that_is_told():
    def notice(n, role):
        fields: dict[str, Any] = {"id": n, "case_id": CASE, "role": role.value, "mail_id": f"mail-{n}"}
        return Notice(**fields)

    def mail(n):
        fields: dict[str, Any] = {"id": f"mail-{n}"}
        return Mail(**fields)

    notices = [notice(n, role) for n, role in enumerate(Role, 1)]
    mails = [mail(n) for n, _ in enumerate(Role, 1)]
    for side in Side:
        seen = told(b.requested().events, side, notices, mails)
        roles = {Role(one.role) for one in seen.notices}
        assert roles == {role for role in Role if side in (Side.inspectorate, role.side)}
        assert [one.id for one in seen.mails] == [one.mail_id for one in seen.notices]


def test_without_rules_no_clock_is_shown_outside():
    events = [Recorded(seq=n, act_key=None, event=one) for n, one in enumerate(b.requested().events, 1)]
    seen = disclose(CASE, events, (), (), Side.body, None)
    assert kinds(seen) == ["issued", "requested"]
    assert (seen.agenda, seen.case.clocks) == ((), {})
