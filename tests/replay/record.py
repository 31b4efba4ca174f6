"""`python -m tests.replay.record`: records the histories of whole lives from a real server, never edited by hand."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from config.policy_files import fill_shelf
from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports
from models.database import Database
from models.messages import DigestStart, PublishReport, ReportStart, Reseat, StartCases, TimeFrame
from models.schema import upgrade
from office.reports import ReportDesk
from tests.replay.manifest import HISTORIES, release, write_manifest
from tests.unit import builders as b
from tests.workflows import lives
from tests.workflows.scene import Followed, Scene
from tests.workflows.test_response import open_response

Scenario = Callable[[Scene], Awaitable[Followed]]
REAL = TimeFrame()


async def overdue(scene: Scene) -> Followed:
    """Nothing comes: the whole ladder falls, then it is assessed without a submission and withdrawn."""
    case = await scene.open()
    await case.take(b.request())
    await case.until(b.london(date(2017, 6, 29), "09:00"))
    await case.take(b.withdrawal())
    await case.handle.result()
    return case


async def moved(scene: Scene) -> Followed:
    """A date is moved while its timer is armed, and the plan comes in time for the new one."""
    case = await scene.open()
    await case.take(b.request())
    await case.take(b.move("submission", date(2017, 6, 30)))
    await case.until(b.london(date(2017, 6, 16), "09:00"))
    await case.take(b.submission())
    return case


async def reseated(scene: Scene) -> Followed:
    """A case is folded again from its ledger, and goes on."""
    case = await lives.up_to(scene, "record_submission")
    await case.handle.execute_update("reseat", Reseat(key="reseat-1", actor="ops-1"))
    await case.take(b.assessment())
    return case


async def late(scene: Scene) -> Followed:
    """A case of before our time: what was due then is recorded and not sent."""
    return await scene.open(
        at=b.london(date(2018, 1, 9), "10:00"), own_limits=lives.SIX_MONTHS, source="a spreadsheet"
    )


async def report(scene: Scene) -> Followed:
    """A report holds its publication; left out by decision, it publishes."""
    desk = ReportDesk(scene.client, scene.database, scene.queue)
    opening = scene.opening(report=f"report-{scene.name}")
    handle = await scene.client.start_workflow(
        "ReportWorkflow",
        ReportStart(report=opening.report),
        id=f"report/{scene.name}",
        task_queue=scene.queue,
    )
    await handle.execute_update(
        "open_cases", StartCases(report=opening.report, openings=(opening,), time=REAL)
    )
    await desk.opened((opening,))
    await handle.execute_update(
        "publish", PublishReport(key=f"publish-{scene.name}", actor="lead-1", left_out={opening.id: "late"})
    )
    await handle.result()
    return Followed(scene, handle, REAL)


async def digest(scene: Scene) -> Followed:
    """A day's digest."""
    handle = await scene.client.start_workflow(
        "DigestWorkflow",
        DigestStart(day=date(2017, 5, 16)),
        id=f"digest/{scene.name}",
        task_queue=scene.queue,
    )
    await handle.result()
    return Followed(scene, handle, REAL)


async def response(scene: Scene) -> Followed:
    """An oversight body is reminded of its 56 days, and responds."""
    case = await open_response(scene)
    await case.take(b.invitation())
    await case.until(b.london(date(2017, 11, 29), "09:00"))
    await case.take(b.response())
    await case.handle.result()
    return case


SCENARIOS: dict[str, tuple[str, Scenario]] = {
    "whole-life": ("RecommendationWorkflow", lives.whole_life),
    "overdue": ("RecommendationWorkflow", overdue),
    "moved": ("RecommendationWorkflow", moved),
    "reseated": ("RecommendationWorkflow", reseated),
    "taken-over": ("RecommendationWorkflow", late),
    "published": ("ReportWorkflow", report),
    "response": ("ResponseWorkflow", response),
    "digest": ("DigestWorkflow", digest),
}


async def record() -> None:
    """Record every scenario under this version, then the manifest."""
    fill_shelf()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/ledger.db")
        upgrade(database)
        [port] = free_ports(1)
        async with engine(Plan(Path(folder) / "engine", port, virtual=True)) as running:
            skipper = TimeSkipper(running.client, config=TimeSkippingConfig(enabled=False))
            scene = Scene(running.client, skipper, database)
            async with scene.working():
                for name, (kind, scenario) in SCENARIOS.items():
                    case = await scenario(scene)
                    history = await case.handle.fetch_history()
                    path = HISTORIES / kind / release() / f"{name}.json"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(history.to_json() + "\n", "utf-8")
                    print(f"{kind}/{name}: {len(history.events)} events")
        database.close()
    write_manifest()


if __name__ == "__main__":
    asyncio.run(record())
