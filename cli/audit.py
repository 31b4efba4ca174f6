"""`followthrough audit`: what should have happened, counted again; what is not so, mended; the chains, walked."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.service import RPCError

from audit.record import Difference
from cli import output
from cli.exits import Exit
from cli.room import TASK_QUEUE, As, AsJson, actor, ledger
from config.settings import load
from config.temporal import NoServer, connect
from models.database import Database
from office.auditing import ROWS, SEATS, audit_rows, audit_seats, every_stream, keep_repairs, one_stream
from office.mending import mend as mend_case
from office.verifying import verify as verify_chains

app = typer.Typer(
    help="The self-audit: what should have happened, counted again.", invoke_without_command=True
)
COLUMNS = ("kind", "subject", "cause", "remedy")
CaseId = Annotated[str, typer.Argument(help="As in `case list`.", metavar="CASE")]
SILENT = Difference(
    "engine_silent",
    "engine",
    "The engine does not answer, so nobody knows which cases have a workflow.",
    "Is `followthrough up` running? Then: followthrough audit",
)


@app.callback()
def audit(
    context: typer.Context,
    case: Annotated[str | None, typer.Option(help="Only this case.", metavar="CASE")] = None,
    as_json: AsJson = False,
) -> None:
    """Count again, from ledger, policies and engine, what should have happened. Exit 1 when something is not so."""
    if context.invoked_subcommand is not None:
        return
    with ledger() as database:
        names = one_stream(database, case) if case else every_stream(database)
        found = audit_rows(database, names, datetime.now(UTC))
        keep_repairs(database, found, ROWS, set(names))
        found += asyncio.run(_seats(database, case))
    output.put_rows([asdict(one) for one in found], COLUMNS, as_json=as_json)
    output.say(f"{len(names)} streams looked at, {len(found)} differences")
    if found:
        raise typer.Exit(int(Exit.found))


async def _seats(database: Database, case: str | None) -> list[Difference]:
    try:
        found = await audit_seats(await connect(load(), database), database, TASK_QUEUE, datetime.now(UTC))
    except (NoServer, RPCError):
        return [SILENT]
    await asyncio.to_thread(keep_repairs, database, found, SEATS)
    return [one for one in found if case in (None, one.subject)]


@app.command()
def mend(case_id: CaseId, as_: As = None, as_json: AsJson = False) -> None:
    """Make a case's rows, act keys and notices again from its events. What may have left before is held."""
    with ledger() as database:
        done, left = mend_case(database, case_id, actor(as_), datetime.now(UTC))
    if as_json:
        output.put_json({"done": done, "left": [asdict(one) for one in left]})
    else:
        for line in done or ["nothing needed mending"]:
            output.put(line)
        output.put_rows([asdict(one) for one in left], COLUMNS, as_json=False)
    if left:
        raise typer.Exit(int(Exit.found))


@app.command()
def verify(
    at: Annotated[
        str | None, typer.Option(help="As the ledger was at this instant, such as a digest names.")
    ] = None,
    head: Annotated[str | None, typer.Option(help="The head hash that it should have had.")] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the hash chain of every stream, and hold sealed texts to their hashes; name the first broken link, and what
    is not what was sealed. Exit 1 when something is, or the head differs."""
    with ledger() as database:
        found = verify_chains(database, at, head)
    if as_json:
        output.put_json(asdict(found))
    else:
        output.put(f"{found.events} events in {found.streams} chains; head {found.head}")
        for stream, link in found.broken.items():
            output.put(f"broken: {stream}: {link}")
        for text in found.false_texts:
            output.put(f"not what was sealed, or gone: {text}: docs/operating.md, A broken chain")
        if found.as_said is False:
            output.put(f"The head is not {head}: something of then was changed, or is gone.")
    if not found.whole:
        raise typer.Exit(int(Exit.found))
