"""`followthrough site …`: the public site built, checked and served; letters withdrawn, restored, published later."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.exits import Exit
from cli.room import As, AsJson, Key, actor, key, ledger, today, with_desk
from config.settings import load
from embedded.site import serve_site
from office import publications
from office.letter_pdf import why_not
from publication.build import build as build_site
from publication.check import problems
from worker import stop_on_signals

app = typer.Typer(help="The public site: built, checked, served.", no_args_is_help=True)
CaseId = Annotated[str, typer.Argument(metavar="CASE")]
Reason = Annotated[str, typer.Option(help="Why. It stays on record.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", file_okay=False, help="Where the site is, if not in the home folder."),
]


@app.command()
def build(
    folder: Folder = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Make and write every file again.")] = False,
    pdf: Annotated[
        bool | None, typer.Option("--pdf/--no-pdf", help="Letters and overviews as PDF too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the site of everything that is published, and put it in place of the one before, whole."""
    given = load()
    if pdf is None and why_not():
        output.say(why_not())
    with ledger() as database:
        made = build_site(database, folder or given.site, given.site_url, today(), afresh=afresh, pdf=pdf)
    if as_json:
        output.put_json(made)
        return
    output.put(f"{made.files} files, {len(made.written)} of them new; release {made.name}")
    if made.gone:
        output.say(f"At {made.gone} addresses nothing is published any more; a notice stands there.")
    output.say(f"In {(folder or given.site) / 'current'}. Look at it: followthrough site serve")


@app.command()
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Look at every file of the built site: whole, well formed, each link leading somewhere. Exit 1 when one is not."""
    found = problems(folder or load().site)
    if as_json:
        output.put_json(found)
    else:
        for line in found:
            output.put(line)
        output.say(f"{len(found)} problems")
    if found:
        raise typer.Exit(int(Exit.found))


@app.command()
def serve(
    folder: Folder = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="If not the setting's.")] = None,
) -> None:
    """Serve the site on this machine, for looking at, until Ctrl-C; `followthrough up` serves it too."""
    given = load()
    output.say(f"The public site: http://127.0.0.1:{port or given.site_port}   (Ctrl-C stops)")

    async def until_stopped() -> None:
        await serve_site(folder or given.site, port or given.site_port, stop_on_signals())

    asyncio.run(until_stopped())


@app.command("publish-held")
def publish_held(
    case_id: CaseId, reason: Reason, as_: As = None, key_: Key = None, as_json: AsJson = False
) -> None:
    """Publish the letter of a body that was left out when its report was published."""
    person = actor(as_)
    receipt = with_desk(lambda desk: publications.publish_held(desk, person, case_id, reason, key(key_)))
    if as_json:
        output.put_json(receipt)
    else:
        output.put(f"{case_id}\tpublished\tevent {receipt.seq}")


@app.command()
def withdraw(
    case_id: CaseId,
    notice: Annotated[str, typer.Option(help="What stands in the letter's place: everybody can read it.")],
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Take a published letter off the site, at the next build; a notice stands at its address."""
    with ledger() as database:
        order = publications.withdraw_letter(
            database, actor(as_), case_id, notice, key(key_), datetime.now(UTC)
        )
    _said(order.model_dump(), f"{case_id}\twithdrawn on {order.on}", as_json)


@app.command()
def restore(case_id: CaseId, reason: Reason, as_: As = None, as_json: AsJson = False) -> None:
    """Put a withdrawn letter back, at the next build."""
    with ledger() as database:
        order = publications.restore_letter(database, actor(as_), case_id, reason, datetime.now(UTC))
    _said(order.model_dump(), f"{case_id}\trestored", as_json)


def _said(row: dict[str, object], line: str, as_json: bool) -> None:
    if as_json:
        output.put_json(row)
    else:
        output.put(line)
