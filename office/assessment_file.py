"""All that an inspector has before them when assessing: the submission, the criteria, and what was found earlier."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.ledger.append import read
from activities.ledger.chain import to_event
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.passage import BEFORE_ASSESSMENT
from lifecycle.rules import Rules, rules_for
from lifecycle.words import SubmissionAnswer
from models.database import Database
from models.tables import (
    Body,
    CaseRow,
    Criterion,
    Document,
    EventRow,
    Recommendation,
    Report,
    SealedText,
)
from office.drafts import Written
from office.uploads.shelf import Scanned, scanned

MOST_EARLIER = 40
ANSWERS = {
    SubmissionAnswer.plan: "A plan",
    SubmissionAnswer.nothing_to_report: "Nothing to report",
    SubmissionAnswer.already_reported: "Already reported",
}
EARLIER = ("assessed", "inspected", "taken_back", "returned")


@dataclass(frozen=True)
class Handed:
    """A submission: what it says, when, and its documents with what the virus scanner said of each."""

    id: str
    event: e.Submitted
    text: str
    documents: tuple[tuple[Document, Scanned], ...]

    @property
    def answer(self) -> str:
        said = ANSWERS[self.event.answer]
        return f"{said} under {self.event.reference}" if self.event.reference else said


@dataclass(frozen=True)
class Earlier:
    """What was found of this body before: an assessment, or a follow-up inspection. `word` is outcome or result."""

    case: str
    reference: str
    title: str
    on: date
    kind: str
    word: str
    findings: dict[str, str] = field(default_factory=dict)
    followed_by: str = ""
    undone: str = ""
    here: bool = False


@dataclass(frozen=True)
class AssessmentFile:
    """One case, as its assessor reads it."""

    row: CaseRow
    case: Case
    rules: Rules
    body: Body | None
    recommendation: Recommendation | None
    report: Report | None
    criteria: tuple[Criterion, ...]
    submissions: tuple[Handed, ...]
    earlier: tuple[Earlier, ...]
    events: tuple[e.Event, ...]
    assessed: e.Assessed | None
    assessment: SealedText | None

    @property
    def body_name(self) -> str:
        return self.body.name if self.body else self.row.body_id

    @property
    def title(self) -> str:
        return self.recommendation.title if self.recommendation else self.row.reference

    @property
    def quoted(self) -> str:
        found = self.recommendation
        return (found.quoted or found.summary or found.title) if found else ""

    @property
    def open(self) -> bool:
        """Whether it can still be assessed."""
        return self.case.stage in BEFORE_ASSESSMENT and not self.case.ended

    def due(self, kind: str) -> date | None:
        """When the running clock of this kind is due."""
        return next((one.due for one in self.case.running() if one.kind == kind), None)

    def starting_point(self) -> Written:
        """What a new draft begins with: nothing, or what the last assessment said."""
        if self.assessed is None:
            return Written()
        meta = self.assessment.meta if self.assessment else {}
        notes = meta.get("notes")
        narrative = meta.get("narrative", self.assessment.text if self.assessment else "")
        return Written(
            outcome=self.assessed.outcome,
            narrative=str(narrative),
            findings={one: finding.value for one, finding in self.assessed.findings.items()},
            notes={str(one): str(note) for one, note in notes.items()} if isinstance(notes, dict) else {},
        )


def assessment_file(database: Database, case_id: str) -> AssessmentFile | None:
    """One case's file for its assessor, or None when there is no such case."""
    with database.reading() as session:
        row = session.get(CaseRow, case_id)
        if row is None:
            return None
        events = tuple(one.event for one in read(session, case_id))
        assessed = next((one for one in reversed(events) if isinstance(one, e.Assessed)), None)
        return AssessmentFile(
            row=row,
            case=fold_all(Case(id=case_id), events),
            rules=rules_for(row.policy_hash, row.calendar_hash, row.division),
            body=session.get(Body, row.body_id),
            recommendation=session.get(Recommendation, row.reference),
            report=session.get(Report, row.report_id),
            criteria=_criteria(session, row.reference),
            submissions=_submissions(session, events),
            earlier=_earlier(session, row),
            events=events,
            assessed=assessed,
            assessment=session.get(SealedText, assessed.assessment) if assessed else None,
        )


def _criteria(session: Session, reference: str) -> tuple[Criterion, ...]:
    found = select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
    return tuple(session.exec(found))


def _submissions(session: Session, events: Sequence[e.Event]) -> tuple[Handed, ...]:
    """Those that stand or were replaced, the last first; not those withdrawn."""
    withdrawn = {one.submission for one in events if isinstance(one, e.SubmissionWithdrawn)}
    told = {
        one.submission: one
        for one in events
        if isinstance(one, e.Submitted) and one.submission not in withdrawn
    }
    texts = session.exec(select(SealedText).where(col(SealedText.id).in_(told)))
    by_id = {text.id: text.text for text in texts}
    documents = session.exec(
        select(Document).where(col(Document.submission_id).in_(told)).order_by(col(Document.name))
    ).all()
    scans = scanned(session, (one.hash for one in documents))
    return tuple(
        Handed(
            id=submission,
            event=event,
            text=by_id.get(submission, ""),
            documents=tuple((one, scans[one.hash]) for one in documents if one.submission_id == submission),
        )
        for submission, event in reversed(told.items())
    )


def _earlier(session: Session, row: CaseRow) -> tuple[Earlier, ...]:
    """What this body's cases were found to be, the last first; what was taken back or returned says so."""
    rows = session.exec(
        select(EventRow, CaseRow.reference, Recommendation.title)
        .join(CaseRow, col(CaseRow.id) == EventRow.stream)
        .join(Recommendation, col(Recommendation.reference) == CaseRow.reference, isouter=True)
        .where(CaseRow.body_id == row.body_id, col(EventRow.kind).in_(EARLIER))
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    found: list[tuple[datetime, Earlier]] = []
    for one, reference, title in rows:
        if one.kind in ("taken_back", "returned"):
            at, last = found[-1]
            found[-1] = at, _undone(last, one.kind)
        else:
            found.append((one.at, _found(one, reference, title or "", row)))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(one for _, one in found[:MOST_EARLIER])


def _found(row: EventRow, reference: str, title: str, here: CaseRow) -> Earlier:
    event = to_event(row)
    plain = {
        "case": row.stream,
        "reference": reference,
        "title": title,
        "on": row.on,
        "kind": row.kind,
        "here": row.stream == here.id,
    }
    if isinstance(event, e.Inspected):
        followed = event.followed_by or ""
        return Earlier(**plain, word=event.result.value, followed_by=followed)  # type: ignore[arg-type]
    assert isinstance(event, e.Assessed)
    findings = {one: finding.value for one, finding in event.findings.items()}
    return Earlier(**plain, word=event.outcome, findings=findings)  # type: ignore[arg-type]


def _undone(one: Earlier, how: str) -> Earlier:
    return Earlier(**{**one.__dict__, "undone": how})
