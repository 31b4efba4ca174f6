"""Assessments in the making. Every saved version is kept; what was written on an older one is set aside, never lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from lifecycle.dates import local_date
from lifecycle.passage import BEFORE_ASSESSMENT
from lifecycle.words import Finding, Refused, Stage
from models.database import Database, lock
from models.tables import AssessmentDraft, CaseRow, Criterion
from office.conflicts import refuse_conflict
from office.desk import NoCase
from office.people import find_actor
from office.rights import role_for

LONGEST = {"narrative": 50_000, "private": 20_000, "note": 10_000}
"""Characters that each text may have."""


@dataclass(frozen=True)
class Written:
    """What an editor wrote. `findings` and `notes` by criterion; what is not decided yet is empty."""

    outcome: str = ""
    narrative: str = ""
    private: str = ""
    findings: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """A saved version, as it was written."""

    number: int
    base: int
    person: str
    saved_at: datetime
    set_aside: bool
    written: Written


@dataclass(frozen=True)
class Saved:
    """What became of a save. When it is set aside, `newest` is the version that somebody saved meanwhile, if any."""

    version: Version
    newest: Version | None = None

    @property
    def set_aside(self) -> bool:
        return self.version.set_aside


def newest(database: Database, case_id: str) -> Version | None:
    """The draft as it stands."""
    with database.reading() as session:
        return _newest(session, case_id)


def versions(database: Database, case_id: str) -> list[Version]:
    """Every version, the last saved first."""
    with database.reading() as session:
        rows = session.exec(
            select(AssessmentDraft)
            .where(AssessmentDraft.case_id == case_id)
            .order_by(col(AssessmentDraft.version).desc())
        )
        return [_version(row) for row in rows]


def save(database: Database, actor: str, case_id: str, written: Written, base: int, now: datetime) -> Saved:
    """Keep what was written on version `base`. It becomes the draft when that is still the newest, and the case is
    still to be assessed; else it is set aside. The same words again make no new version.

    Raises:
        NoCase, NotAllowed, Refused: nothing is kept.
    """
    with database.writing() as session:
        case = _permitted(session, actor, case_id, now)
        _refuse_unfit(session, case, written)
        lock(session.connection(), f"draft/{case_id}")
        tip = _newest(session, case_id)
        if tip is not None and tip.written == written:
            return Saved(tip)
        stale = base != (tip.number if tip else 0) or Stage(case.stage) not in BEFORE_ASSESSMENT
        row = _row(session, case_id, actor, written, base, now)
        row.set_aside = stale
        session.add(row)
        return Saved(_version(row), tip if stale else None)


def _permitted(session: Session, actor: str, case_id: str, now: datetime) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NoCase(f"There is no case {case_id!r}.")
    today = local_date(now)
    who = find_actor(session, actor, today)
    role = role_for(who, "complete_assessment", case.body_id, case.oversight_id)
    refuse_conflict(session, actor, role, "complete_assessment", case.body_id, today)
    return case


def _refuse_unfit(session: Session, case: CaseRow, written: Written) -> None:
    known = set(session.exec(select(Criterion.id).where(Criterion.reference == case.reference)))
    if not {*written.findings, *written.notes} <= known:
        raise Refused("The form names criteria that this recommendation has not. Open the page again.")
    if not {one for one in written.findings.values() if one} <= {one.value for one in Finding}:
        raise Refused("The form names a finding that there is not. Open the page again.")
    texts = [("narrative", written.narrative), ("private", written.private)]
    for name, text in [*texts, *(("note", note) for note in written.notes.values())]:
        if len(text) > LONGEST[name]:
            raise Refused(
                f"A text has {len(text):,} characters; at most {LONGEST[name]:,} are kept here. Shorten it."
            )


def _newest(session: Session, case_id: str) -> Version | None:
    row = session.exec(
        select(AssessmentDraft)
        .where(AssessmentDraft.case_id == case_id, col(AssessmentDraft.set_aside).is_(False))
        .order_by(col(AssessmentDraft.version).desc())
        .limit(1)
    ).first()
    return _version(row) if row else None


def _row(
    session: Session, case_id: str, actor: str, written: Written, base: int, now: datetime
) -> AssessmentDraft:
    last = session.exec(
        select(AssessmentDraft.version)
        .where(AssessmentDraft.case_id == case_id)
        .order_by(col(AssessmentDraft.version).desc())
        .limit(1)
    ).first()
    named = sorted({*written.findings, *written.notes})
    return AssessmentDraft(
        case_id=case_id,
        version=(last or 0) + 1,
        base=base,
        person_id=actor,
        saved_at=now,
        outcome=written.outcome,
        narrative=written.narrative,
        private=written.private,
        findings={
            one: {"finding": written.findings.get(one, ""), "note": written.notes.get(one, "")}
            for one in named
        },
    )


def _version(row: AssessmentDraft) -> Version:
    return Version(
        number=row.version,
        base=row.base,
        person=row.person_id,
        saved_at=row.saved_at,
        set_aside=row.set_aside,
        written=Written(
            outcome=row.outcome,
            narrative=row.narrative,
            private=row.private,
            findings={one: said["finding"] for one, said in row.findings.items()},
            notes={one: said["note"] for one, said in row.findings.items()},
        ),
    )
