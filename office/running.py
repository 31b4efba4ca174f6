"""What the engine says that it runs: which cases have a workflow."""

from datetime import datetime

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

OF_CASES = "WorkflowType IN ('RecommendationWorkflow', 'ResponseWorkflow')"


async def conducted(client: Client, task_queue: str) -> dict[str, datetime]:
    """The cases that workflows of ours run for, and since when. The engine's list lags by a moment."""
    query = f"ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}' AND {OF_CASES}"
    return {run.id: run.start_time async for run in client.list_workflows(query, page_size=1000)}


async def runs(client: Client, workflow_id: str) -> bool:
    """Whether a workflow runs under this id, exactly now."""
    try:
        found = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status is WorkflowExecutionStatus.RUNNING


async def without_workflow(client: Client, task_queue: str, cases: list[str]) -> list[str]:
    """Which of these cases no workflow conducts. Each that the list lacks is asked for by its id."""
    listed = await conducted(client, task_queue)
    return [case for case in cases if case not in listed and not await runs(client, case)]
