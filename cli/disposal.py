"""`followthrough disposal`: cases past their retention, disposed of by two people; legal holds."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli import output
from cli.room import As, AsJson, actor, ledger, today
from config.settings import load
from lifecycle.dates import local_date, short_date
from models.database import Database
from models.tables import Disposal
from office import disposal, legal_holds
from office.retention import EVERYTHING, holds, retained

app = typer.Typer(help="What is kept for how long, and what was disposed of.", no_args_is_help=True)
COLUMNS = ("case", "ended_on", "until", "stands")
Reason = Annotated[str, typer.Option("--reason", help="Why; it is recorded for ever.")]
Proposal = Annotated[str, typer.Argument(metavar="PROPOSAL", help="As `disposal list` names it.")]


@app.command("list")
def list_cases(
    all_: Annotated[bool, typer.Option("--all", help="Also what is kept for now, and what is gone.")] = False,
    as_json: AsJson = False,
) -> None:
    """The ended cases past their retention: what may be disposed of, what is proposed, what a hold forbids."""
    years = load().retention_years
    with ledger() as database:
        rows = _rows(database, years, everything=all_)
    output.put_rows(rows, COLUMNS, as_json=as_json)
    output.say(f"{len(rows)} cases; kept {years} years after their end (FOLLOWTHROUGH_RETENTION_YEARS)")


def _rows(database: Database, years: int, *, everything: bool) -> list[dict[str, object]]:
    with database.reading() as session:
        proposed = {one.case_id: one for one in disposal.proposals(session)}
        rows: list[dict[str, object]] = []
        for kept in retained(session, years, today()):
            if everything or kept.until <= today():
                stands = _stands(proposed.get(kept.case), kept.forbids)
                rows.append(
                    {"case": kept.case, "ended_on": kept.ended_on, "until": kept.until, "stands": stands}
                )
        gone = disposal.done(session) if everything else []
        rows += [{"case": one.case_id, "ended_on": None, "until": None, "stands": said(one)} for one in gone]
    return rows


def _stands(proposed: Disposal | None, forbids: str) -> str:
    if proposed is not None and not forbids:
        return f"proposed by {proposed.proposed_by} in {proposed.proposal}"
    return forbids or "may be disposed of"


def said(one: Disposal) -> str:
    """A disposal in words."""
    assert one.disposed_at is not None
    day = short_date(local_date(one.disposed_at))
    return f"disposed of on {day} by {one.disposed_by}, proposed by {one.proposed_by}: {one.reason}"


@app.command()
def propose(
    reason: Reason,
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="CASE", help="All that may be, without it.")
    ] = None,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Propose to dispose of cases past their retention. Another person does it."""
    with ledger() as database:
        made = disposal.propose(
            database, actor(as_), reason, load().retention_years, datetime.now(UTC), cases or ()
        )
    rows = [{"proposal": one.proposal, "case": one.case_id, "under": one.under} for one in made]
    output.put_rows(rows, ("proposal", "case", "under"), as_json=as_json)
    output.say(
        f"{len(made)} cases proposed. Somebody else: followthrough disposal dispose {made[0].proposal}"
    )


@app.command()
def dispose(proposal: Proposal, as_: As = None, as_json: AsJson = False) -> None:
    """Dispose of what another person proposed. It cannot be undone."""
    with ledger() as database:
        done = disposal.dispose(
            database, actor(as_), proposal, load().retention_years, lambda: datetime.now(UTC)
        )
    rows = [{"case": one.case_id, "number": one.number, "redacted": one.redacted} for one in done]
    output.put_rows(rows, ("number", "case", "redacted"), as_json=as_json)
    output.say(f"{len(done)} cases disposed of. Earlier backups still hold them: docs/operating.md, Disposal")


@app.command()
def withdraw(proposal: Proposal, as_: As = None) -> None:
    """Withdraw a proposal; what is disposed of already stays so."""
    with ledger() as database:
        count = disposal.withdraw(database, actor(as_), proposal, datetime.now(UTC))
    output.say(f"{count} cases are proposed no more")


@app.command()
def hold(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help=f"A case, a report, a body, or {EVERYTHING}.")
    ],
    reason: Reason,
    as_: As = None,
) -> None:
    """Place a legal hold: nothing of it is disposed of while it stands."""
    with ledger() as database:
        placed = legal_holds.hold(database, actor(as_), subject, reason, datetime.now(UTC))
    output.put(f"legal hold {placed.id} on {placed.subject}")


@app.command()
def release(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `disposal holds` shows it.")],
    reason: Reason,
    as_: As = None,
) -> None:
    """Lift a legal hold."""
    with ledger() as database:
        lifted = legal_holds.lift(database, actor(as_), number, reason, datetime.now(UTC))
    output.put(f"legal hold {lifted.id} on {lifted.subject} is lifted")


@app.command("holds")
def list_holds(as_json: AsJson = False) -> None:
    """The legal holds in force."""
    with ledger() as database, database.reading() as session:
        rows = [hold.model_dump() for hold in holds(session)]
    output.put_rows(rows, ("id", "subject", "reason", "placed_by", "placed_at"), as_json=as_json)
