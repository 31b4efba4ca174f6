"""Taking a file in: streamed to a nameless temporary file, checked, then kept in one transaction. Or nothing at all.

The temporary file never has a name on the disk, so that a process killed in mid-upload leaves none: the operating
system takes the space back, and nothing half done can be read by anybody.
"""

import asyncio
import hashlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from sqlalchemy import func
from sqlmodel import Session, col, select

from config.settings import Settings
from models.database import Database, lock
from models.tables import Upload
from office.sealing import hold, keep
from office.uploads.inspection import inspect
from office.uploads.names import tidy
from office.uploads.refusals import FileRefused, empty, too_big

MEGABYTE = 1024 * 1024
MOST_WAITING = 100
"""Files of one person that are not yet submitted."""


@dataclass(frozen=True)
class Doorway:
    """Where files come in: the folder for temporary ones, the limit, and whether something will scan them."""

    folder: Path
    megabytes: int
    scanned: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.home / "uploads", settings.upload_megabytes, settings.clamd_address is not None)


async def take_in(
    database: Database, doorway: Doorway, person: str, draft: str, name: str, chunks: AsyncIterator[bytes]
) -> Upload:
    """Take in one file of this person's draft. The stream is read no further than the limit.

    Raises:
        FileRefused: nothing is kept; the message says why and what to do next.
    """
    tidied, kind = tidy(name)
    doorway.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=doorway.folder) as file:
        digest = await _receive(file, chunks, tidied, doorway.megabytes)
        note = await asyncio.to_thread(inspect, file, kind)
        upload = Upload(
            id=secrets.token_urlsafe(24),
            person_id=person,
            draft=draft,
            name=tidied,
            kind=kind.ending,
            size=file.seek(0, 2),
            hash=digest,
            note=note,
            uploaded_at=datetime.now(UTC),
        )
        return await asyncio.to_thread(_keep, database, doorway, upload, file)


async def _receive(file: IO[bytes], chunks: AsyncIterator[bytes], name: str, megabytes: int) -> str:
    """The SHA-256 of what came. Writing goes to the system's cache, which is quicker than another thread."""
    digest, size = hashlib.sha256(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > megabytes * MEGABYTE:
            raise too_big(name, megabytes)
        digest.update(chunk)
        file.write(chunk)
    if size == 0:
        raise empty()
    return digest.hexdigest()


def _keep(database: Database, doorway: Doorway, upload: Upload, file: IO[bytes]) -> Upload:
    file.seek(0)
    content = file.read()
    with database.writing() as session:
        lock(session.connection(), f"uploads/{upload.person_id}")
        _refuse_another(session, upload)
        hold(session, [upload.hash])
        keep(session, upload.hash, content, upload.name, scanned=doorway.scanned)
        session.add(upload)
    return upload


def _refuse_another(session: Session, upload: Upload) -> None:
    waiting = col(Upload.submission_id).is_(None), Upload.person_id == upload.person_id
    count = session.exec(select(func.count()).select_from(Upload).where(*waiting)).one()
    if count >= MOST_WAITING:
        raise FileRefused(
            "quota",
            f"You have {count} files that are not submitted yet, and no more are taken. Submit or remove some first.",
        )
    names = session.exec(select(Upload.name).where(*waiting, Upload.draft == upload.draft)).all()
    if upload.name.casefold() in {name.casefold() for name in names}:
        raise FileRefused(
            "name",
            f"You have already uploaded a file called {upload.name}. Remove that one first, or rename this one.",
        )
