"""The body's check of a draft letter: its clock, its points, their answers, and what happens when nothing comes."""

from datetime import date

import pytest

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.agenda import agenda
from lifecycle.explain import waiting_for
from lifecycle.words import Reason, Refused, Stage
from tests.unit import builders as b
from tests.unit.builders import Story

ISSUED = date(2023, 9, 13)
SENT = date(2023, 10, 16)
DUE = date(2023, 10, 30)  # ten working days after


def refused(told: Story, act: a.Act) -> str:
    before = told.case
    with pytest.raises(Refused) as caught:
        told.take(act)
    assert told.case == before
    return str(caught.value)


def assessed() -> Story:
    """A cause of concern whose plan is assessed: its policy asks the body to check the draft."""
    told = b.story(b.CONCERN, ISSUED).at(date(2023, 10, 6))
    told.take(b.submission())
    told.at(SENT, "09:30").take(b.assessment(outcome="in_progress"))
    return told


def drafted() -> Story:
    told = assessed().at(SENT)
    told.take(b.sending_draft())
    return told


def test_the_draft_is_owed_first_and_nothing_is_authorised_before_the_check():
    told = assessed()
    assert set(told.case.clocks) >= {"draft"}
    assert "Send it the draft" in refused(told, b.authorisation())
    events = told.at(SENT).take(b.sending_draft())
    assert [(one.role.value, one.template) for one in events[0].notify] == [
        ("chief_officer", "draft-letter"),
        ("liaison", "draft-letter"),
    ]
    assert told.case.clocks["accuracy"].due == DUE
    assert not told.case.clocks["draft"].running
    assert "checking the draft" in refused(told, b.authorisation())
    assert "has a draft already" in refused(told, b.sending_draft())
    assert waiting_for(told.case, told.rules).startswith(
        "the body's check of the facts in the draft letter, due"
    )


def test_no_draft_is_owed_of_a_letter_that_was_sent_before_our_time():
    days = (date(2023, 10, 6), date(2023, 10, 10), date(2023, 10, 12), date(2023, 10, 13))
    submitted, assessed, authorised, sent = days
    past = (
        b.submission(on=submitted),
        b.assessment(on=assessed, outcome="in_progress"),
        b.authorisation(on=authorised),
        b.letter(on=sent),
    )
    told = Story(b.opening(b.CONCERN, ISSUED, past=past, source="register"), b.london(SENT))
    assert told.case.stage is Stage.letter_sent
    assert not told.case.clocks["draft"].running


def test_every_point_has_an_answer_before_the_letter_is_authorised():
    told = drafted()
    events = told.at(date(2023, 10, 20)).take(b.commenting("point-1", "point-2"))
    assert {(one.role.value, one.template) for one in events[0].notify} == {
        ("inspector", "draft-commented"),
        ("liaison", "draft-receipt"),
    }
    assert told.case.clocks["authorisation"].due == date(2023, 10, 27)
    assert "points 1, 2 have no answer" in refused(told, b.authorisation())
    assert "has been commented on" in refused(told, b.commenting())
    told.take(b.answering_point("1", accepted=True))
    assert "no open point '1'" in refused(told, b.answering_point("1"))
    assert "points 2 have no answer" in refused(told, b.authorisation())
    told.take(b.answering_point("2", accepted=False))
    assert told.case.points == {"1": True, "2": False}
    told.take(b.authorisation())
    assert told.case.stage is Stage.authorised


def test_a_body_may_find_nothing_wrong():
    told = drafted()
    told.take(b.commenting())
    told.take(b.authorisation())


def test_a_body_that_does_not_comment_is_chased_recorded_and_passed():
    told = drafted()
    forecast = [(one.at, one.clock, one.rung) for one in agenda(told.case, told.rules)]
    fell = told.walk(b.london(date(2023, 11, 10)))
    rungs = [(one.at, one.clock, one.rung) for one in fell if isinstance(one, e.RungFell)]
    ours = [one for one in rungs if one[1] in ("accuracy", "authorisation")]
    assert [one[1:] for one in ours] == [
        ("accuracy", "before-5"),
        ("accuracy", "before-1"),
        ("accuracy", "due"),
        ("accuracy", "lapsed"),
        ("authorisation", "due"),
        ("authorisation", "after-3"),
    ]
    assert [one for one in forecast if one[1] in ("accuracy", "authorisation")] == ours
    [lapsed] = [one for one in told.events if isinstance(one, e.DraftLapsed)]
    [ended] = [one for one in told.events if isinstance(one, e.ClockEnded) and one.clock == "accuracy"]
    assert (lapsed.on, ended.reason) == (date(2023, 10, 31), Reason.uncommented)
    assert "its time is over" in refused(told, b.commenting())
    told.take(b.authorisation())


def test_comments_after_the_date_and_before_the_lapse_are_late_and_count():
    told = drafted().at(DUE, "17:00")
    told.wake()
    told.at(date(2023, 10, 31), "08:00").take(b.commenting("point-1"))
    [event] = [one for one in told.events if isinstance(one, e.DraftCommented)]
    assert event.late_by == 1
    assert told.walk(b.london(date(2023, 11, 1))) == []


def test_more_time_for_the_check_can_be_asked_for_and_given():
    told = drafted()
    told.take(b.asking_for_time("accuracy", date(2023, 11, 6)))
    told.take(b.granting("accuracy"))
    fell = told.walk(b.london(date(2023, 11, 6), "23:00"))
    assert not [one for one in fell if isinstance(one, e.DraftLapsed)]
    fell = told.walk(b.london(date(2023, 11, 7)))
    assert [one for one in fell if isinstance(one, e.DraftLapsed)]


@pytest.mark.parametrize("undoing", [b.taking_back(), b.returning()])
def test_an_assessment_that_is_undone_takes_its_draft_along(undoing):
    told = drafted()
    events = told.take(undoing)
    assert [(one.clock, one.reason) for one in events if isinstance(one, e.ClockEnded)] == [
        ("accuracy", Reason.moot)
    ]
    assert (told.case.draft, told.case.points) == (None, {})
    assert "no draft to comment on" in refused(told, b.commenting())


def test_a_second_draft_may_follow_when_the_points_are_answered():
    told = drafted()
    told.take(b.commenting("point-1"))
    assert "points 1 have no answer" in refused(told, b.sending_draft())
    told.take(b.answering_point())
    told.take(b.sending_draft().model_copy(update={"letter": "draft-2"}))
    assert (told.case.draft, told.case.points, told.case.draft_closed) == ("draft-2", {}, False)
    assert not [c for c in told.case.running() if c.kind == "authorisation"]


def test_where_the_check_is_only_offered_the_letter_may_go_without_it():
    told = b.at_stage(Stage.assessed)
    told.take(b.sending_draft())
    assert not told.case.clocks["authorisation"].running
    assert "checking the draft" in refused(told, b.authorisation())
    assert "no check of the facts" in refused(b.story(b.AREA), b.sending_draft())


def test_too_many_points_are_refused():
    told = drafted()
    assert "at most 200" in refused(told, b.commenting(*["point"] * 201))
