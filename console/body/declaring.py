"""A body declares a recommendation implemented, whole or by criterion; and finds where its submission is withdrawn."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.body.forms import form_page, sealed, taken, typed_in, without_words
from console.body.submit import receipt_at
from console.casefile.case import read
from console.cookies import onward
from console.room import ByVisitor, InRoom
from console.rules import NotFound, case_id, needs
from lifecycle.acts import DeclareImplemented
from lifecycle.words import Refused

router = APIRouter(include_in_schema=False)
DECLARES = needs("declare_implemented", of="case")
WITHDRAWS = needs("withdraw_submission", of="case")
WHOLE = "all"


@router.get("/cases/{reference}/{body}/declare", dependencies=[DECLARES])
async def ask(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str, criterion: str = ""
) -> Response:
    form = {"criterion": criterion}
    return await form_page(request, room, visitor, case_id(reference, body), "body/declare.html", form)


@router.post("/cases/{reference}/{body}/declare", dependencies=[DECLARES])
async def declare(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    of, form = case_id(reference, body), await typed_in(request)
    errors = {} if form.get("criterion") else {"criterion": "Choose what is implemented"}
    errors |= without_words(form, "statement", "Enter what was done, and since when")
    if not errors:
        try:
            act = DeclareImplemented(
                key=form["key"],
                actor=visitor.id,
                statement=await sealed(room, of, "statement", form, "statement"),
                criterion=None if form["criterion"] == WHOLE else form["criterion"],
            )
            return await taken(
                room, visitor, of, act, "Declared implemented. An inspector verifies it later."
            )
        except Refused as refused:
            errors = {"criterion": str(refused)}
    return await form_page(request, room, visitor, of, "body/declare.html", form, errors)


@router.get("/cases/{reference}/{body}/withdraw-submission", dependencies=[WITHDRAWS])
async def where(room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    """A submission is withdrawn as a whole: on the page of its receipt."""
    file = await read(room, visitor, case_id(reference, body))
    if file.told.case.submission is None:
        raise NotFound(reference)
    return onward(room.keys, f"{receipt_at(body, file.told.case.submission)}/withdraw")
