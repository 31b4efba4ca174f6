"""The receipt for a submission: what came, from whom, when, with which files; and how it is taken back."""

from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.body.forms import plain
from console.body.frame import SEES, home, page
from console.body.submit import receipt_at
from console.cookies import onward
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_path, needs
from lifecycle.words import Refused
from office.submitting import ANSWERED, NoProof, Proof, proof, take_back

router = APIRouter(include_in_schema=False)
WITHDRAWS = needs("withdraw_submission", of="body")
LONGEST_REASON = 4000


@router.get("/body/{body}/receipts/{submission}", dependencies=[SEES])
async def show(request: Request, room: InRoom, visitor: ByVisitor, body: str, submission: str) -> Response:
    found = await _proof(room, body, submission)
    return await page(
        request,
        room,
        visitor,
        body,
        "body/receipt.html",
        proof=found,
        answers=ANSWERED,
        case_path=case_path,
        here=receipt_at(body, submission),
        replace=f"{home(body)}/submit?" + "&".join(f"cases={quote(one.reference)}" for one in found.lines),
    )


@router.get("/body/{body}/receipts/{submission}/withdraw", dependencies=[WITHDRAWS])
async def ask(request: Request, room: InRoom, visitor: ByVisitor, body: str, submission: str) -> Response:
    return await _form(request, room, visitor, body, await _proof(room, body, submission), str(uuid4()))


@router.post("/body/{body}/receipts/{submission}/withdraw", dependencies=[WITHDRAWS])
async def withdraw(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    submission: str,
    key: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form()] = "",
) -> Response:
    found = await _proof(room, body, submission)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        errors = {"reason": f"Enter why you withdraw it, in at most {LONGEST_REASON:,} characters"}
        return await _form(request, room, visitor, body, found, key, reason, errors)
    room.pace.note("act", visitor.id)
    try:
        receipts = await take_back(room.desk, found, visitor.id, plain(reason).strip(), f"withdraw-{key}")
    except Refused as refused:
        return await _form(request, room, visitor, body, found, key, reason, {"reason": str(refused)})
    numbers = ", ".join(str(one.seq) for one in receipts)
    said = f"Withdrawn, and recorded as number {numbers}. What it answered is owed again, by the date it had."
    return onward(room.keys, receipt_at(body, submission), said)


async def _proof(room: Room, body: str, submission: str) -> Proof:
    try:
        return await room.read(lambda database: proof(database, body, submission))
    except NoProof as none:
        raise NotFound(submission) from none


async def _form(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    found: Proof,
    key: str,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    if not found.open_ and errors is None:
        raise NotFound(found.id)
    return await page(
        request,
        room,
        visitor,
        body,
        "body/withdraw.html",
        422 if errors else 200,
        proof=found,
        key=key,
        reason=reason,
        here=receipt_at(body, found.id),
        errors=errors or {},
    )
