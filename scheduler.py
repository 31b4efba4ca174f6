"""The worker's scheduler: only work that is safe to repeat, or to miss by a minute. Deadlines are Temporal's."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.beacon import NotDelivered, give_sign
from activities.ledger.heartbeat import beat, retire, take_turn
from activities.mail.dispatch import DispatchCount, Dispatcher
from activities.mail.relay import Unarmed
from activities.mail.setup import dispatcher_for
from activities.scanning.rounds import scan_waiting, scanner
from activities.wall import until_set_back
from config.calendar_files import load_calendars
from config.settings import Settings
from lifecycle.calendars import Division
from lifecycle.dates import at_local, local_date
from models.database import Database
from models.messages import DigestStart
from models.tables import SealedText
from office.auditing import SEATS, audit_seats, audit_tonight, keep_repairs
from office.next_instants import note_next_instants
from office.overslept import wake_overslept
from office.revoking import revoke_leavers
from office.unrecorded import close_recorded
from office.uploads.shelf import expire
from publication.keeping import keep_current

TASK_QUEUE = "followthrough"
DIGEST_FROM = time(7)
AUDIT = "audit"
AUDIT_FROM = time(2)
WAKING = timedelta(minutes=15)
"""After a start cases record what fell due meanwhile; the audit waits for that."""

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
        "wake": (jobs.wake, timedelta(minutes=2)),
        "scan": (jobs.scan, timedelta(seconds=15)),
        "expire-uploads": (jobs.expire_uploads, timedelta(minutes=10)),
        "leavers": (jobs.leavers, timedelta(minutes=10)),
    }
    if settings.site_seconds:
        every["site"] = (jobs.site, timedelta(seconds=settings.site_seconds))
    scheduler.add_job(jobs.audit, "interval", minutes=10, id=AUDIT, next_run_time=datetime.now(UTC) + WAKING)
    for name, (job, interval) in every.items():
        scheduler.add_job(
            _beating(database, name, job),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            replace_existing=True,
            next_run_time=datetime.now(UTC),
        )
    scheduler.add_job(retire, args=[database, {*every, AUDIT}])
    scheduler.start()
    watch = asyncio.create_task(_keep_in_time(scheduler))
    try:
        yield
    finally:
        watch.cancel()
        scheduler.remove_all_jobs()
        await jobs.drained()
        scheduler.shutdown(wait=False)
        jobs.close()


async def _keep_in_time(scheduler: AsyncIOScheduler) -> None:
    """The scheduler plans by the wall's clock: when that is set back, all jobs would stop for as long."""
    while True:
        back = await until_set_back()
        log.warning("the clock was set back: jobs are planned anew", extra={"seconds": round(back)})
        for job in scheduler.get_jobs():
            scheduler.modify_job(job.id, next_run_time=datetime.now(UTC))


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

    async def site(self) -> str:
        """Build the public site again when what it tells has changed."""
        given, today = self.settings, local_date(datetime.now(UTC))
        return await keep_current(self.database, given.database_url, given.site, given.site_url, today)

    async def leavers(self) -> str:
        """Revoke the sessions and tokens of those who have left: their rights ended with the day already."""
        people = await asyncio.to_thread(revoke_leavers, self.database, datetime.now(UTC))
        return f"of {people} people"

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
        """Every open case has a workflow, and no other case has one; what is not so is put up for repair."""
        found = await audit_seats(self.client, self.database, TASK_QUEUE, datetime.now(UTC))
        await asyncio.to_thread(keep_repairs, self.database, found, SEATS)
        await asyncio.to_thread(close_recorded, self.database)
        lost = sum(one.kind == "no_workflow" for one in found)
        return await self._with_sign(f"{lost} without a workflow, {len(found) - lost} workflows too many")

    async def wake(self) -> str:
        """A case whose timer is late records what fell due meanwhile."""
        woken = await wake_overslept(self.client, self.database, datetime.now(UTC))
        return f"{woken} that overslept"

    async def audit(self) -> None:
        """The night's audit of the rows, once a night by whoever comes first; it beats only when it runs."""
        now = datetime.now(UTC)
        if await asyncio.to_thread(take_turn, self.database, AUDIT, last_night(now), now):
            await _beating(self.database, AUDIT, self._audited)()

    async def _audited(self) -> str:
        names, found = await asyncio.to_thread(audit_tonight, self.database, datetime.now(UTC))
        await asyncio.to_thread(note_next_instants, self.database)
        return await self._with_sign(f"{len(names)} streams, {len(found)} differences")

    async def _with_sign(self, outcome: str) -> str:
        """Give a sign of life outside, where a setting says so. One that is not taken is said, and fails nothing."""
        if self.settings.heartbeat_url is None:
            return outcome
        try:
            await asyncio.to_thread(give_sign, self.settings.heartbeat_url)
        except NotDelivered as silent:
            log.warning("heartbeat not delivered", extra={"reason": str(silent)})
            return f"{outcome}; heartbeat not delivered: {silent}"
        return outcome


def last_night(now: datetime) -> datetime:
    """The last time at which a night's audit fell due."""
    today = at_local(local_date(now), AUDIT_FROM)
    return today if today <= now else at_local(local_date(now) - timedelta(days=1), AUDIT_FROM)
