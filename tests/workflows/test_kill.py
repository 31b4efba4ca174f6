"""The worker is killed at every step of a case, before and after the step is written: nothing lost, nothing twice."""

import asyncio
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from lifecycle import acts as a
from lifecycle.words import Role
from models.messages import Receipt
from models.tables import Notice
from office.desk import Desk, NeedsRepair, NoCase
from tests.unit import builders as b
from tests.workflows.lives import SHORT, named
from tests.workflows.people import At, hold
from tests.workflows.scene import Followed, Scene, soon

pytestmark = [pytest.mark.server]

ACTS = (SHORT[0], b.submission(actor=b.OPERATIONS), *SHORT[2:], b.inspection())
STEPS = ("open", "rung", *(act.key for act in ACTS))
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def doomed_worker(
    scene: Scene, folder: Path, points: dict[str, tuple[str, str]]
) -> AsyncIterator[None]:
    (folder / "points.json").write_text(json.dumps(points))
    address = scene.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workflows.doomed"),
        *(address, scene.queue, scene.database.url, str(folder)),
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield
        assert process.returncode is None, "the worker ended by itself"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
def desk(empty_scene) -> Desk:
    hold(empty_scene, b.INSPECTOR, Role.inspector)
    hold(empty_scene, b.LEAD, Role.lead_inspector)
    hold(empty_scene, b.OPERATIONS, Role.operations)
    return Desk(empty_scene.client, empty_scene.database, clock=At(), patience=timedelta(seconds=3))


async def persist(desk: Desk, case: Followed, act: a.Act) -> Receipt:
    """Hand the act in under one key until there is a receipt, as a person would."""
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(NeedsRepair, NoCase):
                return await desk.take(case.id, named(case.key(act), act))
            await asyncio.sleep(0.1)


async def live(desk: Desk, case: Followed) -> list[Receipt]:
    """Ask for the plan, let one reminder fall, and go the straight way to the end."""
    receipts = [await persist(desk, case, ACTS[0])]
    await case.until(b.london(date(2017, 5, 23), "09:00"))
    await soon(lambda: len(case.rungs()) == 1, 60)
    return receipts + [await persist(desk, case, act) for act in ACTS[1:]]


def story(case: Followed) -> list[object]:
    """All events of the case, but for what belongs to this case alone."""
    return [
        (one.seq, (one.act_key or "").partition("@")[0], one.event.model_dump(exclude={"body", "oversight"}))
        for one in case.recorded()
    ]


def told(case: Followed) -> "Counter[tuple[str, int, str, str, str]]":
    return Counter(notice_key(notice) for notice in case.notices())


def notice_key(notice: Notice) -> tuple[str, int, str, str, str]:
    return notice.clock, notice.version, notice.rung, notice.role, notice.state


async def test_killed_at_every_step_nothing_is_lost_and_nothing_happens_twice(desk, empty_scene, tmp_path):
    scene: Scene = empty_scene
    scene.task_timeout = timedelta(seconds=1)
    openings = [scene.opening() for _ in POINTS]
    points = {opening.id: point for opening, point in zip(openings, POINTS, strict=True)}
    async with scene.working():
        calm = await scene.open()
        expected = await live(desk, calm)

    async with doomed_worker(scene, tmp_path, points):
        cases = [
            await scene.open(wait=False, **opening.model_dump(include={"id", "body"})) for opening in openings
        ]
        receipts = await asyncio.gather(*(live(desk, case) for case in cases))
        await asyncio.gather(*(case.handle.result() for case in cases))

    marks = {path.name for path in tmp_path.iterdir() if path.name.startswith("recommendation")}
    assert len(marks) == len(POINTS), "every point killed the worker once"
    for case, got in zip(cases, receipts, strict=True):
        assert story(case) == story(calm), points[case.id]
        assert told(case) == told(calm), points[case.id]
        assert set(told(case).values()) == {1}
        assert [receipt.seq for receipt in got] == [receipt.seq for receipt in expected]
