"""Acts handed in by programs: judged by the same rights as forms, words sealed first, and taken once per key."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Body, Header
from pydantic import StringConstraints

from console.api.asked import SEALED, SUBMISSION, AnyAct, Asked
from console.api.door import UNRECORDED, Told, api_router
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_id, needs
from lifecycle.acts import AnswerRequest, CommentOnDraft, RecordInspection, key_for
from lifecycle.words import LetterKind, Refused, Side, Stage
from models.messages import Receipt
from models.tables import CaseRow
from office import authorising, casework, letter_sending
from office.desk import Desk
from office.disclosure import BEFORE_THE_LETTER
from office.letter_facts import Word
from office.reach import Reach
from office.receipts import refuse_used
from office.rights import role_for
from office.uploads.shelf import NoUpload

router = api_router("acts")

IdempotencyKey = Annotated[
    str,
    Header(description="Yours for this act: sent again with the same one, an act is taken once."),
    StringConstraints(min_length=1, max_length=100, pattern=r"^[!-~]+$"),
]
Act = Annotated[AnyAct, Body(description="One act, by its `kind`. `text` is sealed before the act is taken.")]


class ActReceipt(Told):
    """The act is in the ledger at `seq`. `leaving` names mail that it came too late to stop."""

    case: str
    key: str
    seq: int
    stage: Stage
    leaving: tuple[str, ...]


@router.post(
    "/cases/{reference}/{body}/acts",
    dependencies=[needs("see_case", of="case")],
    responses=UNRECORDED,
)
async def act_on_case(
    room: InRoom, visitor: ByVisitor, reference: str, body: str, idempotency_key: IdempotencyKey, act: Act
) -> ActReceipt:
    """Take an act on a case. The answer is its receipt; a repeat with the same key gives the same receipt."""
    return await take(room, visitor, case_id(reference, body), act, idempotency_key)


@router.post(
    "/responses/{report}/{oversight}/acts",
    dependencies=[needs("see_oversight", of="oversight")],
    responses=UNRECORDED,
)
async def act_on_response(
    room: InRoom, visitor: ByVisitor, report: str, oversight: str, idempotency_key: IdempotencyKey, act: Act
) -> ActReceipt:
    """Take an act on a response: comments invited, the response recorded."""
    return await take(room, visitor, f"response/{report}/{oversight}", act, idempotency_key)


async def take(room: Room, visitor: Visitor, of: str, asked: Asked, given: str) -> ActReceipt:
    """Seal the act's words, and hand it in under the caller's key, which is this person's own.

    Raises:
        NotFound, NotAllowed, Refused, NeedsRepair, Unreachable
    """
    room.pace.note("act", visitor.id)
    key = key_for(f"api/{visitor.id}", given)
    row = await asyncio.to_thread(_judged, room, visitor, of, asked, key)
    if asked.act in LETTERS:
        return _told(row, visitor, given, await LETTERS[asked.act](room.desk, visitor.id, of, asked, key))
    act = asked.made(key, visitor.id, await _sealed(room, visitor, of, asked))
    if isinstance(act, AnswerRequest):
        return _told(row, visitor, given, await casework.answer_request(room.desk, of, act))
    if isinstance(act, RecordInspection):
        return _told(row, visitor, given, await casework.record_inspection(room.desk, of, act))
    return _told(row, visitor, given, await room.desk.take(of, act))


async def _draft(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    return (await authorising.send_draft(desk, actor, [of], key, getattr(asked, "due", None)))[0]


async def _comments(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    points = await casework.seal_points(desk, getattr(asked, "points", ()), of)
    return await desk.take(of, CommentOnDraft(key=key, actor=actor, on=asked.on, points=points))


async def _authorised(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    return (await authorising.authorise_letter(desk, actor, [of], key, asked.on))[0]


async def _letter(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    return await authorising.send_letter(desk, actor, of, key, asked.on)


async def _correction(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    return await authorising.correct_letter(desk, actor, of, asked.words, key, asked.on)


async def _word(desk: Desk, actor: str, of: str, asked: Asked, key: str) -> Receipt:
    word = Word(LetterKind(getattr(asked, "of")))  # noqa: B009 - a field of this act's own model
    return (await authorising.send_word(desk, actor, [of], word, key, asked.on))[0]


LETTERS: dict[str, Callable[[Desk, str, str, Asked, str], Awaitable[Receipt]]] = {
    "send_draft": _draft,
    "comment_on_draft": _comments,
    "authorise": _authorised,
    "send_letter": _letter,
    "correct_letter": _correction,
    "send_word": _word,
}
"""Acts with a letter, which the office makes or finds."""


def _judged(room: Room, visitor: Visitor, of: str, asked: Asked, key: str) -> CaseRow:
    """Nothing is sealed for somebody who may not take the act."""
    with room.database.reading() as session:
        row = session.get(CaseRow, of)
        if row is None:
            raise NotFound(of)
        role_for(visitor.actor, asked.act, row.body_id, row.oversight_id)
        refuse_used(session, key, of)
    return row


async def _sealed(room: Room, visitor: Visitor, of: str, asked: Asked) -> str | None:
    kind = SEALED.get(asked.act)
    if kind is None:
        return None
    if asked.act == SUBMISSION:
        try:
            return await casework.seal_submission_from_uploads(
                room.desk, [of], asked.words, asked.files, visitor.id
            )
        except NoUpload as missing:
            raise Refused(str(missing)) from missing
    if asked.act == "send_request_letter":
        return await letter_sending.seal_request(room.desk, [of], getattr(asked, "due", None), asked.words)
    return await casework.seal_text(room.desk, kind, asked.words, of)


def _told(row: CaseRow, visitor: Visitor, given: str, receipt: Receipt) -> ActReceipt:
    """Outside, a case stays submitted until its letter is sent, and whose mail is leaving is not told."""
    inside = Reach.of(visitor.actor).side(row) is Side.inspectorate
    stage = Stage(receipt.stage)
    return ActReceipt(
        case=receipt.stream,
        key=given,
        seq=receipt.seq,
        stage=stage if inside or stage not in BEFORE_THE_LETTER else Stage.submitted,
        leaving=receipt.leaving if inside else (),
    )
