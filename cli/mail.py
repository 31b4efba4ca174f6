"""`followthrough mail …`: what was sent and what became of it; held, retried, resolved; sending stopped."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from activities.mail.recovery_plan import Plan, plan
from activities.mail.recovery_plan import go as carry_out
from activities.mail.setup import pace_of
from cli import output
from cli.room import As, AsJson, actor, ledger, whole_ledger
from config.settings import load
from models.tables import Mail, MailState
from office import post

app = typer.Typer(help="Mail: what was sent, and what became of it.", no_args_is_help=True)

MailId = Annotated[str, typer.Argument(help="As in `mail list`.", metavar="MAIL")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is recorded.")]
PLANNED = ("should_have_left", "fate", "why", "case", "rung", "role", "mailbox", "due")
COLUMNS = ("id", "composed_at", "mailbox", "state", "tries", "code", "held", "subject")


@app.command("list")
def list_mails(
    state: Annotated[MailState | None, typer.Option(help="Only this state.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Only to this mailbox.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 200,
    as_json: AsJson = False,
) -> None:
    """The newest mails."""
    with whole_ledger() as database:
        found = post.mails(database, state=state.value if state else None, mailbox=mailbox, limit=limit)
    output.put_rows([mail.model_dump(exclude={"text", "html"}) for mail in found], COLUMNS, as_json=as_json)
    output.say(f"{len(found)} mails")


@app.command()
def show(mail_id: MailId, as_json: AsJson = False) -> None:
    """One mail: its words, every attempt to send it, and the notices in it."""
    with whole_ledger() as database:
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


@app.command()
def recovery(
    go: Annotated[bool, typer.Option("--go", help="Carry the plan out.")] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Completes what each mail says: it is late because …")
    ] = "",
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """After an outage: what of the mail held back would leave, and what not, and why; with --go, release it."""
    now, pace = datetime.now(UTC), pace_of(load())
    with ledger() as database:
        if go:
            person = actor(as_)
            found = post.act_on_mail(database, person, lambda one: carry_out(one, person, reason, now, pace))
        else:
            with database.writing() as session:
                found = plan(session, now, pace)
    if as_json:
        output.put_json({**vars(found), "counts": found.counts, "released": go})
        return
    output.put_rows([vars(one) for one in found.notices], PLANNED, as_json=False)
    output.say(_plan_in_words(found, released=go))


def _plan_in_words(found: Plan, *, released: bool) -> str:
    if found.held_since is None:
        return "No mail is held back."
    said = ", ".join(f"{count} {fate.replace('_', ' ')}" for fate, count in found.counts.items())
    then = (
        "Released: it leaves at its pace."
        if released
        else "Held back until `mail recovery --go --as PERSON`."
    )
    return f"{len(found.notices)} notices: {said}. {then}"


def _said(mail: Mail, as_json: bool) -> None:
    if as_json:
        output.put_json(mail.model_dump(exclude={"text", "html"}))
    else:
        output.put(f"{mail.id}\t{mail.state}\t{mail.mailbox}\theld: {mail.held}")
