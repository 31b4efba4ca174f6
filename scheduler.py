"""The worker's scheduler: only work that is safe to repeat, or to miss by a minute. Deadlines are Temporal's."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session, col, select
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ledger.heartbeat import beat
from activities.ledger.repairs import close_repair, open_repair
from activities.mail.dispatch import DispatchCount, Dispatcher
from activities.mail.relay import Unarmed
from activities.mail.setup import dispatcher_for
from activities.scanning.rounds import scan_waiting, scanner
from config.calendar_files import load_calendars
from config.settings import Settings
from lifecycle.calendars import Division
from lifecycle.dates import at_local, local_date
from models.database import Database
from models.messages import DigestStart
from models.tables import CaseRow, Repair, SealedText
from office.uploads.shelf import expire

TASK_QUEUE = "followthrough"
DIGEST_FROM = time(7)
GRACE = timedelta(minutes=5)

log = logging.getLogger(__name__)
Job = Callable[[], Awaitable[str]]


@asynccontextmanager
async def scheduling(settings: Settings, client: Client, database: Database) -> AsyncIterator[None]:
    """Run the jobs while the block does. A job that fails is logged, shown by its heartbeat, and runs again."""
    jobs = Jobs(client, database, settings)
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    every = {
        "dispatch": (jobs.dispatch, timedelta(seconds=settings.dispatch_seconds)),
        "digest": (jobs.digest, timedelta(minutes=5)),
        "reconcile": (jobs.reconcile, timedelta(minutes=10)),
        "scan": (jobs.scan, timedelta(seconds=15)),
        "expire-uploads": (jobs.expire_uploads, timedelta(minutes=10)),
    }
    for name, (job, interval) in every.items():
        scheduler.add_job(
            _beating(database, name, job),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            replace_existing=True,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.remove_all_jobs()
        await jobs.drained()
        scheduler.shutdown(wait=False)
        jobs.close()


def _beating(database: Database, name: str, job: Job) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            with beat(database, name) as heart:
                heart.outcome = await job()
        except Exception:
            log.exception("job failed", extra={"job": name})

    return run


class Jobs:
    """The jobs, and the lock that lets the running dispatch finish before the process ends."""

    def __init__(self, client: Client, database: Database, settings: Settings) -> None:
        self.client = client
        self.database = database
        self.settings = settings
        self._dispatcher: Dispatcher | None = None
        self._sending = asyncio.Lock()

    async def dispatch(self) -> str:
        """Send what is due. An installation that is not armed keeps it until somebody arms it."""
        async with self._sending:
            try:
                return str(await asyncio.to_thread(self._dispatch))
            except Unarmed as unarmed:
                return f"nothing sent: {unarmed}"

    def _dispatch(self) -> DispatchCount:
        self._dispatcher = self._dispatcher or dispatcher_for(self.settings, self.database)
        return self._dispatcher.run_once()

    def close(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()

    async def drained(self) -> None:
        """Wait for the mails that are leaving now."""
        async with self._sending:
            return

    async def scan(self) -> str:
        """Scan uploads that wait for it, and those that had no verdict."""
        clamd = scanner(self.settings.clamd_address)
        return await asyncio.to_thread(scan_waiting, self.database, clamd)

    async def expire_uploads(self) -> str:
        """Discard uploads that nobody submitted in time."""
        gone = await asyncio.to_thread(expire, self.database, self.settings.upload_days)
        return f"{gone} expired"

    async def digest(self) -> str:
        """Is today's digest due and absent? Its id lets it start once, however many ask."""
        now = datetime.now(UTC)
        day = local_date(now)
        calendar = load_calendars().of(Division.ENGLAND_AND_WALES)
        if now < at_local(day, DIGEST_FROM) or not calendar.is_working(day):
            return "not due"
        if await asyncio.to_thread(self._has_digest, f"digest/{day}"):
            return "there"
        try:
            await self.client.start_workflow(
                "DigestWorkflow",
                DigestStart(day=day),
                id=f"digest/{day}",
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"Digest of {day}",
            )
        except WorkflowAlreadyStartedError:
            return "there"
        return "started"

    def _has_digest(self, stream: str) -> bool:
        with self.database.reading() as session:
            return session.get(SealedText, stream) is not None

    async def reconcile(self) -> str:
        """Every open case has a workflow that runs; one that has none is put up for repair."""
        running = {
            run.id
            async for run in self.client.list_workflows(
                "ExecutionStatus = 'Running' AND WorkflowType IN ('RecommendationWorkflow', 'ResponseWorkflow')",
                page_size=1000,
            )
        }
        lost = await asyncio.to_thread(self._note_lost, running)
        return f"{len(running)} running, {lost} without a workflow"

    def _note_lost(self, running: set[str]) -> int:
        now = datetime.now(UTC)
        with self.database.writing() as session:
            lost = [case for case in _open_cases(session, now - GRACE) if case not in running]
            for case in lost:
                open_repair(
                    session,
                    id=f"no-workflow/{case}",
                    subject=case,
                    kind="no_workflow",
                    cause="The ledger holds this case open and no workflow of it runs.",
                    remedy=f"followthrough case reseat {case}",
                )
            for repair in session.exec(
                select(Repair).where(Repair.kind == "no_workflow", col(Repair.closed_at).is_(None))
            ).all():
                if repair.subject in running:
                    close_repair(session, repair.id, "reconcile")
        return len(lost)


def _open_cases(session: Session, before: datetime) -> list[str]:
    return list(
        session.exec(select(CaseRow.id).where(col(CaseRow.ended_on).is_(None), CaseRow.opened_at < before))
    )
