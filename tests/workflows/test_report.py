"""A report on the real engine: its barrier before publication, what publication starts, and one case that is stuck."""

from datetime import date, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.ledger.reports import unfinished
from lifecycle.words import Stage
from models.messages import ReportState, Reseat
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, restore_ledger
from tests.workflows.reports import Reported, reported
from tests.workflows.scene import OPENED, soon

pytestmark = pytest.mark.server

TODAY = date(2017, 5, 16)


async def refused(report: Reported, **more) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await report.publish(**more)
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "Refused"
    return cause.message


async def test_nothing_is_published_while_one_letter_is_missing(scene):
    report = await reported(scene, "kent", "surrey")
    await report.to_letters("surrey")
    said = await refused(report)
    assert said.startswith(f"1 cases have no letter sent, the first {report.cases['surrey'].id}.")
    assert "leave them out by a recorded decision" in said
    assert report.orders() == []
    assert [(await case.view()).case.stage for case in report.cases.values()] == [
        Stage.letter_sent,
        Stage.issued,
    ]


async def test_letters_and_overview_are_published_together_and_a_repeat_is_harmless(scene):
    report = await reported(scene, "kent", "surrey")
    await report.to_letters()
    state = await report.publish()
    assert (state.stages, state.published_on, state.not_ready) == ({"published": 2}, TODAY, ())
    kept = {name: case.events() for name, case in report.cases.items()}
    assert await report.handle.result() is not None
    assert report.orders() == [f"order-1@{report.id}"]
    assert {name: case.events() for name, case in report.cases.items()} == kept
    assert {event.on for case in report.cases.values() for event in case.events()[-1:]} == {TODAY}


async def test_a_case_can_be_left_out_by_decision(scene):
    report = await reported(scene, "kent", "surrey")
    await report.to_letters("surrey")
    left = report.cases["surrey"]
    state = await report.publish(left_out={left.id: "its letter is with counsel"})
    assert state.stages == {"published": 1, "issued": 1}
    for body in ("kent", "surrey"):  # it is the report that is answered, not the letter
        response = report.response(body)
        await soon(response.opened)
        assert (await response.view()).case.issued_on == TODAY


async def test_the_day_of_publication_has_come(scene):
    report = await reported(scene, "kent")
    await report.to_letters()
    said = await refused(report, on=TODAY + timedelta(days=1))
    assert said == "The publication date 2017-05-17 has not come. Publish on the day itself."


async def test_publication_starts_the_oversight_bodys_56_days(scene):
    report = await reported(scene, "kent")
    await report.to_letters()
    await report.publish()
    response = report.response("kent")
    await soon(response.opened)
    case = (await response.view()).case
    assert (case.issued_on, case.clocks["response"].due) == (TODAY, TODAY + timedelta(days=55))
    assert case.opened_at == OPENED
    assert not any(kind == "responded" for kind in response.kinds())


@pytest.mark.parametrize(
    ("day", "s55", "starts"),
    [(date(2017, 5, 1), True, False), (date(2017, 5, 2), True, True), (date(2017, 5, 2), False, False)],
)
async def test_section_55_applies_to_reports_published_from_2_may_2017(scene, day, s55, starts):
    report = await reported(scene, "kent", at=b.london(day), s55=s55)
    await report.to_letters()
    await report.publish()
    assert await report.has_response("kent") is starts


async def test_a_case_that_waits_for_repair_holds_up_no_other_and_is_published_afterwards(scene):
    report = await reported(scene, "kent", "surrey")
    await report.to_letters()
    stuck = report.cases["kent"]
    rows = cut_ledger(scene.database, stuck.id, after=5)
    state = await report.publish()
    assert (state.stages, state.not_ready) == ({"letter_sent": 1, "published": 1}, (stuck.id,))
    assert await report.has_response("kent")  # its 56 days do not wait for the repair
    assert await report.has_response("surrey")

    restore_ledger(scene.database, rows)
    await stuck.handle.execute_update("reseat", Reseat(key="reseat", actor="operations-1"))
    await scene.skipper.fast_forward(report.handle, timedelta(minutes=6))
    assert (await stuck.view()).case.stage is Stage.published
    assert await report.handle.result() is not None


async def test_an_order_dated_before_a_letter_says_what_it_did_not_publish(scene):
    report = await reported(scene, "kent")
    await report.to_letters()
    state = await report.publish(on=TODAY - timedelta(days=1))
    assert state.not_ready == (report.cases["kent"].id,)


async def test_an_order_that_a_lost_engine_did_not_finish_is_carried_on(scene):
    report = await reported(scene, "kent", "surrey")
    await report.to_letters()
    order = await report.lose_engine_at_publication()
    with scene.database.reading() as session:
        assert [one.id for one in unfinished(session)] == [order.key]
    await report.carry_on(order)
    state = await report.handle.result()
    assert ReportState.model_validate(state).stages == {"published": 2}
    assert await report.has_response("kent")
    await soon(report.response("surrey").opened)
    with scene.database.reading() as session:
        assert list(unfinished(session)) == []
    assert [case.kinds().count("published") for case in report.cases.values()] == [1, 1]
