"""`followthrough config show`: each setting in force and where it came from, secrets masked."""

import typer

from cli import output
from cli.room import AsJson
from config.origins import settings_origin

app = typer.Typer(help="Settings.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Settings: docs/settings.md explains each."""


@app.command()
def show(as_json: AsJson = False) -> None:
    """Each setting in force, and where it came from."""
    rows = [vars(one) for one in settings_origin()]
    output.put_rows(rows, ("variable", "value", "where"), as_json=as_json)
