"""Time passes: reminders and escalations at their instants, one armed timer, and a case that wakes late."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from lifecycle import events as e
from lifecycle.words import Reason
from models.messages import CaseStart, Reseat, TimeFrame
from office.repair import opening_of
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, restore_ledger
from tests.workflows.lives import SIX_MONTHS, named
from tests.workflows.scene import GRAIN, Followed, Scene, soon

pytestmark = pytest.mark.server

LADDER = [
    (date(2017, 5, 23), "before-5"),
    (date(2017, 5, 30), "before-1"),
    (date(2017, 5, 31), "due"),
    (date(2017, 6, 1), "after-1"),
    (date(2017, 6, 7), "after-5"),
    (date(2017, 6, 14), "after-10"),
    (date(2017, 6, 28), "after-20"),
]
NINE = "09:00"


def rungs(ladder: list[tuple[date, str]], clock: str = "submission") -> list[tuple[datetime, str, str]]:
    return [(b.london(day, NINE), clock, rung) for day, rung in ladder]


def passed(case: Followed) -> dict[str, Reason]:
    return {one.passed.rung: one.passed.reason for one in case.events() if isinstance(one, e.RungPassed)}


async def requested(scene: Scene, **opening) -> Followed:
    case = await scene.open(**opening)
    await case.take(b.request())
    return case


async def test_reminders_and_escalations_fall_at_their_instants(scene):
    case = await requested(scene)
    await case.until(b.london(date(2017, 7, 14)))
    assert case.rungs() == rungs(LADDER)
    told = Counter((notice.rung, notice.role) for notice in case.notices() if notice.clock == "submission")
    assert set(told.values()) == {1}
    assert {role for rung, role in told if rung == "after-5"} == {"chief_officer", "oversight"}


async def test_they_fall_at_nine_by_londons_clock_in_winter_too(scene):
    case = await scene.open(at=b.london(date(2017, 10, 16), NINE))
    await case.take(b.request())
    await case.until(b.london(date(2017, 10, 31)))
    assert [at for at, *_ in case.rungs()] == [
        datetime(2017, 10, 23, 8, tzinfo=UTC),
        datetime(2017, 10, 27, 8, tzinfo=UTC),
        datetime(2017, 10, 30, 9, tzinfo=UTC),
        datetime(2017, 10, 31, 9, tzinfo=UTC),
    ]


async def test_what_is_done_is_chased_no_more(scene):
    case = await requested(scene)
    await case.until(b.london(date(2017, 5, 26)))
    await case.take(b.submission())
    await case.take(b.assessment())
    await case.take(b.authorisation())
    await case.until(b.london(date(2017, 7, 14)))
    assert case.rungs() == rungs(LADDER[:1])


async def test_one_timer_is_armed_at_a_time(scene):
    case = await requested(scene, own_limits=SIX_MONTHS)
    await case.until(b.london(date(2017, 5, 25)))
    await case.take(b.move("implementation", date(2017, 9, 1)))
    await case.until(b.london(date(2017, 6, 1)))
    await case.take(b.submission())
    armed, most = 0, 0
    for event in await case.history():
        armed += event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        armed -= event.event_type in (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_TIMER_CANCELED)
        most = max(most, armed)
    assert (armed, most) == (1, 1)


async def test_a_due_date_moved_while_its_timer_is_armed_moves_its_rungs(scene):
    case = await requested(scene)
    await case.until(b.london(date(2017, 5, 26)))
    await case.take(b.move("submission", date(2017, 6, 12)))
    await case.until(b.london(date(2017, 6, 13)))
    after = [(date(2017, 6, 5), "before-5"), (date(2017, 6, 9), "before-1")]
    assert case.rungs() == rungs(
        [LADDER[0], *after, (date(2017, 6, 12), "due"), (date(2017, 6, 13), "after-1")]
    )


async def test_a_date_moved_to_an_earlier_day_wakes_the_case_earlier(scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    await case.take(b.move("implementation", date(2017, 5, 24)))
    await case.until(b.london(date(2017, 5, 17)))
    assert case.rungs() == rungs([(date(2017, 5, 17), "before-5")], "implementation")


async def test_a_workflow_started_again_late_sends_only_the_newest_rung(scene):
    case = await requested(scene)
    known = (await case.view()).case
    await case.handle.terminate("lost")
    shift = (b.london(date(2017, 6, 20)) - datetime.now(UTC)).total_seconds()
    late = TimeFrame(shift_seconds=shift, grain_seconds=GRAIN)
    again = await scene.start(CaseStart(opening=opening_of(known), time=late))
    await soon(lambda: len(again.recorded()) == known.seq + 6)
    assert again.rungs() == [(b.london(date(2017, 6, 20)), "submission", "after-10")]
    assert passed(again) == dict.fromkeys([rung for _, rung in LADDER[:5]], Reason.merged)
    waiting = [notice for notice in again.notices() if notice.clock == "submission" and notice.state == "due"]
    assert {notice.rung for notice in waiting} == {"after-10"}
    await again.until(b.london(date(2017, 6, 28)))
    assert again.rungs()[1:] == rungs(LADDER[-1:])


async def test_a_case_that_was_parked_meanwhile_sends_only_the_newest_rung(scene):
    case = await requested(scene)
    gone = cut_ledger(scene.database, case.id, after=1)
    assert (await case.failure(b.submission())).type == "NeedsRepair"
    await case.until(b.london(date(2017, 6, 2)))
    assert case.rungs() == []
    restore_ledger(scene.database, gone)
    await case.handle.execute_update("reseat", Reseat(key="reseat", actor="operations-1"))
    await soon(lambda: len(case.rungs()) == 1)
    assert [rung for _, _, rung in case.rungs()] == ["after-1"]
    assert passed(case) == dict.fromkeys([rung for _, rung in LADDER[:3]], Reason.merged)


async def test_an_act_after_a_long_sleep_explains_the_rungs_that_it_overtakes(scene):
    """The worker was away on the days of the rungs, and a person is quicker than the timer."""
    case = await requested(scene)
    known = (await case.view()).case
    await case.handle.terminate("lost")
    shift = (b.london(date(2017, 5, 31)) - datetime.now(UTC)).total_seconds()
    frame = TimeFrame(shift_seconds=shift, grain_seconds=GRAIN)
    start = CaseStart(opening=opening_of(known), time=frame, case=known)
    operation = scene.begun(start)
    act = named(f"submit@{case.id}", b.submission())
    await scene.client.execute_update_with_start_workflow(act.kind, act, start_workflow_operation=operation)
    explained = passed(case) | {rung: Reason.answered for _, _, rung in case.rungs()}
    assert set(explained) == {rung for _, rung in LADDER[:3]}
    assert (await case.view()).case.stage.value == "submitted"


async def test_on_the_real_clock_a_rung_falls_when_its_instant_comes(scene):
    at = b.london(date(2017, 5, 23), NINE)
    case = await scene.open(at=at - timedelta(seconds=3), grain=0)
    await case.take(b.request(on=date(2017, 5, 16)))
    assert case.rungs() == []
    await soon(lambda: len(case.rungs()) == 1)
    [(fell, clock, rung)] = case.rungs()
    assert (clock, rung) == ("submission", "before-5")
    assert timedelta() <= fell - at < timedelta(seconds=5)
    assert [one.scheduled for one in case.events() if isinstance(one, e.RungFell)] == [at]


async def test_an_instant_between_the_steps_of_a_virtual_clock_is_waited_for_once(scene, odd_policy):
    case = await scene.open(policy_hash=odd_policy.hash)
    await case.take(b.request())
    before = len(await case.history())
    await case.until(b.london(date(2017, 5, 23), "09:30"))
    assert case.rungs() == [(b.london(date(2017, 5, 23), "09:15"), "submission", "before-5")]
    assert len(await case.history()) - before < 10
