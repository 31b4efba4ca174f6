"""How the workers are, as the engine sees them: who polls the queue, and how much waits in it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.service import RPCError

PATIENCE = timedelta(seconds=3)
FRESH = timedelta(minutes=2)
KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


@dataclass(frozen=True)
class Queue:
    """One side of the task queue: its pollers (who, and when last seen), and what waits."""

    kind: str
    pollers: tuple[tuple[str, datetime], ...]
    backlog: int
    waiting_for: timedelta


@dataclass(frozen=True)
class Engine:
    """What the engine answered; without queues, `trouble` says why."""

    queues: tuple[Queue, ...] = ()
    trouble: str = ""

    @property
    def workers(self) -> int:
        """How many workers poll for workflow tasks."""
        return sum(len(queue.pollers) for queue in self.queues if queue.kind == "workflow")

    @property
    def backlog(self) -> int:
        return sum(queue.backlog for queue in self.queues)

    @property
    def well(self) -> bool:
        return not self.trouble and all(queue.pollers for queue in self.queues)


async def engine(client: Client, task_queue: str) -> Engine:
    """Ask the engine about both sides of a task queue. Says what is wrong rather than raise."""
    try:
        found = await asyncio.gather(*(_describe(client, task_queue, kind) for kind in KINDS))
    except (RPCError, RuntimeError) as error:
        return Engine(trouble=f"The engine does not answer: {error}")
    return Engine(tuple(found))


async def _describe(client: Client, task_queue: str, kind: str) -> Queue:
    said: DescribeTaskQueueResponse = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=KINDS[kind],
            report_stats=True,
        ),
        timeout=PATIENCE,
    )
    seen = ((poller.identity, poller.last_access_time.ToDatetime(tzinfo=UTC)) for poller in said.pollers)
    recently = datetime.now(UTC) - FRESH
    return Queue(
        kind=kind,
        pollers=tuple(sorted(one for one in seen if one[1] >= recently)),
        backlog=said.stats.approximate_backlog_count,
        waiting_for=said.stats.approximate_backlog_age.ToTimedelta(),
    )
