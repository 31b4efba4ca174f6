"""Opening a kept file: its bytes as an attachment that no browser runs, or the reason why it stays shut.

Who may see the file is for the caller to have asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session

from models.database import Database
from models.tables import Content, Document, ScanState
from office.uploads.kinds import kind_of
from office.uploads.shelf import Scanned, own, scanned

UNKNOWN = "application/octet-stream"


class NoDocument(LookupError):  # noqa: N818 - said to a person
    """There is no such document."""


class StaysShut(Exception):  # noqa: N818 - said to a person
    """The file is known, and may not be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Opened:
    """A file to be sent: bytes and headers, all of which belong on the answer."""

    content: bytes
    headers: Mapping[str, str]


def open_document(database: Database, submission: str, name: str, *, unscanned: bool) -> Opened:
    """A submitted document. `unscanned` is the setting `open_unscanned`.

    Raises:
        NoDocument: when the submission has none of that name.
        StaysShut: when what the scanner said, or did not say, forbids it.
    """
    with database.reading() as session:
        document = session.get(Document, (submission, name))
        if document is None:
            raise NoDocument(f"This submission has no document called {name!r}. Its page lists them.")
        return _opened(session, document.name, document.hash, unscanned)


def open_upload(database: Database, person: str, upload_id: str, *, unscanned: bool) -> Opened:
    """A file that this person has uploaded and not submitted.

    Raises:
        NoUpload: when this person has no such file waiting.
        StaysShut: as above.
    """
    with database.reading() as session:
        upload = own(session, person, upload_id)
        return _opened(session, upload.name, upload.hash, unscanned)


def _opened(session: Session, name: str, digest: str, unscanned: bool) -> Opened:
    if reason := why_shut(name, scanned(session, [digest])[digest], unscanned):
        raise StaysShut(reason)
    kept = session.get(Content, digest)
    if kept is None:
        raise NoDocument(
            f"The bytes of {name} are not in the ledger. Tell operations: a backup may have them."
        )
    return Opened(kept.content, attachment(name, len(kept.content)))


def why_shut(name: str, known: Scanned, unscanned: bool) -> str:
    """Why a file may not be opened, and what to do; nothing when it may."""
    match known.state:
        case ScanState.infected:
            return f"{name} contains a virus ({known.signature}) and was deleted. Ask for a clean copy."
        case ScanState.quarantined:
            return f"{name} is waiting to be scanned for viruses. Try again in a minute."
        case ScanState.unscanned if not unscanned:
            because = f" ({known.reason})" if known.reason else ""
            return (
                f"{name} was not scanned for viruses{because}, so it stays shut. It will be tried again by itself; "
                "if you need it now, ask operations."
            )
        case _:
            return ""


def attachment(name: str, size: int) -> dict[str, str]:
    """Headers that have it saved under its name, never shown or run (RFC 6266; ASVS 5.0, V3.2.1 and V5.4)."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name
    )
    return {
        "Content-Type": _media(name),
        "Content-Length": str(size),
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _media(name: str) -> str:
    kind = kind_of(name)
    return kind.media if kind else UNKNOWN
