"""Uploads become the documents of a submission: once, all together, and never an infected one."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from lifecycle.words import Refused
from models.tables import ScanState, Upload
from office.sealing import hold, register
from office.uploads.refusals import virus
from office.uploads.shelf import NoUpload, scanned

Listed = tuple[str, int, str]
"""A document as a submission lists it: name, size, SHA-256."""


def seal_uploads(
    session: Session,
    found: Sequence[Upload | None],
    person: str,
    seal: Callable[[Sequence[Listed]], str],
) -> str:
    """Make these files the documents of the submission that `seal` makes of their list; answers its id.

    Raises:
        NoUpload: for one that is not this person's, is gone, or is part of another submission.
        Refused: for an infected one, or two of one name.
    """
    uploads = [_own(upload, person) for upload in found]
    hold(session, (upload.hash for upload in uploads))
    _refuse(session, uploads)
    submission = seal([(upload.name, upload.size, upload.hash) for upload in uploads])
    for upload in uploads:
        if upload.submission_id not in (None, submission):
            raise NoUpload(f"{upload.name} is part of another submission already. Upload it again.")
        register(session, submission, upload.name, upload.size, upload.hash)
        upload.submission_id = submission
        session.add(upload)
    return submission


def _own(upload: Upload | None, person: str) -> Upload:
    if upload is None or upload.person_id != person:
        raise NoUpload("One of the files is no longer among those you have uploaded. Upload it again.")
    return upload


def _refuse(session: Session, uploads: Sequence[Upload]) -> None:
    known = scanned(session, (upload.hash for upload in uploads))
    names = [upload.name.casefold() for upload in uploads]
    for upload in uploads:
        if known[upload.hash].state is ScanState.infected:
            raise virus(upload.name)
        if names.count(upload.name.casefold()) > 1:
            raise Refused(
                f"Two documents are called {upload.name}. Remove one, or rename it and upload it again."
            )
