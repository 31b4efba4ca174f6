"""An engine that suggests early to continue as new, and the runs that follow from it."""

from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from embedded.plan import Plan

EARLY = "limit.historyCount.suggestContinueAsNew=40"


@dataclass(frozen=True)
class Hurried(Plan):
    """Suggests it after forty events."""

    def command(self, binary: Path) -> list[str]:
        return [*super().command(binary), "--dynamic-config-value", EARLY]


async def runs_of(client: Client, workflow_id: str) -> list[str]:
    """The runs of a workflow, the first one first."""
    found = [(await client.get_workflow_handle(workflow_id).describe()).run_id]
    while True:
        first = (await client.get_workflow_handle(workflow_id, run_id=found[0]).fetch_history()).events[0]
        before = first.workflow_execution_started_event_attributes.continued_execution_run_id
        if not before:
            return found
        found.insert(0, before)
