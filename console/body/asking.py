"""A body acknowledges what it was sent, asks for more time, and asks a question."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.body.asked import NO_DATE
from console.body.forms import Form, form_page, sealed, taken, typed_in, without_words
from console.casefile.case import read
from console.dates import NotADate, date_fields, read_date, typed
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_id, needs
from lifecycle.acts import Acknowledge, AskForTime, AskQuestion
from lifecycle.words import Paper, Refused
from office.dossier import Dossier
from office.duties import Duty
from office.unanswered import QUESTION, TIME, has_answer_clock

router = APIRouter(include_in_schema=False)
ACKNOWLEDGES = needs("acknowledge", of="case")
ASKS_TIME = needs("ask_for_time", of="case")
ASKS = needs("ask_question", of="case")
PAPERS = {
    Paper.request_letter: "the letter that asks for our plan",
    Paper.recommendation: "the recommendation",
}


@router.get("/cases/{reference}/{body}/acknowledge", dependencies=[ACKNOWLEDGES])
async def ask_acknowledge(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    return await _acknowledge_page(request, room, visitor, case_id(reference, body), {})


@router.post("/cases/{reference}/{body}/acknowledge", dependencies=[ACKNOWLEDGES])
async def acknowledge(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    of, form = case_id(reference, body), await typed_in(request)
    if form.get("paper") not in set(Paper):
        errors = {"paper": "Choose what you acknowledge"}
        return await _acknowledge_page(request, room, visitor, of, form, errors)
    act = Acknowledge(key=form["key"], actor=visitor.id, paper=Paper(form["paper"]))
    try:
        return await taken(room, visitor, of, act, "Thank you: acknowledged.")
    except Refused as refused:
        return await _acknowledge_page(request, room, visitor, of, form, {"paper": str(refused)})


@router.get("/cases/{reference}/{body}/more-time", dependencies=[ASKS_TIME])
async def ask_time(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, clock: str = ""
) -> Response:
    return await _time_page(request, room, visitor, case_id(reference, body), {"clock": clock})


@router.post("/cases/{reference}/{body}/more-time", dependencies=[ASKS_TIME])
async def take_time(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    of, form = case_id(reference, body), await typed_in(request)
    errors = {} if form.get("clock") else {"clock": "Choose for which date you ask"}
    due = None
    try:
        due = read_date(form, "due", "date you ask for")
        errors |= {} if due else {"due": "Enter the date you ask for"}
    except NotADate as wrong:
        errors["due"] = str(wrong)
    errors |= without_words(form, "reason", "Enter why you need more time")
    if due is not None and not errors:
        try:
            reason = await sealed(room, of, "reason", form, "reason")
            act = AskForTime(key=form["key"], actor=visitor.id, clock=form["clock"], due=due, reason=reason)
            return await taken(
                room, visitor, of, act, "You asked for more time. The date stays until you have an answer."
            )
        except Refused as refused:
            errors["due"] = str(refused)
    return await _time_page(request, room, visitor, of, form, errors)


@router.get("/cases/{reference}/{body}/question", dependencies=[ASKS])
async def ask_question(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    return await _question_page(request, room, visitor, case_id(reference, body), {})


@router.post("/cases/{reference}/{body}/question", dependencies=[ASKS])
async def question(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    of, form = case_id(reference, body), await typed_in(request)
    errors = without_words(form, "question", "Enter your question")
    if not errors:
        try:
            words = await sealed(room, of, "question", form, "question")
            act = AskQuestion(key=form["key"], actor=visitor.id, question=words)
            return await taken(room, visitor, of, act, "Your question is with the inspectorate.")
        except Refused as refused:
            errors = {"question": str(refused)}
    return await _question_page(request, room, visitor, of, form, errors)


async def _question_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    file = await read(room, visitor, of)
    no_date = "" if has_answer_clock(file.rules, QUESTION) else NO_DATE
    return await form_page(request, room, visitor, of, "body/question.html", form, errors, no_date=no_date)


async def _acknowledge_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    file = await read(room, visitor, of)
    open_ = {paper.value: said for paper, said in PAPERS.items() if _may_acknowledge(file, paper)}
    return await form_page(request, room, visitor, of, "body/acknowledge.html", form, errors, papers=open_)


def _may_acknowledge(file: Dossier, paper: Paper) -> bool:
    case = file.told.case
    sent = paper is Paper.recommendation or any(one.event.kind == "requested" for one in file.told.events)
    return sent and paper not in case.acknowledged and not case.ended


async def _time_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    file = await read(room, visitor, of)
    due = date_fields(
        "due",
        typed(form, "due"),
        "Date you ask for",
        "For example, 4 12 2026",
        (errors or {}).get("due", ""),
    )
    return await form_page(
        request,
        room,
        visitor,
        of,
        "body/more_time.html",
        form,
        errors,
        clocks=_movable(file),
        due=due,
        no_date="" if has_answer_clock(file.rules, TIME) else NO_DATE,
    )


def _movable(file: Dossier) -> list[Duty]:
    """The running duties of the body's own for which more time can be asked."""
    if file.rules is None:
        return []
    rules, case = file.rules, file.told.case
    running = {clock.id: clock for clock in case.running() if clock.due and clock.id not in case.asked}
    return [
        duty
        for duty in file.duties
        if duty.owner == "the body"
        and duty.id in running
        and not duty.statutory
        and rules.policy.clocks[running[duty.id].kind].moved_by
    ]
