"""`followthrough mail …`: what was sent and what became of it; held, retried, resolved; sending stopped."""

from typing import Annotated

import typer

from cli import output
from cli.room import As, AsJson, actor, ledger
from models.tables import Mail, MailState
from office import post

app = typer.Typer(help="Mail: what was sent, and what became of it.", no_args_is_help=True)

MailId = Annotated[str, typer.Argument(help="As in `mail list`.", metavar="MAIL")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is recorded.")]
COLUMNS = ("id", "composed_at", "mailbox", "state", "tries", "code", "held", "subject")


@app.command("list")
def list_mails(
    state: Annotated[MailState | None, typer.Option(help="Only this state.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Only to this mailbox.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 200,
    as_json: AsJson = False,
) -> None:
    """The newest mails."""
    with ledger() as database:
        found = post.mails(database, state=state.value if state else None, mailbox=mailbox, limit=limit)
    output.put_rows([mail.model_dump(exclude={"text", "html"}) for mail in found], COLUMNS, as_json=as_json)
    output.say(f"{len(found)} mails")


@app.command()
def show(mail_id: MailId, as_json: AsJson = False) -> None:
    """One mail: its words, every attempt to send it, and the notices in it."""
    with ledger() as database:
        mail, attempts, notices = post.mail_file(database, mail_id)
    if as_json:
        output.put_json({"mail": mail, "attempts": attempts, "notices": notices})
        return
    output.put(
        f"{mail.message_id}\nTo: {mail.mailbox}\nSubject: {mail.subject}\nState: {mail.state} {mail.reply}\n"
    )
    output.put(mail.text)
    output.put_rows(
        [one.model_dump() for one in attempts],
        ("number", "started_at", "phase", "outcome", "code", "reply"),
        as_json=False,
    )
    output.put_rows(
        [one.model_dump() for one in notices], ("case_id", "clock", "rung", "role", "state"), as_json=False
    )


@app.command()
def retry(mail_id: MailId, as_: As = None, as_json: AsJson = False) -> None:
    """Try a refused or deferred mail again, under the same Message-ID."""
    with ledger() as database:
        _said(post.retry(database, mail_id, actor(as_)), as_json)


@app.command()
def hold(mail_id: MailId, as_: As = None, as_json: AsJson = False) -> None:
    """Keep a mail that waits from leaving, until it is released."""
    with ledger() as database:
        _said(post.hold(database, mail_id, actor(as_)), as_json)


@app.command()
def release(mail_id: MailId, as_: As = None, as_json: AsJson = False) -> None:
    """Let a held mail go, if it is still true."""
    with ledger() as database:
        _said(post.release(database, mail_id, actor(as_)), as_json)


@app.command()
def resolve(
    mail_id: MailId,
    arrived: Annotated[bool, typer.Option("--arrived/--not-arrived", help="What the recipient said.")],
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of a send in doubt. Not arrived: it goes again, under the same Message-ID."""
    with ledger() as database:
        _said(post.resolve(database, mail_id, actor(as_), arrived=arrived), as_json)


@app.command()
def stop(reason: Reason, as_: As = None) -> None:
    """Stop all sending at once. Notices go on falling due, and wait."""
    with ledger() as database:
        post.stop_sending(database, actor(as_), reason)
    output.put("All sending is stopped. `followthrough mail resume` lets it go on.")


@app.command()
def resume(as_: As = None) -> None:
    """Let sending go on."""
    with ledger() as database:
        lifted = post.resume_sending(database, actor(as_))
    output.put(f"{lifted} orders lifted; sending goes on.")


def _said(mail: Mail, as_json: bool) -> None:
    if as_json:
        output.put_json(mail.model_dump(exclude={"text", "html"}))
    else:
        output.put(f"{mail.id}\t{mail.state}\t{mail.mailbox}\theld: {mail.held}")
