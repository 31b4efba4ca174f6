"""A case whose timer is late, because the clock was set forward while it was armed, is woken and records its rung."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

import worker
from models.tables import CaseRow
from office.overslept import GRACE, wake_overslept
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger
from tests.workflows.scene import Followed, Scene, soon
from workflows import conducting

pytestmark = pytest.mark.server

REMINDER = b.london(date(2016, 12, 19), "09:00")
"""Ten working days before the plan of a cause of concern is due, which was issued on 8 December 2016."""
SECOND = timedelta(seconds=1)
LATE = REMINDER + GRACE + SECOND


@pytest.fixture
async def overslept(empty_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Followed]:
    """A case that opened a second before its first rung, and whose timer comes an hour after that."""
    monkeypatch.setattr(conducting, "LEAST_WAIT", timedelta(hours=1))
    async with worker.working(empty_scene.client, empty_scene.database, task_queue=empty_scene.queue):
        case = await empty_scene.open(b.CONCERN, at=REMINDER - SECOND, grain=1)
        assert (await case.view()).next_instant == REMINDER
        yield case


async def test_it_is_woken_and_records_what_fell_due(overslept: Followed, empty_scene: Scene):
    client, ledger = empty_scene.client, empty_scene.database
    assert await wake_overslept(client, ledger, REMINDER + GRACE) == 0  # it may be on its way

    async def fallen() -> bool:
        await wake_overslept(client, ledger, LATE)
        return bool(overslept.rungs())

    await soon(fallen)
    [(_, clock, rung)] = overslept.rungs()
    assert (clock, rung) == ("submission", "before-10")
    assert await wake_overslept(client, ledger, LATE) == 0


async def test_one_that_waits_for_repair_is_left_to_people(overslept: Followed, empty_scene: Scene):
    cut_ledger(empty_scene.database, overslept.id, after=1)
    assert (await overslept.failure(b.submission())).type == "NeedsRepair"
    assert (await overslept.view()).parked
    assert await wake_overslept(empty_scene.client, empty_scene.database, LATE) == 0
    assert (await overslept.view()).parked


async def test_it_does_not_stand_in_the_way_of_others(
    overslept: Followed, empty_scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("office.overslept.AT_MOST", 1)
    cut_ledger(empty_scene.database, overslept.id, after=1)
    assert (await overslept.failure(b.submission())).type == "NeedsRepair"
    other = await empty_scene.open(b.CONCERN, at=REMINDER - SECOND, grain=1)
    with empty_scene.database.writing() as session:
        session.get_one(CaseRow, overslept.id).next_at = REMINDER - timedelta(days=1)

    async def fallen() -> bool:
        await wake_overslept(empty_scene.client, empty_scene.database, LATE)
        return bool(other.rungs())

    await soon(fallen)
