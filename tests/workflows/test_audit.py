"""The audit asks the real engine: a lost workflow and one too many are found, put up for repair, and mended."""

from datetime import UTC, datetime, timedelta

import pytest

import scheduler
from activities.ledger.repairs import outstanding
from audit.record import Difference
from config.settings import load
from models.messages import TimeFrame
from office.auditing import SEATS, audit_rows, audit_seats, keep_repairs
from office.rebuild import Rebuild
from scheduler import Jobs
from tests.audit.test_beacon import watching
from tests.unit import builders as b
from tests.workflows.lives import CRITERIA, LIFE, SIX_MONTHS, up_to
from tests.workflows.scene import GRAIN, OPENED, Scene, soon
from tests.workflows.test_append_answers import behind_its_back
from tests.workflows.test_rebuild import rebuilding, terminate

pytestmark = [pytest.mark.server]
LATER = timedelta(minutes=6)


async def kinds(scene: Scene) -> list[tuple[str, str]]:
    found = await audit_seats(scene.client, scene.database, scene.queue, datetime.now(UTC) + LATER)
    keep_repairs(scene.database, found, SEATS)
    with scene.database.reading() as session:
        open_now = {(one.kind, one.subject) for one in outstanding(session)}
    assert open_now == {(one.kind, one.subject) for one in found}
    return [(one.kind, one.subject) for one in found]


async def test_a_lost_workflow_is_put_up_and_taken_down_when_the_case_is_seated(scene):
    case, other = await scene.open(), await scene.open()
    assert await kinds(scene) == []
    await terminate(case)
    await soon(lambda: _found(scene, [("no_workflow", case.id)]))
    await rebuilding(scene).run()
    assert await kinds(scene) == []
    assert (await other.view()).case.opened


async def _found(scene: Scene, wanted: list[tuple[str, str]]) -> bool:
    return await kinds(scene) == wanted


async def test_a_workflow_of_a_closed_case_is_one_too_many_until_a_rebuild_ends_it(scene):
    case = await scene.open()
    assert await kinds(scene) == []
    behind_its_back(case, (await case.view()).case, b.withdrawal())
    await soon(lambda: _found(scene, [("stray_workflow", case.id)]))
    await rebuilding(scene).run()
    assert await case.handle.result() == "withdrawn"
    await soon(lambda: _found(scene, []))


async def test_a_whole_life_on_the_engine_has_no_difference(scene):
    case = await scene.open(criteria=CRITERIA, own_limits=SIX_MONTHS)
    for act in LIFE[:5]:
        await case.take(act)
    now = (await case.view()).now
    assert rows(scene, case.id, now) == []


async def test_a_rung_that_nobody_recorded_is_found_and_seating_the_case_again_records_it(scene):
    case = await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS)
    await terminate(case)
    later = OPENED + timedelta(days=9)
    assert [one.kind for one in rows(scene, case.id, later)] == ["rung_missing"]
    shift = TimeFrame(shift_seconds=(later - datetime.now(UTC)).total_seconds(), grain_seconds=GRAIN)
    await Rebuild(scene.client, scene.database, scene.queue, "operations-1", time=shift).run()
    await soon(lambda: len(case.rungs()) == 1)
    assert rows(scene, case.id, later) == []


def rows(scene: Scene, case: str, now: datetime) -> list[Difference]:
    found = audit_rows(scene.database, [case], now)
    return [one for one in found if one.kind != "notice_waiting"]


async def test_reconciling_gives_a_sign_outside_and_says_when_nobody_took_it(scene, monkeypatch):
    monkeypatch.setattr(scheduler, "TASK_QUEUE", scene.queue)
    await scene.open()
    with watching() as watcher:
        jobs = Jobs(scene.client, scene.database, load(heartbeat_url=watcher.url))
        assert await jobs.reconcile() == "0 without a workflow, 0 workflows too many"
        await jobs.audit()
        await jobs.audit()  # the night is over
    assert len(watcher.asked) == 2
    with watching(500) as watcher:
        jobs = Jobs(scene.client, scene.database, load(heartbeat_url=watcher.url))
        assert (await jobs.reconcile()).endswith("; heartbeat not delivered: the watcher answered 500")
