"""`/api/v1/…/uploads`: documents that wait to be submitted, read while they arrive, and checked like those of pages."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from console.api.door import PROBLEMS, Told, api_router
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from console.safety import lift_limit
from models.tables import ScanState
from office.uploads.intake import Doorway, take_in
from office.uploads.shelf import NoUpload, Waiting, remove, waiting

router: APIRouter = api_router("uploads")
DRAFT = "api"
"""The draft of everything that one person's programs send."""
RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself. It is read no further than the limit.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Name = Annotated[
    str,
    Query(description="The file's name: its ending says its kind"),
    StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]+$"),
]
UploadId = Annotated[str, StringConstraints(max_length=80)]


class Uploaded(Told):
    """A document that waits. Name it in `uploads` of an act, until it is submitted or expires."""

    id: str
    name: str
    size: int
    sha256: str
    scan: ScanState
    note: str
    uploaded_at: datetime


class AllUploaded(Told):
    uploads: tuple[Uploaded, ...]


SUBMITS, RESPONDS = needs("record_submission", of="body"), needs("record_response", of="oversight")


@router.post("/bodies/{body}/uploads", dependencies=[SUBMITS], status_code=201, openapi_extra=RAW)
async def for_body(request: Request, room: InRoom, visitor: ByVisitor, body: str, name: Name) -> Uploaded:
    """Take in a document for a submission of this body."""
    return await _taken(request, room, visitor.id, name)


@router.post("/oversight/{oversight}/uploads", dependencies=[RESPONDS], status_code=201, openapi_extra=RAW)
async def for_oversight(
    request: Request, room: InRoom, visitor: ByVisitor, oversight: str, name: Name
) -> Uploaded:
    """Take in a document for a response of this oversight body."""
    return await _taken(request, room, visitor.id, name)


@router.get("/uploads", dependencies=[needs("be_here")])
async def mine(room: InRoom, visitor: ByVisitor) -> AllUploaded:
    """What your programs have sent and not submitted."""
    found = await room.read(lambda database: waiting(database, visitor.id, DRAFT))
    return AllUploaded(uploads=tuple(map(_told, found)))


@router.delete("/uploads/{upload}", dependencies=[needs("be_here")], status_code=204, responses=PROBLEMS)
async def take_back(room: InRoom, visitor: ByVisitor, upload: UploadId) -> Response:
    """Take back one that is not submitted."""
    try:
        await asyncio.to_thread(remove, room.database, visitor.id, upload.replace("\x00", ""))
    except NoUpload as none:
        raise NotFound(upload) from none
    return Response(status_code=204)


async def _taken(request: Request, room: Room, person: str, name: str) -> Uploaded:
    room.pace.note("upload", person)
    lift_limit(request)
    made = await take_in(room.database, Doorway.of(room.settings), person, DRAFT, name, _chunks(request))
    found = await room.read(lambda database: waiting(database, person, DRAFT))
    return next(_told(one) for one in found if one.upload.id == made.id)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _told(one: Waiting) -> Uploaded:
    return Uploaded(
        id=one.upload.id,
        name=one.upload.name,
        size=one.upload.size,
        sha256=one.upload.hash,
        scan=one.scanned.state,
        note=one.upload.note,
        uploaded_at=one.upload.uploaded_at,
    )
