"""`followthrough engine …`: what Temporal conducts, made again from the ledger."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from cli import output
from cli.exits import Exit
from cli.room import TASK_QUEUE, As, AsJson, actor, with_desk
from office.desk import Desk
from office.rebuild import Rebuild, Rebuilt

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
