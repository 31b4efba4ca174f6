"""Record the histories of all scenarios with the code as it is: `python -m tests.replay.record`.

Histories of earlier versions stay where they are, and are replayed as long as cases of their time may be running.
"""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from config.policy_files import fill_shelf
from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports
from models import schema
from models.database import Database
from tests.replay.scenarios import HURRIED, SCENARIOS, Scenario
from tests.replay.source import hashes
from tests.workflows.hurried import Hurried, runs_of
from tests.workflows.scene import Scene

HISTORIES = Path(__file__).parent / "histories"
PROCESS = re.compile(r"\d+@[\w.-]+")
"""How a worker names itself, and its own task queue: process@machine."""
MANIFEST = HISTORIES / "MANIFEST.json"
SCRUBBED = {"identity": "recorder", "stackTrace": ""}


def this_version() -> str:
    return version("followthrough")


async def record() -> int:
    """Play every scenario and keep its history; answers how many were kept."""
    fill_shelf()
    for old in HISTORIES.glob(f"*/{this_version()}"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory() as folder:
        kept = await _on(Path(folder, "plain"), Plan, SCENARIOS)
        kept += await _on(Path(folder, "hurried"), Hurried, HURRIED)
    MANIFEST.write_text(json.dumps({"version": this_version(), "code": hashes()}, indent=1) + "\n")
    return kept


async def _on(home: Path, plan: type[Plan], scenarios: dict[tuple[str, str], Scenario]) -> int:
    [port] = free_ports(1)
    kept = 0
    async with engine(plan(home, port, virtual=True)) as running:
        for (workflow, name), scenario in scenarios.items():
            kept += await _play(running.client, home / f"{name}.db", workflow, name, scenario)
    return kept


async def _play(client: Client, ledger: Path, workflow: str, name: str, scenario: Scenario) -> int:
    database = Database(f"sqlite:///{ledger}")
    schema.upgrade(database)
    scene = Scene(client, TimeSkipper(client, config=TimeSkippingConfig(enabled=False)), database, name)
    async with scene.working():
        workflow_id = await scenario(scene)
        runs = await runs_of(client, workflow_id)
        for number, run in enumerate(runs, 1):
            history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
            file = f"{name}-{number}.json" if len(runs) > 1 else f"{name}.json"
            _keep(HISTORIES / workflow / this_version() / file, history.to_json())
    database.close()
    return len(runs)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_scrubbed(json.loads(text)), separators=(",", ":"), sort_keys=True) + "\n")


def _scrubbed(value: object) -> object:
    """Without the names of this machine and its processes."""
    if isinstance(value, dict):
        return {key: SCRUBBED.get(key, _scrubbed(one)) for key, one in value.items()}
    if isinstance(value, list):
        return [_scrubbed(one) for one in value]
    return PROCESS.sub("recorder", value) if isinstance(value, str) else value


if __name__ == "__main__":
    print(f"{asyncio.run(record())} histories in {HISTORIES}")
    sys.exit(0)
