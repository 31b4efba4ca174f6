"""Letters, as commands: written, checked by the body as drafts, authorised, recalled, sent and corrected."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import typer

from cli import output
from cli.case_acts import FINDINGS, SEALED, CaseId, CaseIds, Due, app, findings_in, show_receipt, take_sealed
from cli.room import As, AsJson, Key, On, Text, TextFile, actor, day, key, with_desk, words
from lifecycle import acts as a
from lifecycle.words import LetterKind
from models.messages import Receipt
from office import authorising, casework, letter_drafts
from office.desk import Desk, NoCase
from office.letter_facts import Word
from office.letter_papers import NoPapers, assessment_letter
from office.letter_parts import Kind

Dated = Annotated[
    datetime | None,
    typer.Option("--dated", formats=["%Y-%m-%d"], help="The date the letter bears, if not the act's."),
]


OfKind = Annotated[LetterKind, typer.Option("--kind", help="What the letter is for.")]
Look = Annotated[
    datetime | None,
    typer.Option("--look", formats=["%Y-%m-%d"], help="When we look again, or by when we expect it."),
]


def _show(deed: Callable[[Desk], Awaitable[list[Receipt]]], as_json: bool) -> None:
    for receipt in with_desk(deed):
        show_receipt(receipt, as_json)


@app.command("write-letter")
def write_letter(
    case_ids: CaseIds, text: Text = "", file: TextFile = None, as_: As = None, as_json: AsJson = False
) -> None:
    """Show the letter on these assessments as it now reads; with words, keep them for all of it. Another person
    authorises what you wrote."""

    async def deed(desk: Desk) -> str:
        try:
            # What is written now replaces what was written before, which may be out of date.
            now = (await assessment_letter(desk, case_ids, None, as_edited=not (text or file))).text
        except (NoCase, NoPapers):
            # A ledger that lacks the report has no letter to show, and can keep one that somebody wrote.
            now = letter_drafts.whole_words(desk.database, Kind.assessment, case_ids)
            if not now and not (text or file):
                raise
        if not (text or file):
            return now
        said = words(text, file, "the letter")
        saved = await asyncio.to_thread(
            letter_drafts.save_whole,
            desk.database,
            actor(as_),
            Kind.assessment,
            case_ids,
            said,
            now,
            desk.clock.now(),
        )
        return f"kept as version {saved.version.number}"

    said = with_desk(deed)
    if as_json:
        output.put_json({"cases": case_ids, "said": said})
    else:
        output.put(said.rstrip())


@app.command("send-draft")
def send_draft(
    case_ids: CaseIds, due: Due = None, as_: As = None, key_: Key = None, as_json: AsJson = False
) -> None:
    """Send the body the draft of the letter, under embargo, to check its facts. Starts the clock of that check."""
    person, act_key = actor(as_), key(key_)
    _show(lambda desk: authorising.send_draft(desk, person, case_ids, act_key, day(due)), as_json)


@app.command("comment-draft")
def comment_draft(
    case_id: CaseId,
    point: Annotated[
        list[str] | None,
        typer.Option("--point", help="One point; repeat for more. None: the facts are right."),
    ] = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record what the body says of the draft letter, point by point."""
    person, act_key = actor(as_), key(key_)

    async def deed(desk: Desk) -> Receipt:
        points = await casework.seal_points(desk, point or [], case_id)
        act = a.CommentOnDraft(key=act_key, actor=person, on=day(on), points=points)
        return await desk.take(case_id, act)

    show_receipt(with_desk(deed), as_json)


@app.command("answer-point")
def answer_point(
    case_id: CaseId,
    point: Annotated[str, typer.Argument(help="The point's number.")],
    accept: Annotated[bool, typer.Option("--accept/--reject", help="Accept the point, or not.")],
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Answer a point of the body's on the draft, with the reason. The letter is authorised after the last one."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    act = a.AnswerPoint(key=act_key, actor=person, point=point, accepted=accept, reason=SEALED)
    take_sealed(case_id, act, "reason", said, as_json)


@app.command()
def authorise(
    case_ids: CaseIds,
    dated: Dated = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Authorise the assessment and its letter as it now reads (`write-letter` shows it): never your own. No other
    letter can be sent. On several cases of a body, one letter; again after an edit, the edited one."""
    person, act_key = actor(as_), key(key_)
    _show(
        lambda desk: authorising.authorise_letter(desk, person, case_ids, act_key, day(on), day(dated)),
        as_json,
    )


@app.command("recall-letter")
def recall_letter(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Recall an authorised letter before it is sent. It has to be authorised again."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")
    take_sealed(case_id, a.RecallLetter(key=act_key, actor=person, reason=SEALED), "reason", said, as_json)


@app.command()
def letter(
    case_ids: CaseIds, on: On = None, as_: As = None, key_: Key = None, as_json: AsJson = False
) -> None:
    """Send the letter, exactly as it was authorised, under embargo; of each case its own."""
    person, act_key = actor(as_), key(key_)

    async def deed(desk: Desk) -> list[Receipt]:
        keys = {case: act_key if len(case_ids) == 1 else a.key_for(act_key, case) for case in case_ids}
        return [await authorising.send_letter(desk, person, case, keys[case], day(on)) for case in case_ids]

    _show(deed, as_json)


@app.command("correct-letter")
def correct_letter(
    case_id: CaseId,
    text: Text = "",
    file: TextFile = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Send the letter again as it now reads, in place of the one sent, saying what it corrects: another person wrote
    it (`write-letter`). The words are the reason, which the body reads."""
    person, act_key, said = actor(as_), key(key_), words(text, file, "the reason")

    async def deed(desk: Desk) -> list[Receipt]:
        return [await authorising.correct_letter(desk, person, case_id, said, act_key, day(on))]

    _show(deed, as_json)


@app.command("write-word")
def write_word(
    case_ids: CaseIds,
    kind: OfKind,
    verdict: Annotated[str, typer.Option(help="What you found, in a sentence or two.")] = "",
    finding: Annotated[
        list[str] | None, typer.Option(help=f"CRITERION=FINDING; findings: {FINDINGS}.")
    ] = None,
    seen: Annotated[str, typer.Option(help='When, as "in June 2018"; without it today.')] = "",
    closed: Annotated[bool, typer.Option("--closed", help="A revisit that closes the concern.")] = False,
    look: Look = None,
    text: Text = "",
    file: TextFile = None,
    as_: As = None,
) -> None:
    """Write a letter on progress, on a revisit, or a formal reminder, from these facts or in words of your own.
    Another person sends it."""
    found = tuple(findings_in(finding or []).items())
    word = Word(kind, seen=seen, verdict=verdict, findings=found, closed=closed, look=day(look))
    said, person = words(text, file, "the letter") if text or file else "", actor(as_)
    output.put(with_desk(lambda desk: authorising.write_word(desk, person, case_ids, word, said)).rstrip())


@app.command("send-word")
def send_word(
    case_ids: CaseIds,
    kind: OfKind,
    look: Look = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Send the letter on progress, on a revisit, or the formal reminder, to chief officer and oversight body: what
    another person wrote. A reminder may go as it is made from what is overdue."""
    person, act_key, word = actor(as_), key(key_), Word(kind, look=day(look))
    _show(lambda desk: authorising.send_word(desk, person, case_ids, word, act_key, day(on)), as_json)
