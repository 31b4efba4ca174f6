"""The `followthrough` command. Exit codes are in docs/cli.md; errors say what to do next."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from cli import (
    audit,
    case_acts,
    deadline,
    disposal,
    engine,
    exits,
    mail,
    output,
    policy,
    report,
    settings,
    site,
)
from cli import case as _case  # noqa: F401 - adds list, show and reseat
from cli import case_asking as _asking  # noqa: F401 - adds what is asked and answered
from cli import case_bundle as _bundle  # noqa: F401 - adds the evidence bundle
from cli import case_letters as _letters  # noqa: F401 - adds the letters
from cli.arming import app as arming_app
from cli.backup import app as backup_app
from cli.contact import app as contact_app
from cli.doctor import app as doctor_app
from cli.room import As, AsJson, actor, ledger, today, whole_ledger
from config.logs import set_up
from config.settings import load
from models.tables import Person, PersonRole
from office import accounts, reading

app = typer.Typer(
    help="Follows every inspection recommendation to its end: what is due, from whom, and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(audit.app, name="audit")
app.add_typer(report.app, name="report")
app.add_typer(case_acts.app, name="case")
app.add_typer(contact_app, name="contact")
app.add_typer(deadline.app, name="deadline")
app.add_typer(disposal.app, name="disposal")
app.add_typer(engine.app, name="engine")
app.add_typer(mail.app, name="mail")
app.add_typer(policy.app, name="policy")
app.add_typer(settings.app, name="config")
app.add_typer(site.app, name="site")
app.add_typer(doctor_app)
app.add_typer(arming_app)
app.add_typer(backup_app)


@app.callback(invoke_without_command=True)
def root(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if show_version:
        output.put(f"followthrough {version('followthrough')}")
        raise typer.Exit


@app.command()
def up(
    sample: Annotated[bool, typer.Option(help="Load the sample when the ledger is new.")] = True,
) -> None:
    """Start everything on this machine: engine, worker, scheduler, inbox. Ctrl-C drains; start again to resume."""
    from embedded.up import up as start

    given = load()
    set_up(given.home / "log", given.log_level, "up", given.log_format)
    asyncio.run(start(given, output.say, sample=sample))


@app.command()
def worker() -> None:
    """Run a worker with its scheduler against the servers that the settings name."""
    from worker import serve

    given = load()
    set_up(given.home / "log", given.log_level, "worker", given.log_format)
    asyncio.run(serve(given))


@app.command()
def console() -> None:
    """Serve the console against the servers that the settings name; `followthrough up` serves it too."""
    from console.server import serve
    from worker import stop_on_signals

    given = load()
    set_up(given.home / "log", given.log_level, "console", given.log_format)

    async def until_stopped() -> None:
        await serve(given, stop_on_signals())

    asyncio.run(until_stopped())


@app.command()
def agenda(
    case_id: Annotated[
        str | None, typer.Argument(metavar="CASE", help="One case; all open ones without it.")
    ] = None,
    body: Annotated[str | None, typer.Option(help="Only this body's cases.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Only the next so many days.")] = None,
    as_json: AsJson = False,
) -> None:
    """What will happen, and when, if nobody acts: one case, a body, or all."""
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    with whole_ledger() as database:
        if case_id is not None:
            ids = [case_id]
        else:
            ids = [line.id for line in reading.cases(database, reading.Filter(body=body), today())]
        coming = reading.coming(database, ids, until)
    rows = [vars(one) for one in coming]
    output.put_rows(rows, ("at", "case", "clock", "rung", "roles", "due", "reason"), as_json=as_json)
    output.say(f"{len(rows)} entries, {len(ids)} cases")


@app.command()
def people(as_json: AsJson = False) -> None:
    """The registered people and their roles: who `--as` may name."""
    with ledger() as database, database.reading() as session:
        rows = [
            {
                "person": one.id,
                "name": one.name,
                "roles": [
                    f"{role.role} ({role.owner})"
                    for role in session.exec(select(PersonRole).where(PersonRole.person_id == one.id))
                ],
            }
            for one in session.exec(select(Person).order_by(col(Person.id)))
        ]
    output.put_rows(rows, ("person", "roles"), as_json=as_json)


@app.command("forget-account")
def forget_account(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="As in `followthrough people`.")],
    as_: As = None,
) -> None:
    """Let go of a person's account at the OpenID provider, so that another may be bound at the next sign-in."""
    with ledger() as database:
        gone = accounts.forget_account(database, actor(as_), person, datetime.now(UTC))
    output.say(f"{gone} accounts of {person} let go")


@app.command()
def replay(
    history: Annotated[
        str, typer.Argument(help="A history's name (bedfordshire-2017) or a file (docs/replay.md).")
    ],
    keep: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Keep mails, letters, timeline and ledger in this folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay a history in virtual time, through the real workflows on a real engine of its own."""
    from rehearsal.replay import replay as play

    with output.progress("replaying", quiet=as_json) as bar:
        result = asyncio.run(play(history, keep=keep, progress=bar.move))
    if as_json:
        output.put_json(result.as_json())
        return
    for name, value in result.as_json().items():
        output.put(f"{name}\t{'marked for each body, with --json' if name == 'illustrative' else value}")


def run() -> None:
    """The entry point: known errors become one message and a documented exit code."""

    def deed() -> None:
        exits.refuse_unreadable(sys.argv)
        app()

    exits.leave(exits.run(deed, output.say))
