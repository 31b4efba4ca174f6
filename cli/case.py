"""`followthrough case …`: cases listed and shown, and every act on them."""

from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.case_acts import CaseId, app, show_receipt
from cli.room import (
    TASK_QUEUE,
    As,
    AsJson,
    Key,
    actor,
    key,
    today,
    whole_ledger,
    with_desk,
    with_reports,
)
from config.settings import load
from models.messages import Reseat
from office import reading, repair, takeover
from office.desk import NoCase
from office.uploads.opening import open_document

COLUMNS = ("id", "stage", "next_due", "days_late", "outcome", "waiting_for")


@app.command("list")
def list_cases(
    body: Annotated[str | None, typer.Option(help="Only this body.")] = None,
    report: Annotated[str | None, typer.Option(help="Only this report.")] = None,
    reference: Annotated[str | None, typer.Option(help="Only this recommendation.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is late.")] = False,
    all_cases: Annotated[bool, typer.Option("--all", help="Ended cases too.")] = False,
    as_json: AsJson = False,
) -> None:
    """The cases, most urgent first."""
    wanted = reading.Filter(
        body=body, report=report, reference=reference, stage=stage, overdue=overdue, open_only=not all_cases
    )
    with whole_ledger() as database:
        lines = reading.cases(database, wanted, today())
    output.put_rows([vars(line) for line in lines], COLUMNS, as_json=as_json)
    output.say(f"{len(lines)} cases")


@app.command()
def show(case_id: CaseId, as_json: AsJson = False) -> None:
    """One case: clocks, timeline, what comes next, notices and mails."""
    with whole_ledger() as database:
        file = reading.case_file(database, case_id)
        if file is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list --all` shows them.")
        coming = reading.coming(database, [case_id]) if file.row.ended_on is None else []
    if as_json:
        output.put_json({**vars(file), "coming": coming})
        return
    output.put(f"{file.row.id}: {file.row.stage}")
    output.put(f"waiting for: {file.row.waiting_for or 'nothing; it has ended'}")
    output.put("\nClocks")
    output.put_rows(
        [clock.model_dump() for clock in file.clocks], ("id", "started", "due", "state", "why"), as_json=False
    )
    output.put("\nWhat happened")
    output.put_rows(
        [vars(entry) for entry in file.timeline], ("seq", "on", "actor", "words", "source"), as_json=False
    )
    output.put("\nWhat will happen if nobody acts")
    output.put_rows([vars(one) for one in coming], ("at", "clock", "rung", "roles", "reason"), as_json=False)
    output.put("\nNotices")
    output.put_rows(
        [notice.model_dump() for notice in file.notices],
        ("fell_at", "clock", "rung", "role", "state", "reason", "mail_id"),
        as_json=False,
    )
    output.put("\nDocuments")
    output.put_rows(
        [document.model_dump() for document in file.documents], ("name", "size", "hash"), as_json=False
    )


@app.command()
def document(
    case_id: CaseId,
    digest: Annotated[str, typer.Argument(help="The document's SHA-256, as in `case show`.", metavar="HASH")],
    to: Annotated[Path, typer.Option(help="The file to write; it must not be there yet.")],
) -> None:
    """Write a submitted document to a file, exactly as it was received."""
    with whole_ledger() as database:
        file = reading.case_file(database, case_id)
        if file is None or digest not in {one.hash for one in file.documents}:
            raise NoCase(f"{case_id} has no document {digest!r}. `followthrough case show` lists them.")
        wanted = next(one for one in file.documents if one.hash == digest)
        opened = open_document(database, wanted.submission_id, wanted.name, unscanned=load().open_unscanned)
    if to.exists():
        raise typer.BadParameter(f"{to} is there already. Name another file.")
    to.write_bytes(opened.content)
    output.put(str(to))


@app.command()
def reseat(case_id: CaseId, as_: As = None, key_: Key = None, as_json: AsJson = False) -> None:
    """Repair: have the case's workflow fold its ledger again; start one where there is none."""
    order = Reseat(key=key(key_), actor=actor(as_))
    show_receipt(with_desk(lambda desk: repair.reseat(desk, case_id, order, TASK_QUEUE)), as_json)


@app.command("open")
def open_case(
    reference: Annotated[str, typer.Argument(help="A recommendation of an imported report.")],
    body: Annotated[str, typer.Argument(help="The body's id.")],
    past: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Its past as TOML, with source (docs/import.md)."),
    ] = None,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Open a case for a body, new or part-way. What was due before now is recorded and never sent."""
    person = actor(as_)
    case_id = with_reports(lambda desk, client: takeover.open_one(desk, reference, body, person, past))
    if as_json:
        output.put_json({"case": case_id})
    else:
        output.put(case_id)
