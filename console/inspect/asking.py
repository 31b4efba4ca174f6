"""Between an inspector and a body: ask for a missing document, accept what came late, answer requests and questions."""

import uuid
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.dates import date_fields, typed
from console.inspect.file import file_for
from console.inspect.forms import Errors, Form, day_in, key_in, needed, read, recorded
from console.inspect.links import at
from console.numbers import row_number
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_path, needs
from lifecycle import acts as a
from lifecycle.words import Refused
from office.assessment_file import AssessmentFile
from office.casework import answer_request, seal_text
from office.open_requests import open_requests
from office.unanswered import QUESTION, TIME, has_answer_clock

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}"
ASKS = needs("ask_for_document", of="case")
ACCEPTS = needs("accept_late", of="case")
ANSWERS = needs("answer_request", of="case")
DOCUMENT = {
    "title": "Ask for one missing document",
    "said": "The body is told by mail, and a short clock starts. Only one document can be asked for at a time.",
    "field": "document",
    "label": "Which document, and what for",
    "button": "Ask for it",
    "dated": "When it is due (optional)",
}
LATE = {
    "title": "Accept the submission although it is late",
    "said": "It is assessed like any other. It stays recorded as late, with your reason beside it.",
    "field": "reason",
    "label": "Why it is accepted",
    "button": "Accept it",
    "dated": "",
}


@router.get(f"{BASE}/document", dependencies=[ASKS])
async def ask_document(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    return _page(request, await file_for(room, visitor, reference, body), DOCUMENT, "document", {}, {})


@router.post(f"{BASE}/document", dependencies=[ASKS])
async def send_for_document(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    file = await file_for(room, visitor, reference, body)
    form, errors = await read(request), Errors()
    text = needed(form, "document", errors, "Say which document is missing")
    due = day_in(form, "due", "date it is due", errors)
    if not errors:
        try:
            sealed = await seal_text(room.desk, "document", text, file.row.id)
            act = a.AskForDocument(key=key_in(form), actor=visitor.id, document=sealed, due=due)
            receipt = await room.desk.take(file.row.id, act)
            return onward(room.keys, at(file.row.id, "assess"), recorded("The body is asked.", receipt))
        except Refused as refused:
            errors["document"] = str(refused)
    return _page(request, file, DOCUMENT, "document", form, errors)


@router.get(f"{BASE}/late", dependencies=[ACCEPTS])
async def late(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return _page(request, await file_for(room, visitor, reference, body), LATE, "late", {}, {})


@router.post(f"{BASE}/late", dependencies=[ACCEPTS])
async def accept_late(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    file = await file_for(room, visitor, reference, body)
    form, errors = await read(request), Errors()
    text = needed(form, "reason", errors, "Say why it is accepted")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", text, file.row.id)
            act = a.AcceptLate(key=key_in(form), actor=visitor.id, reason=sealed)
            receipt = await room.desk.take(file.row.id, act)
            return onward(room.keys, at(file.row.id, "assess"), recorded("Accepted.", receipt))
        except Refused as refused:
            errors["reason"] = str(refused)
    return _page(request, file, LATE, "late", form, errors)


def _page(
    request: Request, file: AssessmentFile, words: dict[str, str], what: str, form: Form, errors: Errors
) -> Response:
    dates = date_fields(
        "due",
        typed(form, "due"),
        words["dated"],
        "For example, 4 12 2026. Left empty, the policy sets it",
        errors.get("due", ""),
    )
    return render(
        request,
        "inspect/one_act.html",
        422 if errors else 200,
        file=file,
        words=words,
        action=at(file.row.id, what),
        back=at(file.row.id, "assess"),
        given=form.get(words["field"], ""),
        dates=dates if words["dated"] else None,
        key=form.get("key") or uuid.uuid4(),
        errors=errors,
    )


@router.get(f"{BASE}/answer", dependencies=[ANSWERS])
async def answer(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _answers(request, room, visitor, await file_for(room, visitor, reference, body), {}, {})


@router.post(f"{BASE}/answer/time", dependencies=[ANSWERS])
async def answer_time(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """Grant as asked, grant until another date, or refuse."""
    file = await file_for(room, visitor, reference, body)
    form, errors = await read(request), Errors()
    clock = form.get("clock", "")
    decision, due = _decision(form, clock, errors)
    reason = needed(form, f"reason-{clock}", errors, "Give the reason: the body reads it")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "reason", reason, file.row.id)
            act = a.AnswerRequest(
                key=key_in(form),
                actor=visitor.id,
                clock=clock,
                grant=decision != "refuse",
                due=due,
                reason=sealed,
            )
            receipt = await answer_request(room.desk, file.row.id, act)
            said = "More time is refused." if decision == "refuse" else "More time is granted."
            return onward(
                room.keys, at(file.row.id, "answer"), recorded(f"{said} The body is told by mail.", receipt)
            )
        except Refused as refused:
            errors[f"decision-{clock}"] = str(refused)
    return await _answers(request, room, visitor, file, form, errors)


def _decision(form: Form, clock: str, errors: Errors) -> tuple[str, date | None]:
    decision = form.get(f"decision-{clock}", "")
    if decision not in ("grant", "until", "refuse"):
        errors[f"decision-{clock}"] = "Choose whether to give more time"
    due = day_in(form, f"due-{clock}", "new date", errors) if decision == "until" else None
    if decision == "until" and due is None and f"due-{clock}" not in errors:
        errors[f"due-{clock}"] = "Enter the date until which you give time"
    return decision, due


@router.post(f"{BASE}/answer/question", dependencies=[needs("answer_question", of="case")])
async def answer_question(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    file = await file_for(room, visitor, reference, body)
    form, errors = await read(request), Errors()
    number = form.get("number", "")
    if not row_number(number):
        raise NotFound(number)
    text = needed(form, f"answer-{number}", errors, "Write the answer")
    if not errors:
        try:
            sealed = await seal_text(room.desk, "answer", text, file.row.id)
            act = a.AnswerQuestion(key=key_in(form), actor=visitor.id, number=int(number), answer=sealed)
            receipt = await room.desk.take(file.row.id, act)
            return onward(room.keys, at(file.row.id, "answer"), recorded("The answer is sent.", receipt))
        except Refused as refused:
            errors[f"answer-{number}"] = str(refused)
    return await _answers(request, room, visitor, file, form, errors)


async def _answers(
    request: Request, room: Room, visitor: Visitor, file: AssessmentFile, form: Form, errors: Errors
) -> Response:
    times, questions = await room.read(lambda database: open_requests(database, file))
    return render(
        request,
        "inspect/answer.html",
        422 if errors else 200,
        file=file,
        times=times,
        dated={
            "time": has_answer_clock(file.rules, TIME),
            "question": has_answer_clock(file.rules, QUESTION),
        },
        policy=f"the policy {file.row.policy}",
        questions=questions,
        form=form,
        dates={
            one.clock: date_fields(
                f"due-{one.clock}",
                typed(form, f"due-{one.clock}"),
                "Until",
                "For example, 4 12 2026",
                errors.get(f"due-{one.clock}", ""),
            )
            for one in times
        },
        key=uuid.uuid4(),
        at=at,
        case_path=case_path,
        errors=errors,
    )
