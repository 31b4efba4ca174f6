"""What a body and the inspectorate ask and answer, as commands; and submissions withdrawn, or accepted though late."""

from datetime import datetime
from typing import Annotated

import typer

from cli.case_acts import SEALED, CaseId, Due, app, show_receipt, take, take_sealed
from cli.room import As, AsJson, Key, On, Text, TextFile, actor, day, key, with_desk, words
from lifecycle import acts as a
from lifecycle.words import Paper
from models.messages import Receipt
from office import casework
from office.desk import Desk

ClockOption = Annotated[str, typer.Option("--clock", help="Which clock, as in `case show`.")]


@app.command()
def acknowledge(
    case_id: CaseId,
    paper: Annotated[Paper, typer.Option(help="What the body has seen.")] = Paper.recommendation,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record that the body acknowledges the recommendation, or the letter that asks for its plan."""
    take(case_id, a.Acknowledge(key=key(key_), actor=actor(as_), on=day(on), paper=paper), as_json)


@app.command("withdraw-submission")
def withdraw_submission(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw what was submitted, before the assessment is complete. It is owed again by the date it had."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.WithdrawSubmission(key=act_key, actor=person, on=day(on), reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command("accept-late")
def accept_late(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Accept a submission though it came late. Neither its date nor its lateness changes."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.AcceptLate(key=act_key, actor=person, on=day(on), reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command("ask-time")
def ask_time(
    case_id: CaseId,
    clock: ClockOption,
    due: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The date asked for.")],
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a later date of one of the body's own clocks. Until the answer the date stays."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.AskForTime(key=act_key, actor=person, on=day(on), clock=clock, due=due.date(), reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command("answer-time")
def answer_time(
    case_id: CaseId,
    clock: ClockOption,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="Give more time, or not.")],
    due: Due = None,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Answer a request for more time: grant it, until the date asked for or another; or refuse it."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")

    async def deed(desk: Desk) -> Receipt:
        reason = await casework.seal_text(desk, "reason", said, case_id)
        act = a.AnswerRequest(
            key=act_key, actor=person, clock=clock, grant=grant, due=day(due), reason=reason
        )
        return await casework.answer_request(desk, case_id, act)

    show_receipt(with_desk(deed), as_json)


@app.command()
def ask(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Ask the inspectorate a question. `case show` tells its number."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the question")
    act = a.AskQuestion(key=act_key, actor=person, on=day(on), question=SEALED)
    take_sealed(case_id, act, "question", said, as_json)


@app.command()
def answer(
    case_id: CaseId,
    number: Annotated[int, typer.Argument(help="The question's number, as in `case show`.")],
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question of the body."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the answer")
    act = a.AnswerQuestion(key=act_key, actor=person, on=day(on), number=number, answer=SEALED)
    take_sealed(case_id, act, "answer", said, as_json)
