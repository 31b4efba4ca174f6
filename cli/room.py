"""What a command works with: settings, ledger, client, desk; opened when asked for, closed at the end."""

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from temporalio.client import Client

from config.policy_files import fill_shelf
from config.settings import Settings, load
from config.temporal import connect
from config.traces import span
from lifecycle.acts import LONGEST_KEY
from lifecycle.dates import local_date
from models.database import Database
from models.schema import SchemaState, check
from office.desk import Desk
from office.people import NotAllowed, find_actor
from office.reports import ReportDesk
from office.rights import may

TASK_QUEUE = "followthrough"
T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="JSON with stable keys, on stdout.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="FOLLOWTHROUGH_ACTOR", help="The registered person who acts.", metavar="PERSON"
    ),
]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Makes a repeat of this act harmless; a new one each time if not given."),
]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day it happened, if not today (YYYY-MM-DD)."),
]
Text = Annotated[str, typer.Option("--text", help="The words themselves.")]
TextFile = Annotated[
    Path | None, typer.Option("--file", exists=True, dir_okay=False, help="A file with the words.")
]


@contextmanager
def ledger() -> Iterator[Database]:
    """The ledger, which must have been made by `followthrough up` or `worker`.

    Raises:
        SettingsError, NewerSchema; NoLedger when there is none yet.
    """
    settings = load()
    database = Database(settings.database_url)
    try:
        if check(database) is SchemaState.empty:
            raise NotAllowed("There is no ledger here yet. Run `followthrough up` (or `make run`) once.")
        fill_shelf()
        yield database
    finally:
        database.close()


@contextmanager
def whole_ledger() -> Iterator[Database]:
    """As `ledger`, for a command that shows cases whole: with what only the inspectorate may see of them.

    Raises NotAllowed, when somebody is named (FOLLOWTHROUGH_ACTOR) who may not see that.
    """
    with ledger() as database:
        if person := load().actor:
            with database.reading() as session:
                actor = find_actor(session, person, today())
            if not may(actor, "see_cases"):
                raise NotAllowed(
                    f"{person} does not see cases whole, as commands show them. What they may see of their own is in "
                    f"the console: {load().base_url}"
                )
        yield database


def with_desk(deed: Callable[[Desk], Awaitable[T]]) -> T:
    """Do something at the desk, connected to the engine."""
    with ledger() as database:
        return asyncio.run(_at_desk(load(), database, deed))


async def _at_desk(settings: Settings, database: Database, deed: Callable[[Desk], Awaitable[T]]) -> T:
    client = await connect(settings, database)
    with span(f"cli {_command()}"):
        return await deed(Desk(client, database))


def _command() -> str:
    """The two words of a command that asks the engine: case submit."""
    return " ".join(sys.argv[1:3])


def with_reports(deed: Callable[[ReportDesk, Client], Awaitable[T]]) -> T:
    """Do something with a report, connected to the engine."""

    async def at(settings: Settings, database: Database) -> T:
        client = await connect(settings, database)
        with span(f"cli {_command()}"):
            return await deed(ReportDesk(client, database, TASK_QUEUE), client)

    with ledger() as database:
        return asyncio.run(at(load(), database))


def actor(named: str | None) -> str:
    """The person who acts, from --as or FOLLOWTHROUGH_ACTOR or the settings file."""
    person = named or load().actor
    if not person:
        raise NotAllowed(
            "Nobody was named. Set FOLLOWTHROUGH_ACTOR or give --as PERSON (followthrough people)."
        )
    return person


def key(given: str | None) -> str:
    if given and len(given) > LONGEST_KEY:
        raise typer.BadParameter(f"The key has {len(given)} characters; at most {LONGEST_KEY} are taken.")
    return given or f"cli-{uuid.uuid4()}"


def day(given: datetime | None) -> date | None:
    return given.date() if given else None


def today() -> date:
    return local_date(datetime.now(UTC))


def words(text: str, file: Path | None, what: str) -> str:
    """The words of an act, from --text or --file; refused when there are none."""
    try:
        said = file.read_text("utf-8") if file else text
    except UnicodeDecodeError as error:
        raise typer.BadParameter(
            f"{file} is not text in UTF-8 (byte {error.start + 1}: {error.reason}). Save it as UTF-8."
        ) from None
    if not said.strip():
        raise typer.BadParameter(f"Give {what} with --text or --file.")
    return said
