"""Changing workflow code never strands a running case: every recorded history replays."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from config.policy_files import fill_shelf
from tests.replay.manifest import HISTORIES, code_hash, recorded_hash
from worker import PASSED_THROUGH, WORKFLOWS

RECORDED = sorted(HISTORIES.glob("*/*/*.json"))


def test_histories_of_every_workflow_are_kept() -> None:
    kept = {path.relative_to(HISTORIES).parts[0] for path in RECORDED}
    assert {"RecommendationWorkflow", "ReportWorkflow", "ResponseWorkflow", "DigestWorkflow"} <= kept


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: str(path.relative_to(HISTORIES)))
def test_a_recorded_history_replays(path: Path) -> None:
    fill_shelf()
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        ),
    )
    history = WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))
    asyncio.run(replayer.replay_workflow(history))


def test_a_change_of_workflow_code_comes_with_histories_of_its_own() -> None:
    assert code_hash() == recorded_hash(), (
        "workflows/ or lifecycle/ changed since the histories were recorded. If the recorded ones still replay, "
        "record new ones beside them and commit both: python -m tests.replay.record"
    )
