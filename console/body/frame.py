"""What the pages of a body share: its name, its sections, and how a duty's next act is found."""

from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import Response

from console.pages import render
from console.room import Room, Visitor
from console.rules import case_path, needs
from lifecycle.checking import ACCURACY
from lifecycle.words import Stage
from office.owed import name_of
from office.owing import IMPLEMENTATION, Duty

SEES = needs("see_body", of="body")
SIZE = 50
SECTIONS = (
    ("What we owe", ""),
    ("Submit", "/submit"),
    ("Questions and requests", "/asked"),
    ("Letters and mail", "/post"),
    ("Contacts", "/contacts"),
    ("Calendar", "/calendar"),
)


def home(body: str) -> str:
    """The address of a body's first page."""
    return f"/body/{quote(body)}"


async def page(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    template: str,
    status: int = 200,
    **context: object,
) -> Response:
    """A page of this body, under its sections."""
    return render(
        request,
        template,
        status,
        body=body,
        body_name=await room.read(lambda database: name_of(database, body)),
        home=home(body),
        sections=[(title, home(body) + path) for title, path in SECTIONS],
        today=room.today,
        may=lambda act: visitor.may(act, body),
        **context,
    )


def next_act(duty: Duty) -> tuple[str, str]:
    """What the body does next about a duty, and where."""
    if duty.kind == IMPLEMENTATION:
        query = f"?{urlencode({'criterion': duty.criterion})}" if duty.criterion else ""
        return "Declare it implemented", f"{case_path(duty.case)}/declare{query}"
    if duty.kind == ACCURACY:
        return "Check the draft letter", f"{case_path(duty.case)}/draft"
    where = f"/body/{quote(duty.case.rsplit('/', 1)[1])}/submit?{urlencode({'cases': duty.reference})}"
    return ("Send the document" if duty.kind == "document" else "Submit"), where


def other_acts(duty: Duty) -> list[tuple[str, str]]:
    """What else can be done about it: acknowledge, ask for time, ask a question."""
    here = case_path(duty.case)
    found = []
    if not duty.acknowledged:
        found.append(("Acknowledge", f"{here}/acknowledge"))
    if duty.movable and duty.asked_until is None:
        found.append(("Ask for more time", f"{here}/more-time?{urlencode({'clock': duty.clock})}"))
    if duty.submittable and duty.stage is Stage.submitted:
        replace = f"/body/{quote(duty.case.rsplit('/', 1)[1])}/submit?{urlencode({'cases': duty.reference})}"
        found.append(("Replace what we submitted", replace))
        found.append(("Withdraw what we submitted", f"{here}/withdraw-submission"))
    found.append(("Ask a question", f"{here}/question"))
    return found
