"""A body checks the facts in a draft letter: it reads the draft, says point by point what is not right, reads the
answers."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.body.forms import LONGEST, Form, form_page, taken, typed_in
from console.casefile.case import read
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_id, needs
from lifecycle import events as e
from lifecycle.acts import CommentOnDraft
from lifecycle.words import Refused, Stage
from models.database import Database
from office.casework import seal_points
from office.letter_standing import Check, check_of

router = APIRouter(include_in_schema=False)
CHECKS = needs("comment_on_draft", of="case")
FIELDS = 10
"""Points that one form takes; a longer text may stand in one of them."""


@router.get("/cases/{reference}/{body}/draft", dependencies=[CHECKS])
async def draft(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _page(request, room, visitor, case_id(reference, body), {})


@router.post("/cases/{reference}/{body}/draft", dependencies=[CHECKS])
async def comment(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    of, form = case_id(reference, body), await typed_in(request)
    said = [form.get(f"point-{number}", "").strip() for number in range(1, FIELDS + 1)]
    errors = {
        f"point-{number}": f"Enter at most {LONGEST:,} characters"
        for number, point in enumerate(said, 1)
        if len(point) > LONGEST
    }
    if form.get("right") == "yes" and any(said):
        errors["right"] = "You say that nothing is wrong, and name points. Do one or the other"
    elif form.get("right") != "yes" and not any(said):
        errors["right"] = "Enter a point, or say that nothing is wrong"
    if not errors:
        try:
            points = await seal_points(room.desk, said, of)
            act = CommentOnDraft(key=form["key"], actor=visitor.id, points=points)
            return await taken(room, visitor, of, act, "Thank you: your comments are with the inspectorate.")
        except Refused as refused:
            errors["right"] = str(refused)
    return await _page(request, room, visitor, of, form, errors)


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    file = await read(room, visitor, of)
    events = [one.event for one in file.told.events]

    def found(database: Database) -> Check | None:
        with database.reading() as session:
            return check_of(session, events)

    check = await room.read(found)
    undone = file.true.draft is None and file.true.stage is not Stage.assessed and not _lettered(events)
    clock = file.true.clocks.get("accuracy")
    return await form_page(
        request,
        room,
        visitor,
        of,
        "body/draft_letter.html",
        {"right": "", **{f"point-{number}": "" for number in range(1, FIELDS + 1)}, **form},
        errors,
        check=None if undone else check,
        open=file.true.draft is not None and not file.true.draft_closed,
        due=clock.due if clock and clock.running else None,
        fields=range(1, FIELDS + 1),
    )


def _lettered(events: list[e.Event]) -> bool:
    """Whether the letter that was a draft is sent by now."""
    return any(isinstance(event, e.LetterSent) for event in events)
