"""One criterion across all bodies: what was found of each, on what evidence. A fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.database import Database
from models.tables import (
    AssessmentDraft,
    Body,
    CaseRow,
    Criterion,
    EventRow,
    Recommendation,
    SealedText,
)
from office.ordering import Columns, Order

PAGE = 50


@dataclass(frozen=True)
class Found:
    """What was found of one body. `draft`: not completed yet; `person` wrote it."""

    case: str
    body: str
    body_name: str
    stage: str
    outcome: str
    finding: str
    note: str
    person: str
    draft: bool = False


@dataclass(frozen=True)
class Comparison:
    """One recommendation's findings on one criterion, by finding and body. `counts` are over all bodies."""

    recommendation: Recommendation
    criteria: tuple[Criterion, ...]
    criterion: Criterion | None
    rows: tuple[Found, ...]
    counts: dict[str, int]

    @property
    def usual(self) -> str:
        """The finding that most have, when one is; what differs from it stands out."""
        ranked = Counter({one: count for one, count in self.counts.items() if one}).most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return ""
        return ranked[0][0]


@dataclass(frozen=True)
class Compared:
    """A recommendation that several bodies have, in a list."""

    reference: str
    title: str
    cases: int
    assessed: int


MOST_CASES = Order("cases", descending=True)
COLUMNS: Columns = {
    "reference": (col(CaseRow.reference),),
    "cases": (func.count(), col(CaseRow.reference)),
    "assessed": (func.count(col(CaseRow.outcome)), col(CaseRow.reference)),
}


def compared(database: Database, page: int | None, order: Order = MOST_CASES) -> tuple[list[Compared], int]:
    """Recommendations to more than one body, and how many pages of them there are. Without a page: all of them."""
    several = (
        select(
            CaseRow.reference,
            Recommendation.title,
            func.count().label("cases"),
            func.count(col(CaseRow.outcome)).label("assessed"),
        )
        .join(Recommendation, col(Recommendation.reference) == CaseRow.reference)
        .where(CaseRow.kind == "recommendation")
        .group_by(col(CaseRow.reference), col(Recommendation.title))
        .having(func.count() > 1)
    )
    with database.reading() as session:
        total = session.connection().scalar(select(func.count()).select_from(several.subquery())) or 0
        query = several.order_by(*order.of(COLUMNS))
        if page is not None:
            query = query.limit(PAGE).offset((page - 1) * PAGE)
        rows = session.connection().execute(query)
        return [Compared(*row) for row in rows], max(1, -(-total // PAGE))


def compare(database: Database, reference: str, criterion: str, finding: str | None) -> Comparison | None:
    """What was found on a criterion (the first, when not named) of every body; None for no such recommendation."""
    with database.reading() as session:
        recommendation = session.get(Recommendation, reference)
        if recommendation is None:
            return None
        found = select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
        criteria = tuple(session.exec(found))
        chosen = next((one for one in criteria if one.id == criterion), criteria[0] if criteria else None)
        rows = _rows(session, reference, chosen.id if chosen else "")
    counts = dict(Counter(row.finding for row in rows))
    shown = [row for row in rows if finding is None or row.finding == finding]
    shown.sort(key=lambda row: (not row.finding, -counts[row.finding], row.finding, row.body_name))
    return Comparison(recommendation, criteria, chosen, tuple(shown), counts)


def _rows(session: Session, reference: str, criterion: str) -> list[Found]:
    cases = session.exec(
        select(CaseRow, Body.name)
        .join(Body, col(Body.id) == CaseRow.body_id, isouter=True)
        .where(CaseRow.reference == reference, CaseRow.kind == "recommendation")
    ).all()
    ids = [case.id for case, _ in cases]
    assessed = _assessed(session, ids)
    notes = _notes(session, (row.details["assessment"] for row in assessed.values()))
    drafts = _drafts(session, ids)
    found = []
    for case, name in cases:
        event, draft = assessed.get(case.id), drafts.get(case.id)
        finding = note = person = ""
        if case.outcome is not None and event is not None:
            findings = event.details.get("findings")
            finding = str(findings.get(criterion, "")) if isinstance(findings, dict) else ""
            note = notes.get(str(event.details["assessment"]), {}).get(criterion, "")
            person = event.actor
        elif draft is not None:
            said = draft.findings.get(criterion, {})
            finding, note, person = said.get("finding", ""), said.get("note", ""), draft.person_id
        found.append(
            Found(
                case=case.id,
                body=case.body_id,
                body_name=name or case.body_id,
                stage=case.stage,
                outcome=case.outcome or (draft.outcome if draft else ""),
                finding=finding,
                note=note,
                person=person,
                draft=case.outcome is None and draft is not None,
            )
        )
    return found


def _assessed(session: Session, cases: Sequence[str]) -> dict[str, EventRow]:
    """The last completed assessment of each."""
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_(cases), EventRow.kind == "assessed")
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    return {row.stream: row for row in rows}


def _notes(session: Session, texts: Iterable[object]) -> dict[str, dict[str, str]]:
    """The evidence notes of these sealed assessments, by criterion; a plain narrative stands for all of them."""
    rows = session.exec(select(SealedText).where(col(SealedText.id).in_(list(texts))))
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        notes = row.meta.get("notes")
        found[row.id] = {str(k): str(v) for k, v in notes.items()} if isinstance(notes, dict) else {}
    return found


def _drafts(session: Session, cases: Sequence[str]) -> dict[str, AssessmentDraft]:
    newest = (
        select(AssessmentDraft.case_id, func.max(AssessmentDraft.version).label("version"))
        .where(col(AssessmentDraft.case_id).in_(cases), col(AssessmentDraft.set_aside).is_(False))
        .group_by(col(AssessmentDraft.case_id))
        .subquery()
    )
    rows = session.exec(
        select(AssessmentDraft).join(
            newest,
            (newest.c.case_id == AssessmentDraft.case_id) & (newest.c.version == AssessmentDraft.version),
        )
    )
    return {row.case_id: row for row in rows}
