"""Submissions in the making: words and files kept as they come, so that nothing is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from lifecycle.words import Refused, SubmissionAnswer
from models.database import Database
from models.tables import ActTaken, CaseRow, SubmissionDraft, Upload
from office.owing import SUBMITTABLE
from office.uploads.shelf import Scanned, remove, scanned

LONGEST = 100_000
MOST_CASES = 100
KEY = "submit-"
"""How keys of submissions begin: the drafts of responses to reports stand beside them."""


class NoDraft(LookupError):  # noqa: N818 - said to a person
    """There is no such draft, or it is somebody else's, or it is submitted."""


@dataclass(frozen=True)
class Attached:
    """A file of a draft, with what the scanner said of it."""

    upload: Upload
    scanned: Scanned


@dataclass(frozen=True)
class Drafted:
    """A draft with its files."""

    row: SubmissionDraft
    files: tuple[Attached, ...]

    @property
    def answer(self) -> SubmissionAnswer:
        return SubmissionAnswer(self.row.answer)

    @property
    def empty(self) -> bool:
        return not self.row.text.strip() and not self.files


def begin(
    database: Database, person: str, body: str, references: Sequence[str], now: datetime
) -> SubmissionDraft:
    """A draft that answers these recommendations; the one there is, when this person has begun one for the same.

    Raises:
        Refused: for none, for cases of several reports, or for one that takes no submission now.
    """
    with database.writing() as session:
        rows = _cases(session, body, references)
        cases = [row.id for row in rows]
        for draft in _open(session, person, body):
            if draft.cases == cases:
                return draft
        draft = SubmissionDraft(
            id=secrets.token_urlsafe(24),
            body_id=body,
            person_id=person,
            report_id=rows[0].report_id,
            cases=cases,
            key=f"{KEY}{secrets.token_urlsafe(24)}",
            saved_at=now,
        )
        session.add(draft)
        return draft


def _cases(session: Session, body: str, references: Sequence[str]) -> Sequence[CaseRow]:
    if not references:
        raise Refused("Choose at least one recommendation that your submission answers")
    if len(references) > MOST_CASES:
        raise Refused(f"Choose at most {MOST_CASES} recommendations, and submit the others by themselves")
    rows = session.exec(
        select(CaseRow)
        .where(
            CaseRow.body_id == body,
            CaseRow.kind == "recommendation",
            col(CaseRow.reference).in_(references),
            col(CaseRow.stage).in_(SUBMITTABLE),
        )
        .order_by(col(CaseRow.reference))
    ).all()
    if missing := sorted(set(references) - {row.reference for row in rows}):
        raise Refused(
            f"{', '.join(missing)} takes no submission now. Look at its page to see what comes next"
        )
    if len({row.report_id for row in rows}) > 1:
        raise Refused(
            "Choose recommendations of one report only: one submission answers recommendations of one report"
        )
    return rows


def drafted(database: Database, person: str, body: str, draft_id: str) -> Drafted:
    """A draft of this very person for this body, made or submitted. Raises NoDraft."""
    with database.reading() as session:
        row = session.get(SubmissionDraft, draft_id)
        if row is None or row.person_id != person or row.body_id != body:
            raise NoDraft(draft_id)
        uploads = session.exec(
            select(Upload)
            .where(Upload.person_id == person, Upload.draft == draft_id)
            .order_by(col(Upload.uploaded_at), col(Upload.id))
        ).all()
        scans = scanned(session, (upload.hash for upload in uploads))
        return Drafted(row, tuple(Attached(upload, scans[upload.hash]) for upload in uploads))


def drafts_of(database: Database, person: str, body: str) -> Sequence[SubmissionDraft]:
    """What this person has begun for this body and not submitted, newest first."""
    with database.reading() as session:
        return _open(session, person, body)


def save(
    database: Database,
    draft: SubmissionDraft,
    answer: SubmissionAnswer,
    reference: str,
    text: str,
    now: datetime,
) -> None:
    """Keep the words as they are now, complete or not.

    Raises:
        Refused: when they are too long.
        NoDraft: when it is submitted, or gone.
    """
    if len(text) > LONGEST:
        raise Refused(f"Enter at most {LONGEST:,} characters, and send the rest as a document")
    with database.writing() as session:
        row = _mine(session, draft)
        row.answer, row.reference = answer.value, reference.strip()[:80]
        row.text, row.saved_at = text, now


def discard(database: Database, draft: SubmissionDraft) -> None:
    """Take a draft back, with its files. Raises NoDraft."""
    with database.reading() as session:
        files = session.exec(
            select(Upload.id).where(
                Upload.draft == draft.id,
                Upload.person_id == draft.person_id,
                col(Upload.submission_id).is_(None),
            )
        ).all()
    for upload in files:
        remove(database, draft.person_id, upload)
    with database.writing() as session:
        session.delete(_mine(session, draft))


def sent(database: Database, draft: SubmissionDraft, submission: str) -> None:
    """It is submitted, as this."""
    with database.writing() as session:
        row = session.get(SubmissionDraft, draft.id, with_for_update=True)
        if row is not None:
            row.submission_id = submission


def release(database: Database, draft: SubmissionDraft, keys: Sequence[str]) -> None:
    """After acts under these keys were refused: its files are the draft's again, unless one of them was taken."""
    with database.writing() as session:
        taken = session.exec(select(ActTaken.key).where(col(ActTaken.key).in_(keys))).first()
        if taken is not None:
            return
        for upload in session.exec(
            select(Upload).where(Upload.draft == draft.id, Upload.person_id == draft.person_id)
        ):
            upload.submission_id = None


def _mine(session: Session, draft: SubmissionDraft) -> SubmissionDraft:
    row = session.get(SubmissionDraft, draft.id, with_for_update=True)
    if row is None or row.submission_id is not None:
        raise NoDraft(draft.id)
    return row


def _open(session: Session, person: str, body: str) -> Sequence[SubmissionDraft]:
    return session.exec(
        select(SubmissionDraft)
        .where(
            SubmissionDraft.person_id == person,
            SubmissionDraft.body_id == body,
            col(SubmissionDraft.submission_id).is_(None),
            col(SubmissionDraft.key).startswith(KEY),
        )
        .order_by(col(SubmissionDraft.saved_at).desc())
    ).all()
