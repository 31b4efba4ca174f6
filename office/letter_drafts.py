"""Letters in the making. Every saved version of the edits is kept, and what was written on an older one is set aside.

A letter's draft is that of its kind, its cases and its language. What is sealed takes the newest edits.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import CaseRow, EventRow, LetterDraft
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
WHOLE = "whole"
"""Instead of a passage: all of the letter."""


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
    row = session.exec(_standing(session, kind, cases, language).limit(1)).first()
    return _version(row) if row else None


def versions(database: Database, kind: Kind, cases: Sequence[str], language: Language) -> list[Version]:
    """Every version, the last saved first."""
    with database.reading() as session:
        return [_version(row) for row in session.exec(_of(draft_id(kind, cases, language)))]


def writers(session: Session, kind: Kind, cases: Sequence[str]) -> tuple[str, ...]:
    """Who wrote in the letter as it stands, in either language: all who saved edits since it was the template's."""
    found: set[str] = set()
    for language in Language:
        rows = session.exec(_standing(session, kind, cases, language))
        found |= {row.person_id for row in takewhile(lambda row: row.edits, rows)}
    return tuple(sorted(found))


def savers(session: Session, kind: Kind, cases: Sequence[str], since: datetime) -> set[str]:
    """Who saved a version of the letter after this instant, in either language; one of the template's words too."""
    found: set[str] = set()
    for language in Language:
        rows = session.exec(_standing(session, kind, cases, language))
        found |= {row.person_id for row in rows if row.saved_at > since}
    return found


def writers_of(database: Database, kind: Kind, cases: Sequence[str]) -> tuple[str, ...]:
    """As `writers`, from the ledger itself."""
    with database.reading() as session:
        return writers(session, kind, cases)


def whole_words(database: Database, kind: Kind, cases: Sequence[str]) -> str:
    """The letter as somebody wrote all of it; empty when nobody did."""
    with database.reading() as session:
        draft = newest(session, kind, cases, Language.english)
    return draft.edits[WHOLE].words if draft and WHOLE in draft.edits else ""


def save_whole(
    database: Database, actor: str, kind: Kind, cases: Sequence[str], text: str, template: str, now: datetime
) -> Saved:
    """Keep these words for all of the letter, head to signature, in English; empty words are the template's.

    Raises:
        NoCase, NotAllowed, Refused: nothing is kept.
    """
    said = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().splitlines())
    edits = {WHOLE: Edit(said, template)} if said and said != template.strip() else {}
    _refuse_unfit(edits)
    with database.reading() as session:
        tip = newest(session, kind, cases, Language.english)
    base = tip.number if tip else 0
    return _kept(database, actor, kind, cases, Language.english, edits, base, now, "")


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
    return _kept(database, actor, paper.kind, cases, paper.language, edits, base, now, reviewed_by)


def _kept(
    database: Database,
    actor: str,
    kind: Kind,
    cases: Sequence[str],
    language: Language,
    edits: Mapping[str, Edit],
    base: int,
    now: datetime,
    reviewed_by: str,
) -> Saved:
    of = draft_id(kind, cases, language)
    with database.writing() as session:
        body = _permitted(session, actor, cases, now)
        lock(session.connection(), f"letter-draft/{of}")
        tip = newest(session, kind, cases, language)
        if tip is not None and (tip.edits, tip.reviewed_by) == (edits, reviewed_by):
            return Saved(tip)
        last = session.exec(_of(of).limit(1)).first()
        row = LetterDraft(
            id=of,
            version=(last.version if last else 0) + 1,
            base=base,
            kind=kind.value,
            language=language.value,
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


def _standing(
    session: Session, kind: Kind, cases: Sequence[str], language: Language
) -> SelectOfScalar[LetterDraft]:
    """What was saved and not set aside; of a letter on the way, since the last of its kind was sent."""
    found = _of(draft_id(kind, cases, language)).where(col(LetterDraft.set_aside).is_(False))
    sent = session.exec(
        select(func.max(EventRow.at)).where(
            col(EventRow.stream).in_(cases),
            EventRow.kind == "word_sent",
            col(EventRow.details)["of"].as_string() == kind.value,
        )
    ).one()
    return found.where(col(LetterDraft.saved_at) > sent) if sent else found


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
