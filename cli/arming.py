"""`followthrough arm`, `disarm`, `unmute`: whether this installation may send, and to whom."""

from typing import Annotated

import typer

from activities.mail.arming import Standing
from cli import output
from cli.room import As, actor, ledger
from office import arming

app = typer.Typer()

Reason = Annotated[str, typer.Option("--reason", help="Why; it is recorded.")]


@app.command()
def arm(reason: Reason = "", as_: As = None) -> None:
    """Let this installation send beyond this machine, to the relay that SMTP_URL names. A copy needs two people."""
    with ledger() as database:
        output.put(_words(arming.arm(database, actor(as_), reason)))


@app.command()
def disarm(as_: As = None) -> None:
    """Keep all mail on this machine, at once."""
    with ledger() as database:
        arming.disarm(database, actor(as_))
    output.put("Disarmed: mail goes to loopback only, and that of a copy to its sink.")


@app.command()
def unmute(as_: As = None) -> None:
    """Let a restored copy send: to its sink, or to everybody once two people have armed it."""
    with ledger() as database:
        output.put(_words(arming.unmute(database, actor(as_))))


def _words(stands: Standing) -> str:
    mute = " It is mute: nothing is sent before somebody says `followthrough unmute`." * stands.mute
    if stands.armed:
        return f"Armed: this installation may send to the relay that SMTP_URL names.{mute}"
    if stands.copy_of:
        return (
            f"This is a copy of {stands.copy_of[:8]}: all its mail goes to its sink until two people have armed "
            f"it (`followthrough arm`).{mute}"
        )
    return f"Not armed: mail goes to loopback only.{mute}"
