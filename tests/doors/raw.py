"""The engine's own door: `temporal workflow update` and `query`, past everything of ours but the workflows."""

import json
import subprocess

from embedded.binary import find_binary
from tests.cli.running import Installation


def update(
    there: Installation, workflow: str, name: str, message: object
) -> subprocess.CompletedProcess[str]:
    """An update with this message, as Temporal's own command sends it."""
    words = ["workflow", "update", "execute", "--workflow-id", workflow, "--name", name]
    return _temporal(there, *words, "--input", json.dumps(message))


def start(there: Installation, kind: str, workflow: str, message: object) -> subprocess.CompletedProcess[str]:
    """A workflow of one's own, as Temporal's own command starts it."""
    words = ["workflow", "start", "--type", kind, "--workflow-id", workflow, "--task-queue", "followthrough"]
    return _temporal(there, *words, "--input", json.dumps(message))


def view(there: Installation, workflow: str) -> str:
    """What Temporal's own command shows of a case that it asks."""
    words = ["workflow", "query", "--workflow-id", workflow, "--type", "view", "--output", "json"]
    asked = _temporal(there, *words)
    return asked.stdout + asked.stderr


def _temporal(there: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    order = [str(find_binary()), *words, "--address", f"127.0.0.1:{there.ports['ENGINE_PORT']}"]
    return subprocess.run(order, capture_output=True, text=True, timeout=60, check=False)
