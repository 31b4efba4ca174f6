"""Sealing: long or personal text becomes an immutable hashed row first; acts then carry only its id."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.tables import Content, Document, SealedText


def seal(
    session: Session,
    kind: str,
    text: str,
    at: datetime,
    meta: Mapping[str, object] | None = None,
    *,
    of: str = "",
) -> str:
    """Seal a text for the stream `of`; the same text sealed again there is the same row. Answers its id."""
    digest = hashlib.sha256("\x00".join((kind, of, text)).encode()).hexdigest()
    text_id = f"{kind}-{digest[:24]}"
    if session.get(SealedText, text_id) is None:
        session.add(
            SealedText(
                id=text_id,
                kind=kind,
                hash=hashlib.sha256(text.encode()).hexdigest(),
                text=text,
                meta=dict(meta or {}),
                sealed_at=at,
            )
        )
        session.flush()
    return text_id


def attach(session: Session, submission: str, name: str, content: bytes) -> str:
    """Keep a submission's document, whole, in the same transaction; answers its SHA-256."""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(Content, digest) is None:
        session.add(Content(hash=digest, content=content))
    if session.get(Document, (submission, name)) is None:
        session.add(Document(submission_id=submission, name=name, size=len(content), hash=digest))
    return digest
