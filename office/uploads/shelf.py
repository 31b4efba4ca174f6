"""The shelf of files that wait to be submitted: shown, taken back, and cleared when nobody comes for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.database import Database
from models.tables import Content, Document, Scan, ScanState, Upload
from office.sealing import hold

WORDS: Mapping[ScanState, str] = {
    ScanState.quarantined: "Waiting to be scanned for viruses",
    ScanState.clean: "Scanned: no virus found",
    ScanState.infected: "Contains a virus: deleted",
    ScanState.unscanned: "Not scanned for viruses",
}


class NoUpload(LookupError):  # noqa: N818 - said to a person
    """There is no such file, or it is somebody else's, or it is submitted already."""


@dataclass(frozen=True)
class Scanned:
    """What is known of some bytes: state, the same in words, the signature found, why there is no verdict."""

    state: ScanState = ScanState.unscanned
    signature: str = ""
    reason: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.state]


@dataclass(frozen=True)
class Waiting:
    """One file of a draft, with what the scanner said."""

    upload: Upload
    scanned: Scanned


def waiting(database: Database, person: str, draft: str) -> list[Waiting]:
    """This person's files in this draft that are not submitted, in the order they came."""
    with database.reading() as session:
        uploads = session.exec(
            select(Upload)
            .where(Upload.person_id == person, Upload.draft == draft, col(Upload.submission_id).is_(None))
            .order_by(col(Upload.uploaded_at), col(Upload.id))
        ).all()
        scans = scanned(session, (upload.hash for upload in uploads))
        return [Waiting(upload, scans[upload.hash]) for upload in uploads]


def scanned(session: Session, digests: Iterable[str]) -> dict[str, Scanned]:
    """What is known of each, by hash. Of bytes that nobody scanned: unscanned."""
    wanted = set(digests)
    rows = session.exec(select(Scan).where(col(Scan.hash).in_(wanted))).all()
    known = {row.hash: Scanned(ScanState(row.state), row.signature, row.reason) for row in rows}
    return {digest: known.get(digest, Scanned()) for digest in wanted}


def document_scans(database: Database, digests: Iterable[str]) -> dict[str, Scanned]:
    """The same for a page that lists documents."""
    with database.reading() as session:
        return scanned(session, digests)


def remove(database: Database, person: str, upload_id: str) -> None:
    """Take back a file that is not submitted.

    Raises:
        NoUpload: when this person has no such file waiting.
    """
    with database.writing() as session:
        upload = own(session, person, upload_id)
        _discard(session, [upload])


def own(session: Session, person: str, upload_id: str) -> Upload:
    """A waiting file of this very person. Raises NoUpload."""
    upload = session.get(Upload, upload_id, with_for_update=True)
    if upload is None or upload.person_id != person or upload.submission_id is not None:
        raise NoUpload(
            "There is no such file among those you have uploaded and not submitted. Upload it again."
        )
    return upload


def expire(database: Database, days: int, now: datetime | None = None) -> int:
    """Discard what nobody submitted in so many days; answers how many. An infected file's name and hash stay known."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    old = select(Upload).where(Upload.uploaded_at < before, col(Upload.submission_id).is_(None))
    with database.reading() as session:
        if session.exec(old.limit(1)).first() is None:
            return 0
    with database.writing() as session:
        uploads = session.exec(old.with_for_update()).all()
        _discard(session, uploads)
        return len(uploads)


def _discard(session: Session, uploads: Iterable[Upload]) -> None:
    """The files go, and bytes that nothing else names."""
    gone = list(uploads)
    digests = sorted({upload.hash for upload in gone})
    hold(session, digests)
    for upload in gone:
        session.delete(upload)
    session.flush()
    for digest in digests:
        if not _is_named(session, digest):
            _drop(session, digest)


def _is_named(session: Session, digest: str) -> bool:
    uploads = select(Upload.id).where(Upload.hash == digest).limit(1)
    documents = select(Document.name).where(Document.hash == digest).limit(1)
    return any(session.exec(query).first() is not None for query in (uploads, documents))


def _drop(session: Session, digest: str) -> None:
    connection = session.connection()
    connection.execute(delete(Content).where(col(Content.hash) == digest))
    clean = col(Scan.state) != ScanState.infected.value
    connection.execute(delete(Scan).where(col(Scan.hash) == digest, clean))
