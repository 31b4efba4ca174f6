"""The acts on a case, as commands: each seals its words, then hands the act in at the desk."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.room import As, AsJson, Key, On, Text, TextFile, actor, day, key, with_desk, words
from lifecycle import acts as a
from lifecycle.words import Finding, InspectionResult, SubmissionAnswer
from models.messages import Receipt
from office import casework, letter_sending
from office.desk import Desk

app = typer.Typer(help="Cases: one recommendation × one body each.", no_args_is_help=True)
SEALED = "sealed when handed in"
FINDINGS = ", ".join(finding.value for finding in Finding)

CaseId = Annotated[
    str, typer.Argument(help="As in `case list`: recommendation/<reference>/<body>.", metavar="CASE")
]
CaseIds = Annotated[list[str], typer.Argument(help="One or more cases of one body.", metavar="CASE...")]
Due = Annotated[
    datetime | None,
    typer.Option("--due", formats=["%Y-%m-%d"], help="The due date, instead of the policy's."),
]


def show_receipt(receipt: Receipt, as_json: bool) -> None:
    if as_json:
        output.put_json(receipt)
        return
    output.put(f"{receipt.stream}\t{receipt.stage}\trecorded at {receipt.seq}")
    if receipt.leaving:
        output.say(f"mail that was already leaving: {', '.join(receipt.leaving)}")


def take_sealed(case_id: str, act: a.Act, field: str, said: str, as_json: bool) -> None:
    """Seal the act's words, put their id in its field, and hand it in."""

    async def deed(desk: Desk) -> Receipt:
        sealed = await casework.seal_text(desk, field, said, case_id)
        return await desk.take(case_id, act.model_copy(update={field: sealed}))

    show_receipt(with_desk(deed), as_json)


def take(case_id: str, act: a.Act, as_json: bool) -> None:
    show_receipt(with_desk(lambda desk: desk.take(case_id, act)), as_json)


@app.command()
def request(
    case_id: CaseId,
    due: Due = None,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Send the request letter: asks the body for its plan, and starts the submission clock."""
    person = actor(as_)
    act_key = key(key_)

    async def deed(desk: Desk) -> Receipt:
        said = words(text, file, "the letter") if text or file else ""
        letter = await letter_sending.seal_request(desk, [case_id], day(due), said)
        act = a.SendRequestLetter(key=act_key, actor=person, on=day(on), letter=letter, due=day(due))
        return await desk.take(case_id, act)

    show_receipt(with_desk(deed), as_json)


@app.command()
def submit(
    case_ids: CaseIds,
    text: Text = "",
    file: TextFile = None,
    document: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A document; repeat for more.")
    ] = None,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="The submission lacks something.")] = False,
    answer: Annotated[
        SubmissionAnswer, typer.Option(help="A plan, or why there is none to send.")
    ] = SubmissionAnswer.plan,
    under: Annotated[
        str | None, typer.Option(help="The reference under which it was reported already.")
    ] = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record a submission, or replace one before it is assessed. One submission may answer several cases of a body."""
    person = actor(as_)
    act_key = key(key_)
    documents = [(path.name, path.read_bytes()) for path in document or []]
    said = (
        words(text, file, "what was submitted") if text or file or not documents else "Documents submitted."
    )

    async def deed(desk: Desk) -> list[Receipt]:
        submission = await casework.seal_submission(desk, case_ids, said, documents)
        act = a.RecordSubmission(
            key=act_key,
            actor=person,
            on=day(on),
            submission=submission,
            complete=not incomplete,
            answer=answer,
            reference=under,
        )
        return await desk.take_on_all(case_ids, act)

    for receipt in with_desk(deed):
        show_receipt(receipt, as_json)


@app.command("ask-document")
def ask_document(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    due: Due = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Ask the body for one missing document, on a short clock."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "which document")
    act = a.AskForDocument(key=act_key, actor=person, document=SEALED, due=day(due))
    take_sealed(case_id, act, "document", said, as_json)


@app.command()
def assess(
    case_id: CaseId,
    outcome: Annotated[str, typer.Option(help="The inspector's choice; `policy show` lists them.")],
    finding: Annotated[
        list[str] | None,
        typer.Option(help=f"CRITERION=FINDING, one for each criterion; findings: {FINDINGS}."),
    ] = None,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Complete the assessment: a finding for each criterion, the outcome chosen, and the narrative."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the narrative")
    findings = findings_in(finding or [])
    act = a.CompleteAssessment(
        key=act_key, actor=person, on=day(on), assessment=SEALED, outcome=outcome, findings=findings
    )
    take_sealed(case_id, act, "assessment", said, as_json)


def findings_in(given: list[str]) -> dict[str, Finding]:
    """Findings by criterion, as given on the command line."""
    found: dict[str, Finding] = {}
    for one in given:
        criterion, _, value = one.partition("=")
        if not criterion or value not in [f.value for f in Finding]:
            raise typer.BadParameter(f"{one!r}: write CRITERION=FINDING, with one of {FINDINGS}.")
        found[criterion] = Finding(value)
    return found


@app.command("take-back")
def take_back(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Take your completed assessment back, before it is authorised."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.TakeBackAssessment(key=act_key, actor=person, reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command("return")
def return_assessment(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Return the assessment to its inspector, with reasons."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reasons")
    act = a.ReturnAssessment(key=act_key, actor=person, reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command()
def declare(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    criterion: Annotated[str | None, typer.Option(help="Only this criterion.")] = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record the body's own word that it has implemented the recommendation. It is not verification."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the statement")
    act = a.DeclareImplemented(key=act_key, actor=person, on=day(on), statement=SEALED, criterion=criterion)
    take_sealed(case_id, act, "statement", said, as_json)


@app.command()
def inspect(
    case_id: CaseId,
    result: Annotated[InspectionResult, typer.Option(help="What the inspection concluded.")],
    followed_by: Annotated[
        str | None, typer.Option(help="The reference that follows, when re-issued or superseded.")
    ] = None,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record a follow-up inspection: verified and closed, re-issued, superseded, or no further action."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the narrative")

    async def deed(desk: Desk) -> Receipt:
        narrative = await casework.seal_text(desk, "narrative", said, case_id)
        act = a.RecordInspection(
            key=act_key, actor=person, on=day(on), result=result, narrative=narrative, followed_by=followed_by
        )
        return await casework.record_inspection(desk, case_id, act)

    show_receipt(with_desk(deed), as_json)


@app.command()
def withdraw(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw a case, with a reason."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.Withdraw(key=act_key, actor=person, reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command()
def move(
    case_id: CaseId,
    clock: Annotated[str, typer.Option(help="Which clock, as in `case show`.")],
    due: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The new due date.")],
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Move the due date of a running clock, where the policy lets you. A statutory date never moves."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.MoveDueDate(key=act_key, actor=person, clock=clock, due=due.date(), reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command()
def respond(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    no_copy_to_secretary: Annotated[bool, typer.Option("--no-copy-to-secretary-of-state")] = False,
    no_copy_to_inspectorate: Annotated[bool, typer.Option("--no-copy-to-inspectorate")] = False,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record the oversight body's response (CASE is response/<report>/<oversight body>), and its statutory copies."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the response")
    act = a.RecordResponse(
        key=act_key,
        actor=person,
        on=day(on),
        response=SEALED,
        copy_to_inspectorate=not no_copy_to_inspectorate,
        copy_to_secretary_of_state=not no_copy_to_secretary,
    )
    take_sealed(case_id, act, "response", said, as_json)
