"""What a body asks and is answered, on the real engine: more time, a question, a submission taken back."""

from datetime import date

import pytest
from sqlmodel import select

from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.explain import in_words
from lifecycle.words import Role, Stage
from models.tables import ClockRow
from office.desk import Desk
from office.people import NotAllowed
from tests.unit import builders as b
from tests.workflows.lives import ASKING, asked_and_answered, up_to
from tests.workflows.people import At, hold
from tests.workflows.scene import Followed

pytestmark = pytest.mark.server

JUNE_12 = date(2017, 6, 12)


def told_of(case: Followed) -> set[tuple[str, str]]:
    return {(one.template, one.role) for one in case.notices() if one.clock == "act"}


async def test_what_a_body_asks_and_is_answered(scene):
    case = await asked_and_answered(scene)
    view = await case.view()
    assert view.case == fold_all(Case(id=case.id), case.events())
    assert (view.case.stage, view.case.asked, view.case.questions) == (Stage.submitted, {}, ())
    assert (view.case.late_by, view.case.late_accepted) == (3, True)
    acts = [event.kind for event in case.events() if not event.kind.startswith(("clock_", "rung_"))]
    assert acts == [
        *("issued", "acknowledged", "requested", "acknowledged", "question_asked"),
        *("time_asked", "time_refused", "time_asked", "time_granted", "submitted", "submission_withdrawn"),
        *("submitted", "late_accepted", "question_answered"),
    ]
    assert "Submission received: nothing to report, 3 days late" in map(in_words, case.events())
    assert told_of(case) >= {
        ("time-asked", "inspector"),
        ("time-refused", "liaison"),
        ("time-granted", "liaison"),
        ("question-asked", "inspector"),
        ("question-answered", "liaison"),
        ("submission-withdrawn", "inspector"),
    }


async def test_the_granted_date_is_the_date_told_and_the_old_ladder_stops(scene):
    case = await up_to(scene, "send_request_letter")
    await case.take(b.asking_for_time("submission", JUNE_12))
    await case.until(b.london(date(2017, 5, 24)))
    assert {clock for _, clock, _ in case.rungs()} == {"submission", "request/submission"}
    await case.take(b.granting("submission"))
    [told] = [one for one in case.notices() if one.template == "time-granted"]
    assert told.due == JUNE_12
    await case.until(b.london(JUNE_12))
    due = [at.date() for at, clock, rung in case.rungs() if (clock, rung) == ("submission", "due")]
    assert due == [JUNE_12]


async def test_rows_and_workflow_agree_after_all_that_was_asked(scene):
    case = await scene.open()
    for act in ASKING:
        await case.take(act)
    with scene.database.reading() as session:
        rows = {row.id: row for row in session.exec(select(ClockRow).where(ClockRow.case_id == case.id))}
    clocks = (await case.view()).case.clocks
    assert {(one.id, one.due, one.state) for one in rows.values()} == {
        (one.id, one.due, one.state.value) for one in clocks.values()
    }
    assert (clocks["submission"].due, clocks["submission"].running) == (date(2017, 6, 9), True)
    assert not clocks["assessment"].running
    stopped = [one for one in case.notices() if one.clock == "assessment" and one.state == "due"]
    assert stopped == []


async def test_a_question_has_the_number_of_its_event_in_the_ledger(scene):
    case = await scene.open()
    await case.take(b.question())
    [asked] = [one for one in case.recorded() if isinstance(one.event, e.QuestionAsked)]
    assert asked.event.number == asked.seq


async def test_the_second_acknowledgement_is_refused_and_the_same_key_again_is_not(scene):
    case = await scene.open()
    first = await case.take(b.acknowledgement())
    assert await case.take(b.acknowledgement()) == first
    again = b.acknowledgement().model_copy(update={"key": "again"})
    assert "acknowledged already" in await case.refusal(again)


async def test_at_the_desk_the_body_asks_and_the_inspectorate_answers(empty_scene, scene):
    case = await up_to(scene, "send_request_letter")
    hold(scene, b.FORCE, Role.liaison, of=case.body)
    hold(scene, b.INSPECTOR, Role.inspector)
    desk = Desk(scene.client, scene.database, clock=At())
    asked = b.asking_for_time("submission", JUNE_12)
    with pytest.raises(NotAllowed, match="inspector-1 may not ask for time"):
        await desk.take(case.id, asked.model_copy(update={"actor": b.INSPECTOR}))
    await desk.take(case.id, asked)
    answer = b.granting("submission")
    with pytest.raises(NotAllowed, match="liaison-1 may not answer request"):
        await desk.take(case.id, answer.model_copy(update={"actor": b.FORCE}))
    await desk.take(case.id, answer.model_copy(update={"actor": b.INSPECTOR}))
    assert (await desk.view(case.id)).case.clocks["submission"].due == JUNE_12
