"""Letters in the making. Every saved version of the edits is kept, and what was written on an older one is set aside.

A letter's draft is that of its kind, its cases and its language. What is sealed takes the newest edits.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import CaseRow, LetterDraft
from office.conflicts import refuse_conflict
from office.desk import NoCase
from office.letter_edits import edits_of
from office.letter_parts import Edit, Kind, Paper
from office.letter_words import Language
from office.people import find_actor
from office.rights import role_for

LONGEST = 20_000
"""Characters that one passage may have."""
EDIT = "draft_letter"


@dataclass(frozen=True)
class Version:
    """A saved version. `reviewed_by` says who reviewed its edits, where they are in Welsh."""

    number: int
    base: int
    person: str
    saved_at: datetime
    set_aside: bool
    edits: Mapping[str, Edit]
    reviewed_by: str = ""


@dataclass(frozen=True)
class Saved:
    """What became of a save. When it is set aside, `newest` is the version that somebody saved meanwhile."""

    version: Version
    newest: Version | None = None


def draft_id(kind: Kind, cases: Sequence[str], language: Language) -> str:
    """The same for the same letter, however its cases are ordered."""
    named = "\n".join((kind.value, language.value, *sorted(set(cases))))
    return f"{kind.value}-{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def newest(session: Session, kind: Kind, cases: Sequence[str], language: Language) -> Version | None:
    """The draft as it stands; None when nobody edited this letter."""
    row = session.exec(
        _of(draft_id(kind, cases, language)).where(col(LetterDraft.set_aside).is_(False)).limit(1)
    ).first()
    return _version(row) if row else None


def versions(database: Database, kind: Kind, cases: Sequence[str], language: Language) -> list[Version]:
    """Every version, the last saved first."""
    with database.reading() as session:
        return [_version(row) for row in session.exec(_of(draft_id(kind, cases, language)))]


def save(
    database: Database,
    actor: str,
    cases: Sequence[str],
    paper: Paper,
    words: Mapping[str, str],
    base: int,
    now: datetime,
    reviewed_by: str = "",
) -> Saved:
    """Keep these words of passages, written on version `base` of the draft of this letter as the template makes it.

    What stands in `words` is the whole of the edits: a passage that is not in it, or says what the template says,
    is the template's. The same edits again make no new version.

    Raises:
        NoCase, NotAllowed, Refused: nothing is kept.
    """
    edits = edits_of(paper, words)
    _refuse_unfit(edits)
    of = draft_id(paper.kind, cases, paper.language)
    with database.writing() as session:
        body = _permitted(session, actor, cases, now)
        lock(session.connection(), f"letter-draft/{of}")
        tip = newest(session, paper.kind, cases, paper.language)
        if tip is not None and (tip.edits, tip.reviewed_by) == (edits, reviewed_by):
            return Saved(tip)
        last = session.exec(_of(of).limit(1)).first()
        row = LetterDraft(
            id=of,
            version=(last.version if last else 0) + 1,
            base=base,
            kind=paper.kind.value,
            language=paper.language.value,
            cases=sorted(set(cases)),
            body_id=body,
            person_id=actor,
            saved_at=now,
            set_aside=base != (tip.number if tip else 0),
            reviewed_by=reviewed_by,
            edits={name: {"words": one.words, "template": one.template} for name, one in edits.items()},
        )
        session.add(row)
        return Saved(_version(row), tip if row.set_aside else None)


def _of(draft: str) -> SelectOfScalar[LetterDraft]:
    return select(LetterDraft).where(LetterDraft.id == draft).order_by(col(LetterDraft.version).desc())


def _refuse_unfit(edits: Mapping[str, Edit]) -> None:
    for name, edit in edits.items():
        if len(edit.words) > LONGEST:
            raise Refused(
                f"The passage {name!r} has {len(edit.words):,} characters; at most {LONGEST:,} are kept. Shorten it."
            )


def _permitted(session: Session, actor: str, cases: Sequence[str], now: datetime) -> str:
    """The body that the letter is to."""
    today = local_date(now)
    who = find_actor(session, actor, today)
    bodies = set()
    for case_id in cases:
        case = session.get(CaseRow, case_id)
        if case is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
        role = role_for(who, EDIT, case.body_id, case.oversight_id)
        refuse_conflict(session, actor, role, EDIT, case.body_id, today)
        bodies.add(case.body_id)
    if len(bodies) != 1:
        raise Refused("A letter is to one body. Write to each body by itself.")
    return bodies.pop()


def _version(row: LetterDraft) -> Version:
    return Version(
        number=row.version,
        base=row.base,
        person=row.person_id,
        saved_at=row.saved_at,
        set_aside=row.set_aside,
        edits={name: Edit(**said) for name, said in row.edits.items()},
        reviewed_by=row.reviewed_by,
    )
