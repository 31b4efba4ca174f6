"""The papers behind acts: words sealed before an act names them, submissions with their documents, letters."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from lifecycle.acts import AnswerRequest, RecordInspection
from lifecycle.words import InspectionResult, Refused
from models.messages import Receipt
from models.tables import CaseRow, Recommendation, Upload
from office.desk import Desk, NoCase
from office.letter_facts import with_letter
from office.sealing import attach, hold, seal
from office.uploads.sealed import Listed, seal_uploads

Document = tuple[str, bytes]
MOST_BYTES = 20 * 1024 * 1024


async def seal_text(desk: Desk, kind: str, text: str, case_id: str) -> str:
    """Seal words for a case; answers the id that an act carries."""

    def deed() -> str:
        with desk.database.writing() as session:
            return seal(session, kind, text, desk.clock.now(), of=case_id)

    return await asyncio.to_thread(deed)


async def seal_points(desk: Desk, points: Sequence[str], case_id: str) -> dict[str, str]:
    """Seal what a body says of a draft, point by point: the id of each under its number, from 1. Empty ones are left
    out."""
    said = [point.strip() for point in points if point.strip()]
    return {
        str(number): await seal_text(desk, "point", point, f"{case_id}/{number}")
        for number, point in enumerate(said, 1)
    }


async def seal_submission(
    desk: Desk, case_ids: Sequence[str], text: str, documents: Sequence[Document]
) -> str:
    """Seal a submission that answers these cases, and keep its documents. The list of them, with their hashes, is
    part of what is sealed: the same words with another document are another submission.

    Raises:
        Refused: for cases of more than one body or report, an empty or too large document, a name twice.
    """
    _refuse_documents(documents)
    listed = [(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in documents]

    def deed() -> str:
        with desk.database.writing() as session:
            hold(session, (digest for *_, digest in listed))
            submission = _seal(session, case_ids, text, listed, desk.clock.now())
            for name, content in documents:
                attach(session, submission, name, content)
            return submission

    return await asyncio.to_thread(deed)


async def seal_submission_from_uploads(
    desk: Desk, case_ids: Sequence[str], text: str, upload_ids: Sequence[str], person: str
) -> str:
    """The same from files that this person has uploaded, which are sealed with it. Repeated, it gives the same answer.

    Raises:
        NoUpload: for a file that is not this person's, has expired, or is sealed in another submission.
        Refused: as above, for an infected file, and when there is nothing to submit.
    """
    if not text.strip() and not upload_ids:
        raise Refused("There is nothing to submit. Write what you have done, or upload a document.")

    def deed() -> str:
        with desk.database.writing() as session:
            return seal_uploads(
                session,
                [session.get(Upload, each, with_for_update=True) for each in dict.fromkeys(upload_ids)],
                person,
                lambda listed: _seal(session, case_ids, text, listed, desk.clock.now()),
            )

    return await asyncio.to_thread(deed)


def _seal(
    session: Session, case_ids: Sequence[str], text: str, listed: Sequence[Listed], at: datetime
) -> str:
    _refuse_mixed(case_ids, [session.get(CaseRow, case_id) for case_id in case_ids])
    lines = "\n".join(sorted(f"{name} ({size:,} bytes, SHA-256 {digest})" for name, size, digest in listed))
    meta = {"cases": list(case_ids), "documents": len(listed)}
    return seal(session, "submission", f"{text}\n{lines}".strip(), at, meta, of=",".join(case_ids))


def _refuse_documents(documents: Sequence[Document]) -> None:
    names = [name for name, _ in documents]
    for name, content in documents:
        if not content:
            raise Refused(f"{name} is empty. Check the file and submit again.")
        if len(content) > MOST_BYTES:
            raise Refused(f"{name} has {len(content):,} bytes; at most {MOST_BYTES:,} are taken. Split it.")
        if names.count(name) > 1:
            raise Refused(f"Two documents are called {name}. Rename one.")


def _refuse_mixed(case_ids: Sequence[str], rows: Sequence[CaseRow | None]) -> None:
    for case_id, row in zip(case_ids, rows, strict=True):
        if row is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    bodies = {row.body_id for row in rows if row}
    reports = {row.report_id for row in rows if row}
    if len(bodies) > 1 or len(reports) > 1:
        raise Refused(
            "One submission answers cases of one body under one report. Submit for each body by itself."
        )


async def record_inspection(desk: Desk, case_id: str, act: RecordInspection) -> Receipt:
    """Record an inspection, with the closing letter. What it names to follow must be known here.

    Raises:
        Refused: when the reference that follows is unknown.
    """
    if act.result in (InspectionResult.reissued, InspectionResult.superseded) and act.followed_by:
        await asyncio.to_thread(_refuse_unknown, desk, act.followed_by)
    return await desk.take(case_id, await with_letter(desk, case_id, act))


async def answer_request(desk: Desk, case_id: str, act: AnswerRequest) -> Receipt:
    """Answer a request for more time, with the letter that says so. Raises what the desk raises."""
    return await desk.take(case_id, await with_letter(desk, case_id, act))


def _refuse_unknown(desk: Desk, reference: str) -> None:
    with desk.database.reading() as session:
        if session.get(Recommendation, reference) is None:
            raise Refused(
                f"No recommendation {reference!r} is known. Import the report that re-issues it first "
                "(followthrough report import FILE): its case starts with a clock of its own."
            )
