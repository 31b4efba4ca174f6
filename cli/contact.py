"""`followthrough contact …`: whom letters address, by office and by name, and who signs them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli import output
from cli.room import As, AsJson, actor, ledger
from config.body_rows import BodyFileError, Row, read_rows
from lifecycle.dates import local_date
from lifecycle.words import Refused, Role
from models.database import Database
from office import contacts, signatories
from office.people import Actor, NotAllowed, find_actor
from office.rights import role_for

app = typer.Typer(help="Contacts: offices, who holds them, and who signs.", no_args_is_help=True)
COLUMNS = ("owner", "role", "office", "mailbox", "holder", "since")
Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="The first day, if not today.")
]


@app.command("list")
def list_contacts(
    owner: Annotated[str, typer.Argument(help="A body, an oversight body, or inspectorate.")],
    as_json: AsJson = False,
) -> None:
    """The contacts of an owner, those of today and of other days."""
    with ledger() as database:
        found = contacts.contacts_of(database, owner).contacts
    output.put_rows([row.model_dump(mode="json") for row in found], (*COLUMNS, "until"), as_json=as_json)


@app.command("set")
def set_contact(
    owner: Annotated[str, typer.Argument(help="A body, an oversight body, or inspectorate.")],
    role: Annotated[Role, typer.Argument(help="The role, such as chief_officer.")],
    office: Annotated[str, typer.Option(help="The office's title, such as Chief Constable.")],
    mailbox: Annotated[str, typer.Option(help="The role's mailbox.")],
    holder: Annotated[str, typer.Option(help="Who holds the office, as letters write it.")] = "",
    since: Since = None,
    as_: As = None,
) -> None:
    """From a day on, write to this office, held by this person. What was stays on record."""
    with ledger() as database:
        _set(database, actor(as_), owner, role, office, mailbox, holder, _day(since))


@app.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: " + ",".join(COLUMNS))],
    as_: As = None,
) -> None:
    """Set many contacts from a file: all of them or, with every fault said by its line, none. A row that holds
    already is skipped, so that a file may be imported again."""
    rows, person, now = read_rows(file, COLUMNS), actor(as_), datetime.now(UTC)
    faults: list[str] = []
    held: list[int] = []
    with ledger() as database, database.writing() as session:
        who = find_actor(session, person, local_date(now))
        for row in rows:
            try:
                if not _change(session, who, row, now):
                    held.append(row.line)
            except BodyFileError as wrong:
                faults.append(str(wrong))
        if faults:
            raise Refused(
                "\n".join((*faults, "Nothing was set. Mend these lines, and import the file again."))
            )
    for line in held:
        output.say(f"line {line} holds already")
    output.say(f"{len(rows) - len(held)} contacts")


def _change(session: Session, who: Actor, row: Row, now: datetime) -> bool:
    """Whether the row changes anything. Raises BodyFileError."""
    owner = row.text("owner")
    role = Role(row.choice("role", tuple(role.value for role in Role)))
    office, mailbox, since = row.text("office"), row.text("mailbox"), row.day("since") or local_date(now)
    try:
        role_for(who, "contacts", owner, None)
        made = contacts.change(session, who.id, owner, role, office, mailbox, since, now, row.cells["holder"])
    except contacts.NotFit as wrong:
        raise row.wrong(wrong.field, str(wrong)) from wrong
    except NotAllowed as refused:
        raise row.wrong("owner", str(refused)) from refused
    return made is not None


@app.command("signatory")
def name_signatory(
    owners: Annotated[
        list[str], typer.Argument(help="Bodies, kinds of body, or inspectorate; a region is its bodies.")
    ],
    holder: Annotated[
        str, typer.Option(help="Who signs, as letters write it; empty, the offices alone.")
    ] = "",
    office: Annotated[
        list[str] | None, typer.Option("--office", help="An office below the name; repeat for more.")
    ] = None,
    since: Since = None,
    as_: As = None,
) -> None:
    """From a day on, this person signs the letters to these bodies."""
    with ledger() as database:
        signatories.name_signatory(
            database, actor(as_), owners, holder, office or [], _day(since), datetime.now(UTC)
        )
    output.say("named")


@app.command("signatories")
def list_signatories(as_json: AsJson = False) -> None:
    """Who signs, for whom, from when until when."""
    with ledger() as database:
        found = signatories.signatories(database)
    rows = [row.model_dump(mode="json") for row in found]
    output.put_rows(rows, ("owner", "holder", "offices", "since", "until"), as_json=as_json)


def _day(since: datetime | None) -> date:
    return since.date() if since else local_date(datetime.now(UTC))


def _set(
    database: Database,
    person: str,
    owner: str,
    role: Role,
    office: str,
    mailbox: str,
    holder: str,
    since: date,
) -> None:
    now = datetime.now(UTC)
    with database.reading() as session:
        role_for(find_actor(session, person, local_date(now)), "contacts", owner, None)
    try:
        contacts.change_mailbox(database, person, owner, role, office, mailbox, since, now, holder)
    except contacts.NotFit as wrong:
        raise Refused(f"{owner}, {role.value}, {wrong.field}: {wrong}.") from wrong
