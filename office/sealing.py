"""Sealing: long or personal text becomes an immutable hashed row first; acts then carry only its id."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from lifecycle.characters import SAID, kept
from lifecycle.words import Refused
from models.database import lock
from models.tables import Content, Document, Scan, ScanState, SealedText
from office.uploads.refusals import virus


def seal(
    session: Session,
    kind: str,
    text: str,
    at: datetime,
    meta: Mapping[str, object] | None = None,
    *,
    of: str = "",
) -> str:
    """Seal a text for the stream `of`; the same text sealed again there is the same row. Answers its id.

    Raises:
        Refused: for a text that no ledger keeps. NUL also stands between what an id is made of.
    """
    if not (kept(text) and kept(of)):
        raise Refused(f"Nothing was sealed: the text {SAID}")
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
    """Keep a submission's document, whole, in the same transaction; answers its SHA-256.

    Raises:
        FileRefused: when these bytes are known to be infected.
    """
    digest = hashlib.sha256(content).hexdigest()
    keep(session, digest, content, name)
    register(session, submission, name, len(content), digest)
    return digest


def register(session: Session, submission: str, name: str, size: int, digest: str) -> None:
    """Say that a submission holds a document whose bytes are kept."""
    if session.get(Document, (submission, name)) is None:
        session.add(Document(submission_id=submission, name=name, size=size, hash=digest))


def hold(session: Session, digests: Iterable[str]) -> None:
    """Nobody deletes these bytes until the transaction ends. All of them at once, so that two cannot wait in a ring."""
    names = sorted(f"content/{digest}" for digest in set(digests))
    if names:
        lock(session.connection(), *names)


def keep(session: Session, digest: str, content: bytes, name: str, *, scanned: bool = False) -> None:
    """Keep bytes once, as not yet scanned; `scanned` says that something will. The caller holds them.

    Raises:
        FileRefused: when they are known to be infected.
    """
    scan = session.get(Scan, digest)
    if scan is not None and scan.state == ScanState.infected:
        raise virus(name)
    if scan is None:
        state = ScanState.quarantined if scanned else ScanState.unscanned
        session.add(Scan(hash=digest, state=state.value, name=name))
    if session.get(Content, digest) is None:
        session.add(Content(hash=digest, content=content))
