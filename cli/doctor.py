"""`followthrough doctor`: what is well, what is not, and what to do about it. Exit 1 when something is wrong."""

import asyncio
import platform
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import typer
from sqlalchemy import func
from sqlmodel import col, select
from temporalio.service import RPCError

from activities.ledger.heartbeat import is_late
from activities.mail.arming import Standing, stands
from activities.scanning.clamd import NotScanned
from activities.scanning.rounds import scanner
from cli import output
from cli.exits import Exit
from cli.room import AsJson, today
from config.calendar_files import load_calendars
from config.payload_keys import ring_for
from config.policy_files import load_policies
from config.settings import Settings, load
from config.temporal import NoServer, connect
from embedded.binary import NoEngine, find_binary
from lifecycle.calendars import Division
from models.database import Database
from models.schema import SchemaState, check
from models.tables import Heartbeat, Notice, NoticeState, Repair
from office.letter_pdf import why_not
from office.letter_words import unreviewed
from office.payload_keys import lost_keys

app = typer.Typer()
HORIZON = timedelta(days=180)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well or not, what was seen, and what to do."""

    check: str
    well: bool
    seen: str
    do: str = ""


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look over this installation: settings, tables, engine, jobs, calendars, mail, repairs."""
    settings = load()
    findings = [
        *_machine(),
        *_rules(),
        *_letters(),
        *_engine(settings),
        *_ledger(settings),
        _scanner(settings),
    ]
    rows = [{**vars(one), "well": "yes" if one.well else "NO"} for one in findings]
    output.put_rows(rows, ("check", "well", "seen", "do"), as_json=as_json)
    if not all(one.well for one in findings):
        raise typer.Exit(int(Exit.found))


def _machine() -> Iterator[Finding]:
    tested = platform.python_version_tuple()[:2] in (("3", "11"), ("3", "12"), ("3", "13"))
    yield Finding("python", tested, platform.python_version(), "" if tested else "Use Python 3.11 to 3.13.")
    try:
        yield Finding("engine program", True, str(find_binary()))
    except NoEngine as error:
        yield Finding("engine program", False, "not found", str(error))


def _rules() -> Iterator[Finding]:
    yield Finding("policies", True, f"{len(load_policies())} versions")
    last = load_calendars().of(Division.ENGLAND_AND_WALES).last_year
    far = (datetime(last, 12, 31, tzinfo=UTC).date() - today()) > HORIZON
    yield Finding(
        "bank holidays",
        far,
        f"until the end of {last}",
        "" if far else "Add the next table (docs/calendars.md).",
    )


def _letters() -> Iterator[Finding]:
    missing = why_not()
    done = "made, tagged" if not missing else f"not made: {missing}"
    todo = "Install Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0). Letters go as HTML until then."
    yield Finding("letters as PDF", not missing, done, todo if missing else "")
    waiting = len(unreviewed())
    yield Finding(
        "Welsh letters",
        True,
        f"{waiting} texts nobody has reviewed: not sent" if waiting else "all texts reviewed",
        "Have them reviewed, and enter who did in config/templates/letters." if waiting else "",
    )


def _engine(settings: Settings) -> Iterator[Finding]:
    try:
        asyncio.run(_ask(settings))
        yield Finding("engine", True, settings.engine_address)
    except (NoServer, RPCError) as error:
        yield Finding("engine", False, "no answer", str(error))


async def _ask(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database:
        client = await connect(settings, database)
    await client.count_workflows("WorkflowType = 'RecommendationWorkflow'")


def _scanner(settings: Settings) -> Finding:
    opens = "may" if settings.open_unscanned else "may not"
    clamd = scanner(settings.clamd_address)
    if clamd is None:
        seen = f"WARNING: none, so no upload is ever scanned; unscanned files {opens} be opened"
        return Finding("virus scanner", True, seen, "Set CLAMD_ADDRESS (docs/uploads.md).")
    try:
        clamd.ping()
    except NotScanned as error:
        return Finding(
            "virus scanner", False, str(error), "Is clamd running, and may this user use its socket?"
        )
    return Finding("virus scanner", True, f"{clamd.address}; unscanned files {opens} be opened")


def _ledger(settings: Settings) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        state = check(database)
        yield Finding(
            "tables",
            state is SchemaState.current,
            state.value,
            "" if state is SchemaState.current else "Run `followthrough up` or `followthrough worker` once.",
        )
        if state is SchemaState.current:
            yield _payload_keys(settings, database)
            yield from _inside(database)
    finally:
        database.close()


def _payload_keys(settings: Settings, database: Database) -> Finding:
    ring = ring_for(settings)
    lost = lost_keys(database, ring)
    if ring is None and not lost:
        return Finding("payload keys", True, "none: what the engine keeps is not sealed", "docs/settings.md")
    seen = f"{lost} data keys are wrapped by a master key that is not here" if lost else "sealed"
    return Finding("payload keys", not lost, seen, "docs/operating.md, Payload keys" if lost else "")


def _sending(here: Standing) -> Finding:
    if here.mute:
        return Finding("armed", False, "a copy, and mute: nothing is sent", "docs/operating.md, Restore")
    if here.copy_of:
        return Finding("armed", True, f"a copy of {here.copy_of[:8]}: all mail goes to its sink")
    return Finding("armed", True, "yes: mail leaves this machine" if here.armed else "no: loopback only")


def _inside(database: Database) -> Iterator[Finding]:
    yield _sending(stands(database))
    with database.reading() as session:
        now = datetime.now(UTC)
        for beat in session.exec(select(Heartbeat).order_by(col(Heartbeat.job))):
            age = now - (beat.finished_at or beat.started_at)
            well = not is_late(beat, now) and not beat.outcome.startswith("failed")
            yield Finding(
                f"job {beat.job}",
                well,
                f"{int(age.total_seconds())} s ago: {beat.outcome}",
                "" if well else "Is a worker running? Its log says why a job failed.",
            )
        unknown = session.exec(
            select(func.count()).select_from(Notice).where(Notice.state == NoticeState.unknown.value)
        ).one()
        yield Finding(
            "unknown sends",
            unknown == 0,
            str(unknown),
            "" if unknown == 0 else "followthrough mail list --state unknown",
        )
        for repair in session.exec(
            select(Repair).where(col(Repair.closed_at).is_(None)).order_by(col(Repair.opened_at))
        ):
            yield Finding(f"repair {repair.kind}", False, f"{repair.subject}: {repair.cause}", repair.remedy)
