"""The worker process: settings, client, workers, scheduler, graceful drain."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.cases import CaseActivities
from activities.ledger.recording import Keeper, LedgerActivities
from config.policy_files import fill_shelf
from config.sandbox import Sandbox
from config.settings import Settings
from config.temporal import connect
from models.database import Database
from models.installation import establish
from models.schema import upgrade
from office.doorkeeper import Doorkeeper
from office.reference import load_reference
from scheduler import scheduling
from watching.server import require_sdk_port, watched
from workflows.digest import DigestWorkflow
from workflows.recommendation import RecommendationWorkflow
from workflows.report import ReportWorkflow
from workflows.response import ResponseWorkflow

TASK_QUEUE = "followthrough"
WORKFLOWS = [RecommendationWorkflow, ReportWorkflow, ResponseWorkflow, DigestWorkflow]
PASSED_THROUGH = ("lifecycle", "models", "pydantic", "pydantic_core", "annotated_types")
THREADS = 20
CACHED = 1000  # cases in memory, unless a setting says otherwise
DRAIN = timedelta(seconds=20)

log = logging.getLogger(__name__)


def worker_name() -> str:
    """This process, as leases and heartbeats name it."""
    return f"{socket.gethostname()}-{os.getpid()}"


def runner(*, strict: bool) -> WorkflowRunner:
    """Runs workflows in the sandbox, with the pure packages passed through.

    A strict one imports workflows/ afresh for each case, and so stops what could not be replayed in them too. The
    suite works and replays in a strict one; production does not pay for it again (docs/decisions/0009).
    """
    passed = PASSED_THROUGH if strict else (*PASSED_THROUGH, "workflows")
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*passed)
    return Sandbox(SandboxedWorkflowRunner(restrictions=restrictions))


@asynccontextmanager
async def working(
    client: Client,
    database: Database,
    *,
    task_queue: str = TASK_QUEUE,
    cached: int = CACHED,
    at_once: int = 100,
    strict: bool = False,
    keeper: Keeper | None = None,
) -> AsyncIterator[Worker]:
    """A worker that runs while the block does, and drains at its end. The shelf of rules is filled first."""
    fill_shelf()
    cases = CaseActivities(client, database, task_queue)
    ledger = LedgerActivities(database, keeper)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="activity") as threads:
        worker = Worker(
            client,
            task_queue=task_queue,
            workflows=WORKFLOWS,
            activities=[
                ledger.append,
                ledger.read_stream,
                ledger.note_parked,
                ledger.report_state,
                ledger.record_order,
                ledger.make_digest,
                cases.start_cases,
                cases.publish_cases,
                cases.start_responses,
            ],
            workflow_runner=runner(strict=strict),
            activity_executor=threads,
            max_cached_workflows=cached,
            max_concurrent_activities=THREADS,
            max_concurrent_local_activities=at_once,
            max_concurrent_workflow_tasks=at_once,
            graceful_shutdown_timeout=DRAIN,
        )
        async with worker:
            yield worker


async def serve(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Work until told to stop by signal or event; then drain. The scheduler's jobs run beside the worker."""
    stop = stop or stop_on_signals()
    database = Database(settings.database_url)
    upgrade(database)
    establish(database)
    load_reference(database)
    require_sdk_port(settings)
    client = await connect(settings, database, measured=True)
    async with (
        working(client, database, cached=settings.cases_in_memory, keeper=Doorkeeper()) as worker,
        scheduling(settings, client, database),
        watched(settings, database, client, worker),
    ):
        log.info("working", extra={"task_queue": TASK_QUEUE, "worker": worker_name()})
        await stop.wait()
        log.info("draining")
    database.close()


def stop_on_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
