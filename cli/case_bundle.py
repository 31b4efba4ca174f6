"""`followthrough case bundle`: a case as evidence, for a third party who checks it offline."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.case_acts import CaseId, app
from cli.room import As, AsJson, actor, ledger
from office.bundle import keep, make_bundle


@app.command()
def bundle(
    case_id: CaseId,
    out: Annotated[Path, typer.Option("--out", help="The file to write; it must not be there yet.")],
    at: Annotated[
        str | None, typer.Option(help="Lead to the head of this instant, as a digest writes it.")
    ] = None,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """All that the ledger holds of a case, with every hash and the script that checks it."""
    with ledger() as database:
        made = make_bundle(database, case_id, actor(as_), datetime.now(UTC), at)
    try:
        keep(made, out)
    except FileExistsError:
        raise typer.BadParameter(f"{out} is there already. Name another file.") from None
    found = {"file": str(out), "fingerprint": made.fingerprint, "head": made.head.hash, "at": made.head.at}
    if as_json:
        output.put_json(found)
        return
    output.put(f"fingerprint {made.fingerprint}")
    output.put(f"head {made.head.hash} at {made.head.at.isoformat()}")
    output.say(
        f"Tell the fingerprint by another way. To check: python verify_bundle.py {out.name} {made.fingerprint}"
    )
