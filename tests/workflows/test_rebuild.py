"""Temporal loses everything, or some of it, or goes back: the ledger seats every case again, once, and acts go on."""

import asyncio
import signal
import sys
from collections.abc import Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.ledger.streams import may_be_open
from config.settings import load
from embedded import up
from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports
from lifecycle.words import ENGINE, Stage
from models.messages import CaseView, Forecast, TimeFrame
from models.tables import EventRow, Notice, Repair
from office.desk import NeedsRepair
from office.rebuild import Rebuild, Rebuilt
from office.repair import folded
from office.running import conducted, runs, without_workflow
from tests.ledger.story import everything
from tests.unit import builders as b
from tests.workflows.damage import lose, repairs
from tests.workflows.lives import ASKING, CRITERIA, SHORT, SIX_MONTHS, up_to
from tests.workflows.reports import reported
from tests.workflows.scene import GRAIN, OPENED, Followed, Scene, soon
from tests.workflows.test_append_answers import behind_its_back

pytestmark = [pytest.mark.server]
ROOT = Path(__file__).parents[2]
PATIENCE = timedelta(seconds=5)


def frame() -> TimeFrame:
    return TimeFrame(shift_seconds=(OPENED - datetime.now(UTC)).total_seconds(), grain_seconds=GRAIN)


def rebuilding(scene: Scene) -> Rebuild:
    return Rebuild(scene.client, scene.database, scene.queue, "operations-1", time=frame(), patience=PATIENCE)


async def every_stage(scene: Scene, times: int) -> list[Followed]:
    """Cases at each stage, with what they were asked and answered, open responses, and two that have ended."""
    cases = [await scene.open(own_limits=SIX_MONTHS) for _ in range(times)]
    for act in SHORT:
        cases += [await up_to(scene, act.kind, own_limits=SIX_MONTHS) for _ in range(times)]
    asking = await scene.open(criteria=CRITERIA)
    for act in ASKING:
        await asking.take(act)
    ended = [await up_to(scene, "publish"), await scene.open()]
    await ended[0].take(b.inspection())
    await ended[1].take(b.withdrawal())
    report = await reported(scene, "kent", "surrey")
    cases += [asking, await response(scene), *report.cases.values(), *ended]
    return cases


async def response(scene: Scene) -> Followed:
    pcc = f"pcc-{scene.name}"
    id_ = f"response/report-{scene.name}/{pcc}"
    return await scene.open(
        b.RESPONSE, id=id_, oversight=pcc, recommendation_kind="response", issued_on=date(2017, 5, 16)
    )


async def agendas(cases: Iterable[Followed]) -> dict[str, tuple[Forecast, ...]]:
    views: list[CaseView] = [await case.view() for case in cases]
    return {view.case.id: view.agenda for view in views}


def open_ones(cases: Iterable[Followed]) -> list[Followed]:
    return [case for case in cases if not folded(case.scene.database, case.id).ended]


def told(scene: Scene) -> list[tuple[object, ...]]:
    """Every notice, but for what says when it was written."""
    with scene.database.reading() as session:
        rows = session.exec(select(Notice)).all()
        return sorted((r.case_id, r.clock, r.version, r.rung, r.role, r.state, r.reason) for r in rows)


@asynccontextmanager
async def new_engine(home: Path, ledger, name: str):
    """An engine on a file of its own, with one worker."""
    [port] = free_ports(1)
    async with engine(Plan(home, port, virtual=True)) as running:
        skipper = TimeSkipper(running.client, config=TimeSkippingConfig(enabled=False))
        scene = Scene(running.client, skipper, ledger, name)
        async with scene.working():
            yield scene


async def test_the_engines_file_is_deleted_and_two_rebuild_at_once(tmp_path, ledger):
    home = tmp_path / "engine"
    async with new_engine(home, ledger, "lost") as scene:
        cases = await every_stage(scene, 4)
        before, written = await agendas(open_ones(cases)), everything(ledger)
        mails = told(scene)
    for file in home.glob("engine.*"):
        file.unlink()

    async with new_engine(home, ledger, "lost") as scene:
        assert await without_workflow(scene.client, scene.queue, list(before)) == list(before)
        plan = await rebuilding(scene).plan()
        assert (plan.open, plan.started, plan.there, plan.reports) == (len(before), len(before), 0, 1)
        one, other = await asyncio.gather(rebuilding(scene).run(), rebuilding(scene).run())
        assert one.started + other.started == len(before) >= 30
        assert one.reports + other.reports == 1
        assert (one.stuck, other.stuck, one.unknown, other.unknown) == ({}, {}, [], [])
        again = await rebuilding(scene).run()
        assert (again.started, again.there, again.reseated, again.closed) == (0, len(before), 0, 0)

        cases = [Followed(scene, scene.client.get_workflow_handle(case), frame()) for case in before]
        assert await agendas(cases) == before
        assert everything(ledger) == written
        assert told(scene) == mails
        assert set(await conducted(scene.client, scene.queue)) == set(before)
        await acts_go_on(scene, cases)


async def acts_go_on(scene: Scene, cases: list[Followed]) -> None:
    requested = next(case for case in cases if folded(scene.database, case.id).stage is Stage.requested)
    await requested.until(b.london(date(2017, 5, 23), "09:00"))
    await soon(lambda: len(requested.rungs()) == 1)
    for act in SHORT[1:]:
        await requested.take(act)
    await requested.take(b.inspection())
    await requested.handle.result()
    keys = [row[:5] for row in told(scene)]
    assert len(keys) == len(set(keys))


async def test_a_terminated_workflow_is_started_again_and_a_closed_case_stays_closed(scene):
    cases = [await up_to(scene, "record_submission", own_limits=SIX_MONTHS) for _ in range(2)]
    closed = await scene.open()
    await closed.take(b.withdrawal())
    await closed.handle.result()
    before = await agendas(cases)
    for case in cases:
        await terminate(case)
    found = await rebuilding(scene).run()
    assert (found.open, found.started, found.closed) == (2, 2, 0)
    assert await agendas(cases) == before
    assert (await closed.handle.describe()).status.name == "COMPLETED"
    await cases[0].take(b.assessment())


async def terminate(case: Followed) -> None:
    await case.handle.terminate("by hand")
    case.handle = case.scene.client.get_workflow_handle(case.id)


async def reset(case: Followed) -> None:
    """Temporal's own reset, to the first workflow task; acts are not applied again."""
    done = [
        e.event_id
        for e in await case.history()
        if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    await case.scene.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=case.scene.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case.id),
            reason="by hand",
            workflow_task_finish_event_id=done[1],
            request_id=f"reset-{case.id}",
            reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
        )
    )
    case.handle = case.scene.client.get_workflow_handle(case.id)


async def test_a_workflow_that_was_reset_goes_on_where_the_ledger_stands(scene):
    case, closed = await up_to(scene, "record_submission", own_limits=SIX_MONTHS), await scene.open()
    await closed.take(b.request())
    await closed.take(b.withdrawal())
    await closed.handle.result()
    before = await agendas([case])
    for one in (case, closed):
        await reset(one)
    found = await rebuilding(scene).run()
    assert (found.open, found.started, found.there + found.reseated, found.stuck) == (1, 0, 1, {})
    assert await agendas([case]) == before

    async def ended() -> bool:
        """The engine's list of what runs lags by a moment."""
        await rebuilding(scene).run()
        return not await runs(scene.client, closed.id)

    await soon(ended)
    assert await closed.handle.result() == "withdrawn"
    await case.take(b.assessment())


async def test_a_workflow_behind_its_ledger_is_folded_again_and_one_of_a_closed_case_ends(scene):
    case, closed = await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS), await scene.open()
    before = await agendas([case])
    for one, act in ((case, b.submission()), (closed, b.withdrawal())):
        behind_its_back(one, (await one.view()).case, act)
    await soon(lambda: _listed(scene, closed))
    plan = await rebuilding(scene).plan()
    assert (plan.open, plan.there, plan.closed) == (1, 1, 1)
    found = await rebuilding(scene).run()
    assert (found.started, found.there, found.reseated, found.closed, found.stuck) == (0, 0, 1, 1, {})
    assert await agendas([case]) != before
    assert await closed.handle.result() == "withdrawn"
    await case.take(b.assessment())


async def _listed(scene: Scene, case: Followed) -> bool:
    return case.id in await conducted(scene.client, scene.queue)


async def test_a_rebuild_killed_in_the_middle_is_run_again(scene):
    cases = [await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS) for _ in range(6)]
    before = await agendas(cases)
    for case in cases:
        await terminate(case)
    words = (scene.client.service_client.config.target_host, scene.queue, scene.database.url)
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workflows.doomed_rebuild", *words, frame().model_dump_json(), "3"),
        cwd=ROOT,
    )
    assert await killed.wait() == -signal.SIGKILL
    seated = len(cases) - len(await without_workflow(scene.client, scene.queue, [case.id for case in cases]))
    assert 3 <= seated <= 6
    found = await rebuilding(scene).run()
    assert (found.open, found.started, found.there) == (6, 6 - seated, seated)
    assert await agendas(cases) == before


async def test_what_cannot_be_seated_is_named_with_its_reason_and_does_not_stop_the_rest(scene, odd_policy):
    good, lost = await scene.open(), await scene.open()
    with scene.database.writing() as session:
        [row] = session.exec(select(EventRow).where(EventRow.stream == lost.id, EventRow.seq == 1))
        row.details = {**row.details, "policy_hash": "0" * 64}
        session.add(row)
        session.add(
            Repair(
                id=f"no-workflow/{good.id}", subject=good.id, kind="no_workflow", cause="c", opened_at=OPENED
            )
        )
    for case in (good, lost):
        await terminate(case)
    found = await Rebuild(
        scene.client, scene.database, scene.queue, ENGINE, time=frame(), patience=timedelta(seconds=1)
    ).run()
    assert (found.started, list(found.stuck)) == (1, [lost.id])
    assert repairs(good) == []
    assert "needs repair" in found.stuck[lost.id] or "does not answer" in found.stuck[lost.id]
    await terminate(lost)


async def test_a_workflow_whose_case_the_ledger_does_not_know_is_left_to_people(scene):
    case = await scene.open()
    lose(scene.database, case.id)
    await soon(lambda: _listed(scene, case))
    found: Rebuilt = await rebuilding(scene).run()
    assert (found.open, found.unknown) == (0, [case.id])
    with scene.database.reading() as session:
        assert may_be_open(session) == []
    assert (await case.view()).case.opened


async def test_without_a_worker_nothing_is_begun(empty_scene):
    async with empty_scene.working():
        case = await empty_scene.open()
    alone = Scene(empty_scene.client, empty_scene.skipper, empty_scene.database, f"{empty_scene.name}-2")
    await terminate(case)
    with pytest.raises(NeedsRepair, match="no worker asks the engine for work"):
        await Rebuild(alone.client, alone.database, alone.queue, ENGINE, patience=timedelta()).run()
    assert await without_workflow(alone.client, alone.queue, [case.id]) == [case.id]


@pytest.mark.parametrize("address", [None, "127.0.0.1:7233"])
async def test_a_start_seats_what_its_own_engine_lost_and_only_says_it_of_somebody_elses(
    scene, monkeypatch, address
):
    case = await scene.open()
    await terminate(case)
    monkeypatch.setattr(up, "TASK_QUEUE", scene.queue)
    said: list[str] = []
    await up._seat_lost(load(temporal_address=address), scene.client, scene.database, said.append)
    assert said[0] == "The ledger holds 1 open cases that have no workflow."
    assert ("followthrough engine rebuild" in said[1]) is (address is not None)
    lost = await without_workflow(scene.client, scene.queue, [case.id])
    assert lost == ([case.id] if address else [])
    await up._seat_lost(load(), scene.client, scene.database, said.append)
    heard = len(said)
    await up._seat_lost(load(), scene.client, scene.database, said.append)
    assert len(said) == heard
