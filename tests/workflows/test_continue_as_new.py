"""A history that grows long is continued as new: on a server that suggests it early, no act and no rung is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from config.policy_files import fill_shelf
from embedded.engine import engine
from embedded.ports import free_ports
from models.messages import Reseat
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, repairs, restore_ledger
from tests.workflows.hurried import Hurried, runs_of
from tests.workflows.lives import LIFE, SIX_MONTHS, named, up_to, whole_life
from tests.workflows.scene import Followed, Scene, soon

pytestmark = [pytest.mark.server]


@pytest.fixture(scope="module")
async def hurried(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TimeSkipper]:
    fill_shelf()
    [port] = free_ports(1)
    async with engine(Hurried(tmp_path_factory.mktemp("hurried"), port, virtual=True)) as running:
        yield TimeSkipper(running.client, config=TimeSkippingConfig(enabled=False))


@pytest.fixture
async def scene(hurried, ledger) -> AsyncIterator[Scene]:
    scene = Scene(hurried.client, hurried, ledger)
    async with scene.working():
        yield scene


async def runs(case: Followed) -> int:
    return len(await runs_of(case.scene.client, case.id))


async def test_a_whole_life_goes_through_several_runs(scene):
    case = await whole_life(scene)
    assert await runs(case) >= 3
    taken = [one.act_key for one in case.recorded() if one.act_key]
    assert list(dict.fromkeys(taken)) == [case.key(act) for act in LIFE]


async def test_a_key_is_known_in_the_next_run(scene):
    case = await scene.open()
    receipts = [await case.take(act) for act in LIFE[:2]]
    for day in range(1, 9):
        await case.take(named(f"move-{day}", b.move("assessment", date(2017, 8, day))))
    assert await runs(case) >= 2
    rows = len(case.recorded())
    assert [(await case.take(act)).seq for act in LIFE[:2]] == [receipt.seq for receipt in receipts]
    assert len(case.recorded()) == rows


async def test_no_act_is_lost_while_runs_follow_each_other(scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    moves = [named(f"move-{n}", b.move("implementation", date(2018, 1, 1) + timedelta(n))) for n in range(60)]
    gate = asyncio.Semaphore(8)

    async def take(act):
        async with gate:
            return await case.take(act)

    receipts = await asyncio.gather(*(take(act) for act in moves))
    taken = [one.act_key for one in case.recorded() if one.act_key]
    assert sorted(taken) == sorted(case.key(act) for act in moves)
    assert sorted(receipt.seq for receipt in receipts) == list(range(3, 63))
    assert await runs(case) >= 4


async def test_rungs_fall_at_their_instants_through_all_runs(scene):
    case = await up_to(scene, "send_request_letter")
    coming = [(one.at, one.clock, one.rung) for one in (await case.view()).agenda]
    await case.until(coming[-1][0])
    assert case.rungs() == coming
    assert await runs(case) >= 2


async def test_a_case_that_waits_for_repair_still_waits_in_the_next_run(scene):
    case = await up_to(scene, "send_request_letter")
    for _ in range(8):  # a known key lengthens the history, and changes nothing
        await case.take(b.request())
    gone = cut_ledger(scene.database, case.id, after=1)
    assert await runs(case) == 1
    assert (await case.failure(b.submission())).type == "NeedsRepair"
    await soon(lambda: repairs(case) == [f"parked/{case.id}"])
    assert await runs(case) == 2
    assert (await case.failure(b.submission())).type == "NeedsRepair"
    restore_ledger(scene.database, gone)
    await case.handle.execute_update("reseat", Reseat(key="reseat", actor="operations-1"))
    await soon(lambda: repairs(case) == [])
    await case.take(b.submission())
