"""`followthrough engine …`: what Temporal conducts, made again from the ledger."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli import output
from cli.exits import Exit
from cli.room import TASK_QUEUE, As, AsJson, actor, ledger, with_desk
from config.payload_keys import ring_for
from config.settings import load
from lifecycle.words import Refused
from office.desk import Desk
from office.payload_keys import rewrap as wrap_again
from office.rebuild import Rebuild, Rebuilt
from secrecy.case_keys import CaseKeys

app = typer.Typer(help="The engine: workflows, made again from the ledger.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The engine: docs/operating.md says when each is needed."""


@app.command()
def rebuild(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")
    ] = False,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Seat every open case and unfinished report again from the ledger. Safe to repeat, and to stop with Ctrl-C."""
    person = actor(as_)

    async def at(desk: Desk) -> Rebuilt:
        await asyncio.to_thread(desk.refuse_unless_repairer, person)
        rebuilding = Rebuild(desk.client, desk.database, TASK_QUEUE, person)
        if dry_run:
            return await rebuilding.plan()
        with output.progress("seating", quiet=as_json) as bar:
            return await rebuilding.run(lambda done, of, _: bar.move(done, of))

    found = with_desk(at)
    _show(found, as_json, dry_run)
    if found.stuck:
        raise typer.Exit(int(Exit.temporary))


def _show(found: Rebuilt, as_json: bool, dry_run: bool) -> None:
    if as_json:
        output.put_json({**asdict(found), "dry_run": dry_run})
        return
    output.put(f"{'Would be done: ' if dry_run else ''}{found.words()}")
    for case, reason in sorted(found.stuck.items()):
        output.put(f"stuck: {case}: {reason}")
    for case in found.unknown:
        output.put(f"unknown to the ledger: {case}: docs/operating.md, Repair")


@app.command()
def rewrap(
    let_go: Annotated[
        bool, typer.Option("--let-go", help="Give up the data keys whose master key is lost for good.")
    ] = False,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Wrap every case's data key by the newest payload key; then older ones may be taken out of the setting."""
    settings = load()
    ring = ring_for(settings)
    if ring is None:
        raise Refused("No payload keys are set: FOLLOWTHROUGH_PAYLOAD_KEYS (docs/settings.md).")
    with ledger() as database:
        keys = CaseKeys(database, ring, settings.temporal_namespace)
        found = wrap_again(keys, actor(as_), datetime.now(UTC), let_go=let_go)
    if as_json:
        output.put_json(found)
    else:
        output.put(found.words())
    if found.lost > found.let_go:
        raise typer.Exit(int(Exit.found))
