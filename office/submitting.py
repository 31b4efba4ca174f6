"""A draft handed in: sealed with its files, then one act on each case it answers; and the receipt for it afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from activities.ledger.chain import to_recorded
from lifecycle.acts import RecordSubmission, WithdrawSubmission, key_for
from lifecycle.case import Case, fold_all
from lifecycle.events import Submitted
from lifecycle.words import Refused, Stage, SubmissionAnswer
from models.database import Database
from models.messages import Receipt, Recorded
from models.tables import CaseRow, Document, EventRow, Person, Recommendation, SealedText
from office.casework import seal_submission_from_uploads, seal_text
from office.desk import Desk
from office.unsent import Drafted, release, sent
from office.uploads.shelf import Scanned, scanned

ANSWERED: dict[SubmissionAnswer, str] = {
    SubmissionAnswer.plan: "Our plan, or more about it",
    SubmissionAnswer.nothing_to_report: "Nothing to report",
    SubmissionAnswer.already_reported: "Already reported under another reference",
}


@dataclass(frozen=True)
class Line:
    """One recommendation that a submission answers: as what number of its case's record it stands, and when.

    `standing` is false when it was replaced or withdrawn since; `open_` while it can still be.
    """

    case: str
    reference: str
    title: str
    seq: int
    at: datetime
    late_by: int
    replaces: bool
    standing: bool
    open_: bool


@dataclass(frozen=True)
class Proof:
    """A submission as it was received: who sent it, what it says, its files with sizes and hashes."""

    id: str
    text: str
    hash: str
    by: str
    answer: SubmissionAnswer
    reference: str
    lines: tuple[Line, ...]
    documents: tuple[tuple[Document, Scanned], ...]

    @property
    def at(self) -> datetime:
        return max(line.at for line in self.lines)

    @property
    def open_(self) -> bool:
        return any(line.open_ for line in self.lines)


class NoProof(LookupError):  # noqa: N818 - said to a person
    """This body has made no such submission."""


def missing_in(draft: Drafted) -> dict[str, str]:
    """What must be added before it can be handed in, by field."""
    missing = {}
    if draft.answer is SubmissionAnswer.plan and draft.empty:
        missing["text"] = "Enter what you have done or plan to do, or upload a document"
    if draft.answer is SubmissionAnswer.nothing_to_report and not draft.row.text.strip():
        missing["text"] = "Enter why there is nothing to report"
    if draft.answer is SubmissionAnswer.already_reported and not draft.row.reference.strip():
        missing["reference"] = "Enter the reference under which you reported it"
    return missing


async def hand_in(desk: Desk, draft: Drafted, person: str) -> list[Receipt]:
    """Seal the draft and record it on each of its cases. Handed in again, it gives the same receipts.

    Raises:
        Refused, NotAllowed, NoUpload: nothing was recorded on the case that the message names.
        NeedsRepair, Unreachable: as `Desk.take`; the draft stays.
    """
    for said in missing_in(draft).values():
        raise Refused(said)
    row = draft.row
    text = row.text.strip() or _words(draft)
    submission = await seal_submission_from_uploads(
        desk, row.cases, text, [file.upload.id for file in draft.files], person
    )
    reference = row.reference.strip() if draft.answer is SubmissionAnswer.already_reported else None
    act = RecordSubmission(
        key=row.key, actor=person, submission=submission, answer=draft.answer, reference=reference
    )
    try:
        receipts = await desk.take_on_all(row.cases, act)
    except Refused:
        keys = [key_for(row.key, case) for case in row.cases]
        await asyncio.to_thread(release, desk.database, row, keys)
        raise
    await asyncio.to_thread(sent, desk.database, row, submission)
    return receipts


def _words(draft: Drafted) -> str:
    """What is sealed when only documents were sent, or only where it was reported."""
    if draft.answer is SubmissionAnswer.already_reported:
        return f"Already reported under {draft.row.reference.strip()}."
    return "Documents submitted."


async def take_back(desk: Desk, proof: Proof, person: str, reason: str, key: str) -> list[Receipt]:
    """Withdraw a submission from every case on which it stands and is not assessed.

    Raises:
        Refused: when there is no such case any more.
    """
    cases = [line.case for line in proof.lines if line.open_]
    if not cases:
        raise Refused(
            "It cannot be withdrawn any more: it was replaced or withdrawn, or its assessment has begun."
        )
    sealed = await seal_text(desk, "reason", reason, ",".join(cases))
    return await desk.take_on_all(cases, WithdrawSubmission(key=key, actor=person, reason=sealed))


def proof(database: Database, body: str, submission: str) -> Proof:
    """The receipt for a submission of this body. Raises NoProof."""
    with database.reading() as session:
        text = session.get(SealedText, submission)
        rows = _cases(session, body, text) if text and text.kind == "submission" else []
        told = _events(session, [row.id for row in rows])
        lines = [line for row in rows for line in _lines(row, told[row.id], submission)]
        if text is None or not lines:
            raise NoProof(submission)
        first = next(one for one in told[lines[0].case] if one.seq == lines[0].seq).event
        assert isinstance(first, Submitted)
        who = session.get(Person, first.actor)
        titles = _titles(session, [row.reference for row in rows])
        return Proof(
            id=submission,
            text=text.text,
            hash=text.hash,
            by=who.name if who else first.actor,
            answer=first.answer,
            reference=first.reference or "",
            lines=tuple(_titled(line, titles) for line in lines),
            documents=_documents(session, submission),
        )


def _cases(session: Session, body: str, text: SealedText) -> Sequence[CaseRow]:
    """The cases it was sealed for. The papers of a sample do not say; for those, the cases whose events name it."""
    query = select(CaseRow).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
    sealed_for = text.meta.get("cases")
    if isinstance(sealed_for, list):
        query = query.where(col(CaseRow.id).in_(sealed_for))
    else:
        named = col(EventRow.details)["submission"].as_string() == text.id
        query = query.join(EventRow, col(EventRow.stream) == CaseRow.id).where(
            EventRow.kind == "submitted", named
        )
    return session.exec(query.distinct().order_by(col(CaseRow.reference))).all()


def _events(session: Session, streams: Sequence[str]) -> dict[str, list[Recorded]]:
    query = select(EventRow).where(col(EventRow.stream).in_(streams))
    found: dict[str, list[Recorded]] = {stream: [] for stream in streams}
    for row in session.exec(query.order_by(col(EventRow.stream), col(EventRow.seq))):
        found[row.stream].append(to_recorded(row))
    return found


def _lines(row: CaseRow, told: Sequence[Recorded], submission: str) -> list[Line]:
    case = fold_all(Case(id=row.id), (one.event for one in told))
    found = [
        (one.seq, one.event)
        for one in told
        if isinstance(one.event, Submitted) and one.event.submission == submission
    ]
    if not found:
        return []
    seq, event = found[-1]
    standing = case.submission == submission
    return [
        Line(
            case=row.id,
            reference=row.reference,
            title="",
            seq=seq,
            at=event.at,
            late_by=event.late_by,
            replaces=event.replaces is not None,
            standing=standing,
            open_=standing and case.stage is Stage.submitted,
        )
    ]


def _titled(line: Line, titles: dict[str, str]) -> Line:
    return Line(**{**vars(line), "title": titles.get(line.reference, line.reference)})


def _titles(session: Session, references: Sequence[str]) -> dict[str, str]:
    query = select(Recommendation.reference, Recommendation.title)
    return dict(session.exec(query.where(col(Recommendation.reference).in_(references))).all())


def _documents(session: Session, submission: str) -> tuple[tuple[Document, Scanned], ...]:
    rows = session.exec(
        select(Document).where(Document.submission_id == submission).order_by(col(Document.name))
    ).all()
    scans = scanned(session, (row.hash for row in rows))
    return tuple((row, scans[row.hash]) for row in rows)
