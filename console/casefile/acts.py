"""The acts that are taken on the case's own page: ask for the plan, move a date, withdraw the case."""

import uuid
from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.casefile.case import read, standing
from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_id, case_path, needs
from lifecycle.acts import Act, MoveDueDate, SendRequestLetter, Withdraw
from lifecycle.words import Refused
from office.casework import seal_text
from office.dossier import Dossier
from office.letter_papers import request_letter
from office.letter_sending import seal_request
from office.offers import movable

router = APIRouter(include_in_schema=False)
LONGEST = 5000
MOVES = needs("move_due_date", of="case")
WITHDRAWS = needs("withdraw", of="case")
REQUESTS = needs("send_request_letter", of="case")
Form = Mapping[str, str]
Errors = dict[str, str]


@router.get("/cases/{reference}/{body}/move", dependencies=[MOVES])
async def ask_move(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, clock: str = ""
) -> Response:
    file = await read(room, visitor, case_id(reference, body))
    return _move_page(request, room, visitor, file, {"clock": clock})


@router.post("/cases/{reference}/{body}/move", dependencies=[MOVES])
async def move(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    of = case_id(reference, body)
    form = await _form(request)
    due, errors = _day(form, "due", "new date", needed=True)
    if not form.get("clock"):
        errors["clock"] = "Choose which date to move"
    errors |= _without_reason(form, "Enter why the date is moved")
    if due is not None and not errors:
        try:
            reason = await seal_text(room.desk, "reason", form["reason"].strip(), of)
            act = MoveDueDate(key=form["key"], actor=visitor.id, clock=form["clock"], due=due, reason=reason)
            return await _take(room, of, act, "The date is moved.")
        except Refused as refused:
            errors["due"] = str(refused)
    file = await read(room, visitor, of)
    return _move_page(request, room, visitor, file, form, errors)


@router.get("/cases/{reference}/{body}/withdraw", dependencies=[WITHDRAWS])
async def ask_withdraw(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    return _withdraw_page(request, await read(room, visitor, case_id(reference, body)), {})


@router.post("/cases/{reference}/{body}/withdraw", dependencies=[WITHDRAWS])
async def withdraw(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    of = case_id(reference, body)
    form = await _form(request)
    errors = _without_reason(form, "Enter why the case is withdrawn")
    if not errors:
        try:
            reason = await seal_text(room.desk, "reason", form["reason"].strip(), of)
            return await _take(
                room, of, Withdraw(key=form["key"], actor=visitor.id, reason=reason), "The case is withdrawn."
            )
        except Refused as refused:
            errors["reason"] = str(refused)
    return _withdraw_page(request, await read(room, visitor, of), form, errors)


@router.get("/cases/{reference}/{body}/request", dependencies=[REQUESTS])
async def ask_request(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    return await _request_page(request, room, await read(room, visitor, case_id(reference, body)), {})


@router.post("/cases/{reference}/{body}/request", dependencies=[REQUESTS])
async def send_request(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """Send the letter, or with `deed=preview` show it again as it will read with the date given."""
    of = case_id(reference, body)
    form = await _form(request)
    due, errors = _day(form, "due", "date by which the plan is due")
    if not errors and form.get("deed") != "preview":
        try:
            letter = await seal_request(room.desk, [of], due)
            act = SendRequestLetter(key=form["key"], actor=visitor.id, letter=letter, due=due)
            return await _take(room, of, act, "The request letter is on its way.")
        except Refused as refused:
            errors["due"] = str(refused)
    return await _request_page(request, room, await read(room, visitor, of), form, errors, due)


async def _take(room: Room, of: str, act: Act, said: str) -> Response:
    receipt = await room.desk.take(of, act)
    leaving = " Mail was already leaving and could not be stopped." if receipt.leaving else ""
    return onward(room.keys, case_path(of), f"{said} It is number {receipt.seq} in the ledger.{leaving}")


async def _form(request: Request) -> dict[str, str]:
    """What was typed. A form that lost its key gets a new one, which its next showing carries."""
    given = await request.form()
    form = {name: value for name, value in given.items() if isinstance(value, str)}
    form["key"] = form.get("key", "")[:100] or uuid.uuid4().hex
    return form


def _day(form: Form, field: str, name: str, *, needed: bool = False) -> tuple[date | None, Errors]:
    try:
        day = read_date(form, field, name)
    except NotADate as wrong:
        return None, {field: str(wrong)}
    return day, {field: f"Enter the {name}"} if needed and day is None else {}


def _without_reason(form: Form, said: str) -> Errors:
    reason = form.get("reason", "").strip()
    if not reason:
        return {"reason": said}
    return {"reason": f"The reason must be {LONGEST:,} characters or fewer"} if len(reason) > LONGEST else {}


def _move_page(
    request: Request, room: Room, visitor: Visitor, file: Dossier, form: Form, errors: Errors | None = None
) -> Response:
    stands = standing(file, room, visitor)
    may_move = {clock.id for clock in movable(stands)} if stands else set()
    errors = errors or {}
    return render(
        request,
        "cases/move.html",
        422 if errors else 200,
        clocks=[duty for duty in file.duties if duty.id in may_move],
        due=date_fields(
            "due", typed(form, "due"), "New date", "For example, 4 12 2026", errors.get("due", "")
        ),
        **_asked(file, form, errors),
    )


def _withdraw_page(request: Request, file: Dossier, form: Form, errors: Errors | None = None) -> Response:
    errors = errors or {}
    return render(request, "cases/withdraw.html", 422 if errors else 200, **_asked(file, form, errors))


async def _request_page(
    request: Request,
    room: Room,
    file: Dossier,
    form: Form,
    errors: Errors | None = None,
    due: date | None = None,
) -> Response:
    """With the letter as it will read: with the policy's date, or the one given."""
    errors = errors or {}
    letter = await request_letter(room.desk, file.row.id, due)
    hint = "Leave it empty for the policy’s own limit"
    return render(
        request,
        "cases/request.html",
        422 if errors else 200,
        letter=letter.text,
        due=date_fields("due", typed(form, "due"), "Due date (optional)", hint, errors.get("due", "")),
        **_asked(file, form, errors),
    )


def _asked(file: Dossier, form: Form, errors: Errors) -> dict[str, object]:
    """What every form of the case's page has. The key is made once, so that pressing twice does it once."""
    return {
        "file": file,
        "here": case_path(file.row.id),
        "form": {"reason": "", "clock": "", **form},
        "key": form.get("key") or uuid.uuid4().hex,
        "errors": errors,
    }
