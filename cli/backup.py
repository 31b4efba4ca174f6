"""`followthrough backup DIR` and `followthrough restore DIR`."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.room import AsJson
from config.payload_keys import FILE, ring_for
from config.settings import load
from models.database import Database
from office.payload_keys import lost_keys

app = typer.Typer()


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    as_json: AsJson = False,
) -> None:
    """Back up the ledger, and the engine's file when the engine is our own, while everything runs."""
    from embedded.backup.take import back_up

    made = back_up(load(), folder.absolute())
    if as_json:
        output.put_json(made)
        return
    output.put(
        f"{folder}: {sum(file.size for file in made.files.values()):,} bytes, {made.counts['event']} events"
    )
    if made.engine is None:
        output.put("The engine is not in it: after a restore, cases are seated again from the ledger.")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A backup.", exists=True, file_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty home folder or database: a copy, unarmed and mute."""
    from embedded.backup.restore import restore as put_back
    from embedded.binary import find_binary, server_version

    settings = load()
    server = asyncio.run(server_version(find_binary())) if settings.embedded_engine else None
    restored = put_back(settings, folder.absolute(), server)
    with closing(Database(settings.database_url)) as database:
        lost = lost_keys(database, ring_for(settings))
    if lost:
        output.say(
            f"WARNING: {lost} data keys are wrapped by a master key that is not here: these cases cannot go on. "
            f"Before you start: set FOLLOWTHROUGH_PAYLOAD_KEYS to the original's keys, or put them in front of those "
            f"in {settings.home / FILE}, with a comma between. Are they lost for good? docs/operating.md, Payload keys."
        )
    if as_json:
        told = {"installation": restored.installation.model_dump(), "lost_keys": lost}
        output.put_json({**vars(restored), **told})
        return
    made = restored.manifest
    output.put(f"Restored: a copy of {made.installation[:8]} as of {made.taken_at:%Y-%m-%d %H:%M} UTC.")
    if not restored.engine:
        output.put(
            "Its engine is new: `followthrough up` seats open cases from the ledger; with a server of your own, run "
            "`followthrough engine rebuild`."
        )
    output.put(
        "It is mute. `followthrough unmute --as PERSON` lets it send to its sink; when two people have said "
        "`followthrough arm --as PERSON`, it sends as any installation (docs/operating.md)."
    )
