"""Letters on the way: on progress, on a revisit, a formal reminder. One person writes one, another sends it."""

import uuid

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.dates import date_fields, typed
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at
from console.inspect.writing import finding_items
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_path, needs
from console.stages import stage_tag
from lifecycle.words import Finding, LetterKind, Refused
from office import authorising
from office.assessment_file import AssessmentFile
from office.letter_drafts import writers_of
from office.letter_facts import Word, letter_of_word
from office.letter_parts import Kind
from office.letter_sending import print_of

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}/word/{kind}"
WRITES = needs("draft_letter", of="case")
TITLES = {
    LetterKind.progress: "A letter on progress",
    LetterKind.revisit: "A letter on a revisit",
    LetterKind.reminder: "A formal reminder",
}


@router.get(BASE, dependencies=[WRITES])
async def show(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, kind: str
) -> Response:
    file = await file_for(room, visitor, reference, body)
    return await _page(request, room, visitor, file, _kind(kind), {}, {})


@router.post(BASE, dependencies=[WRITES])
async def write(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, kind: str
) -> Response:
    """Keep the letter that these findings make, or these words for all of it. Another person sends it."""
    file, of = await file_for(room, visitor, reference, body), _kind(kind)
    form, errors = await forms.read(request), forms.Errors()
    look = forms.day_in(form, "look", "date", errors)
    text = forms.needed(form, "text", errors, "Write the letter") if "text" in form else ""
    if of is not LetterKind.reminder and not text and "text" not in form:
        forms.needed(form, "verdict", errors, "Say what you found, in a sentence or two")
    if not errors:
        word = Word(
            of,
            seen=form.get("seen", "").strip()[:200],
            verdict=" ".join(form.get("verdict", "").split()),
            findings=_findings(file, form),
            closed=form.get("closed") == "yes",
            look=look,
        )
        try:
            await authorising.write_word(room.desk, visitor.id, [file.row.id], word, text)
            said = "Kept. Another person sends it."
            return onward(room.keys, at(file.row.id, f"word/{of.value}"), said)
        except Refused as refused:
            errors["text" if text else "verdict"] = str(refused)
    return await _page(request, room, visitor, file, of, form, errors)


@router.post(BASE + "/send", dependencies=[needs("send_word", of="case")])
async def send(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, kind: str
) -> Response:
    """Send the letter that was shown, if it still reads so."""
    file, of = await file_for(room, visitor, reference, body), _kind(kind)
    form = await forms.read(request)
    try:
        receipts = await authorising.send_word(
            room.desk,
            visitor.id,
            [file.row.id],
            Word(of),
            forms.key_in(form),
            seen=form.get("seen", "")[:80],
        )
    except Refused as refused:
        return await _page(request, room, visitor, file, of, form, {"send": str(refused)})
    said = forms.recorded("The letter is sent to chief officer and oversight body.", receipts[0])
    return onward(room.keys, case_path(file.row.id), said)


def _kind(given: str) -> LetterKind:
    if given not in {one.value for one in LetterKind}:
        raise NotFound(given)
    return LetterKind(given)


def _findings(file: AssessmentFile, form: forms.Form) -> tuple[tuple[str, Finding], ...]:
    known = {one.value for one in Finding}
    said = ((one.id, form.get(f"finding-{number}", "")) for number, one in enumerate(file.criteria, 1))
    return tuple((criterion, Finding(finding)) for criterion, finding in said if finding in known)


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    file: AssessmentFile,
    of: LetterKind,
    form: forms.Form,
    errors: forms.Errors,
) -> Response:
    wrote = await room.read(lambda database: writers_of(database, Kind(of.value), [file.row.id]))
    letter, why_none = None, ""
    if wrote or of is LetterKind.reminder:
        try:
            letter = await letter_of_word(room.desk, [file.row.id], Word(of))
        except Refused as refused:
            why_none = str(refused)
    legend = "By when we expect it" if of is LetterKind.reminder else "When we look again"
    return render(
        request,
        "inspect/word.html",
        422 if errors else 200,
        file=file,
        kind=of.value,
        title=TITLES[of],
        wrote=wrote,
        letter=letter.text.strip() if letter else "",
        seen=print_of(letter) if letter else "",
        why_none=why_none,
        own=visitor.id in wrote,
        criteria=[
            (number, one, finding_items(form.get(f"finding-{number}", "")))
            for number, one in enumerate(file.criteria, 1)
        ],
        look=date_fields(
            "look",
            typed(form, "look"),
            f"{legend} (optional)",
            "For example, 4 12 2026",
            errors.get("look", ""),
        ),
        form=form,
        key=form.get("key") or uuid.uuid4(),
        stage=stage_tag(file.case.stage),
        at=at,
        case_path=case_path,
        errors=errors,
    )
