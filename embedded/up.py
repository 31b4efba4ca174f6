"""`followthrough up`: the whole product on this machine. Starts what is not elsewhere, drains on Ctrl-C, resumes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

from temporalio.client import Client

from config.settings import Settings
from config.sources import variable
from config.temporal import connect
from console.server import serving
from embedded.engine import Engine, EngineFailed, engine
from embedded.inbox import Inbox
from embedded.lock import hold
from embedded.namespace import prepare
from embedded.plan import Plan
from embedded.ports import require_all_free
from embedded.site import site_serving
from lifecycle.dates import local_date
from lifecycle.words import ENGINE
from models.database import Database
from models.installation import establish
from models.schema import upgrade
from office.doorkeeper import Doorkeeper
from office.first_start import load_first_start
from office.rebuild import Rebuild, open_cases
from office.reports import ReportDesk
from office.running import without_workflow
from scheduler import scheduling
from watching.server import watched
from worker import TASK_QUEUE, stop_on_signals, working

Say = Callable[[str], None]


_SAMPLE_PEOPLE = "ops-1, lead-1 or inspector-1@inspectorate.example, or liaison@bedfordshire.police.example"


async def up(settings: Settings, say: Say, *, sample: bool = True) -> None:
    """Run until Ctrl-C, SIGTERM, or the engine's own end. All that was accepted is kept, and goes on next time.

    Raises:
        HomeBusy, NoEngine, PortTaken, WrongEngine, EngineFailed, InboxError, NewerSchema, WrongTimeline, NoServer,
        AssetsError:
        each says what is wrong and what to do; nothing half-started remains.
    """
    stop = stop_on_signals()
    with hold(settings.home):
        require_all_free(_ports(settings))
        database = _ledger(settings)
        with contextlib.closing(database), _inbox(settings) as inbox:
            async with _engine(settings) as running:
                client = await connect(settings, database, measured=True)
                await prepare(client)
                async with (
                    working(client, database, cached=settings.cases_in_memory, keeper=Doorkeeper()) as worker,
                    scheduling(settings, client, database),
                    watched(settings, database, client, worker),
                ):
                    await _seat_lost(settings, client, database, say)
                    if sample:
                        desk = ReportDesk(client, database, TASK_QUEUE)
                        await load_first_start(desk, local_date(datetime.now(UTC)), say)
                    async with (
                        serving(settings, database, client),
                        site_serving(settings.site, settings.site_port) as site,
                    ):
                        _greet(settings, running, inbox, site, say)
                        await _until_stopped(stop, running, say)


async def _seat_lost(settings: Settings, client: Client, database: Database, say: Say) -> None:
    """A new engine under an old ledger: our own is seated again by itself; on somebody's server a person decides."""
    lost = await without_workflow(client, TASK_QUEUE, await asyncio.to_thread(open_cases, database))
    if not lost:
        return
    say(f"The ledger holds {len(lost)} open cases that have no workflow.")
    if not settings.embedded_engine:
        say(
            "Is this the right namespace (TEMPORAL_NAMESPACE)? If so, run: followthrough engine rebuild "
            "(docs/operating.md). Until then nothing conducts them."
        )
        return
    say("Seating them again from the ledger; nothing is lost, and no mail is sent twice.")
    say((await Rebuild(client, database, TASK_QUEUE, ENGINE).run()).words())


def _ports(settings: Settings) -> list[tuple[int, str, str]]:
    """All that we listen at, but for the engine's: what an engine of a killed run holds is taken back first."""
    purposes = {
        "console_port": "the console",
        "site_port": "the public site",
        "metrics_port": "metrics",
        "sdk_metrics_port": "the SDK's metrics",
    }
    if settings.embedded_inbox:
        purposes |= {
            "inbox_smtp_port": "the local inbox, taking mail",
            "inbox_web_port": "the local inbox's pages",
        }
    ports: dict[str, int | None] = {field: getattr(settings, field) for field in purposes}
    return [(port, purposes[field], variable(field)) for field, port in ports.items() if port is not None]


def _ledger(settings: Settings) -> Database:
    database = Database(settings.database_url)
    try:
        upgrade(database)
        establish(database)
    except BaseException:
        database.close()
        raise
    return database


@contextlib.contextmanager
def _inbox(settings: Settings) -> Iterator[Inbox | None]:
    if not settings.embedded_inbox:
        yield None
        return
    with Inbox().start(settings.inbox_smtp_port, settings.inbox_web_port, settings.home / "inbox") as inbox:
        yield inbox


@contextlib.asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[Engine | None]:
    if not settings.embedded_engine:
        yield None
        return
    codec = f"{settings.base_url.rstrip('/')}/codec"
    plan = Plan(settings.home, settings.engine_port, settings.engine_ui_port, codec=codec)
    async with engine(plan, held=True) as running:
        yield running


async def _until_stopped(stop: asyncio.Event, running: Engine | None, say: Say) -> None:
    stopped = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(running.ended()) if running else None
    waits: list[asyncio.Task[bool] | asyncio.Task[int]] = [stopped, *([ended] if ended else [])]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    if running is not None and not stop.is_set():
        raise EngineFailed(
            f"the engine ended by itself. Nothing recorded is lost: start again. Its log: {running.plan.log}."
        )
    say("Draining: finishing what is under way. Start again to go on where this stopped.")


def _greet(settings: Settings, running: Engine | None, inbox: Inbox | None, site: str, say: Say) -> None:
    say("")
    say("Followthrough is running.")
    say(f"  Console              {settings.base_url}   (sign in as {_SAMPLE_PEOPLE})")
    say(f"  Public site          {site}")
    if inbox is not None:
        say(f"  Mail as received     {inbox.web_url}")
    if running is not None and running.ui_url:
        say(f"  Workflows            {running.ui_url}/namespaces/default/workflows")
    if running is None:
        say(f"  Engine               {settings.engine_address}")
    if settings.metrics_port is not None:
        say(f"  Metrics              http://{settings.metrics_host}:{settings.metrics_port}/metrics")
    say(f"  Everything it keeps  {settings.home}")
    say("")
    say("What to try next, in a second terminal:")
    say("  . .venv/bin/activate && export FOLLOWTHROUGH_ACTOR=lead-1")
    say("  followthrough case list --overdue            what is late")
    say("  followthrough agenda --days 7                what will happen if nobody acts")
    say("  followthrough case show CASE                 one case, from the list")
    say("  followthrough replay bedfordshire-2017       the case of 2016-17, in virtual time")
    say("")
    say("Ctrl-C drains and stops.")
