"""`/api/v1/mails`: what was sent to whom, and what became of it; for operations."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from console.api import cursor as place
from console.api.cursor import Cursor, Size, first
from console.api.door import UNCHANGED, Told, api_router, told
from console.room import InRoom
from console.rules import NotFound, needs
from lifecycle.words import Refused
from models import tables
from models.tables import MailState
from office import post, registers

router = api_router("mails")
SEES = needs("see_operations")


class Mail(Told):
    """One message to one mailbox. `case` is what it is about; a digest is about a mailbox."""

    id: str
    message_id: str
    mailbox: str
    case_id: str
    subject: str
    composed_at: datetime
    state: MailState
    tries: int
    next_try: datetime | None
    code: int | None
    reply: str
    settled_at: datetime | None
    held: bool


class Mails(Told):
    mails: tuple[Mail, ...]
    next: str | None


class Attempt(Told):
    """One try at sending it, and how far that got."""

    number: int
    started_at: datetime
    phase: str
    outcome: str | None
    code: int | None
    reply: str
    ended_at: datetime | None


class MailFile(Told):
    mail: Mail
    text: str
    attempts: tuple[Attempt, ...]


@router.get("/mails", dependencies=[SEES], response_model=Mails, responses=UNCHANGED)
async def list_mails(
    request: Request,
    room: InRoom,
    state: MailState | None = None,
    mailbox: Annotated[str | None, Query(max_length=254, pattern=r"^[^\x00]+$")] = None,
    size: Size = 50,
    cursor: Cursor = None,
) -> Response:
    """Mails, the newest first."""
    found = await asyncio.to_thread(
        registers.mails,
        room.database,
        wanted=state.value if state else None,
        mailbox=mailbox,
        after=_after(cursor),
        size=size,
    )
    page, more = first(found, size)
    last = place.write(page[-1].composed_at.isoformat(), page[-1].id) if more else None
    return told(request, Mails(mails=tuple(map(_mail, page)), next=last))


@router.get("/mails/{mail}", dependencies=[SEES], response_model=MailFile, responses=UNCHANGED)
async def show_mail(request: Request, room: InRoom, mail: str) -> Response:
    """One mail with its text and each attempt to send it."""
    try:
        found, attempts, _ = await asyncio.to_thread(post.mail_file, room.database, mail)
    except post.NoMail as missing:
        raise NotFound(mail) from missing
    fields = set(Attempt.model_fields)
    tries = tuple(Attempt.model_validate(one.model_dump(include=fields)) for one in attempts)
    return told(request, MailFile(mail=_mail(found), text=found.text, attempts=tries))


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    after = place.read(cursor, 2)
    if after is None:
        return None
    try:
        at = datetime.fromisoformat(after[0] or "")
    except ValueError as wrong:
        raise Refused(place.NOT_OURS) from wrong
    if at.tzinfo is None:
        raise Refused(place.NOT_OURS)
    return at, after[1] or ""


def _mail(row: tables.Mail) -> Mail:
    return Mail.model_validate(row.model_dump(include=set(Mail.model_fields)))
