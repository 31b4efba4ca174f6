"""How a case's letter stands: as it now reads, against the template, the body's draft, and the letter authorised."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from lifecycle import events as e
from models.database import Database
from models.tables import SealedText
from office.assessment_file import AssessmentFile
from office.letter_edits import Changed, changes, difference
from office.letter_parts import Letter, Paper
from office.letter_seal import papers_of
from office.letter_words import Language


@dataclass(frozen=True)
class Point:
    """One thing that the body says of the draft, and what it was answered."""

    number: str
    text: str
    accepted: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """The body's check of the draft: what it was sent, and what it said."""

    draft: str
    late_by: int
    closed: bool
    lapsed: bool
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Standing:
    """`edits` are the editors' changes against the template; `since_draft` what changed since the body's draft;
    `since` since the letter that is authorised, or was sent, whose words are `letter`."""

    edits: tuple[Changed, ...] = ()
    check: Check | None = None
    since_draft: tuple[Changed, ...] = ()
    letter: str = ""
    since: tuple[Changed, ...] = ()


def standing(database: Database, file: AssessmentFile, now: Letter | None) -> Standing:
    """The letter of this file, which now reads so."""
    with database.reading() as session:
        draft = _sealed(session, file.case.draft)
        letter = _sealed(session, file.case.letter)
        check = _check(session, file.events, draft) if draft else None
    return Standing(
        edits=tuple(_edits(now)) if now else (),
        check=check,
        since_draft=between(draft, now) if draft and now else (),
        letter=letter.text if letter else "",
        since=between(letter, now) if letter and now else (),
    )


def check_of(session: Session, events: Sequence[e.Event]) -> Check | None:
    """The body's check of the newest draft; None when there is none, or its assessment was undone."""
    sent: e.DraftSent | None = None
    for event in events:
        if isinstance(event, e.DraftSent):
            sent = event
        elif isinstance(event, e.TakenBack | e.Returned):
            sent = None
    draft = _sealed(session, sent.letter) if sent else None
    return _check(session, events, draft) if draft else None


def between(sealed: SealedText, now: Letter) -> tuple[Changed, ...]:
    """What the letter says otherwise than a sealed one, passage by passage. Its date is not counted."""
    papers = papers_of(sealed)
    if not papers:
        before, after = sealed.text.strip(), now.text.strip()
        if before == after or not now.edits:  # sealed in words alone: it was not made of these passages
            return ()
        return (Changed("whole", before, after, difference(before, after)),)
    there = {paper.language: paper for paper in papers}
    return tuple(change for one in _languages(now) for change in _since(there.get(one.paper.language), one))


def _languages(letter: Letter) -> tuple[Letter, ...]:
    return (letter, letter.welsh) if letter.welsh else (letter,)


def _edits(letter: Letter) -> Iterator[Changed]:
    for one in _languages(letter):
        yield from _named(changes(one.edits), one.paper.language)


def _since(before: Paper | None, now: Letter) -> Iterator[Changed]:
    """In one language. One that was not sealed then has changed by its edits, if it would be sealed now."""
    if before is None:
        return _named(changes(now.edits) if now.paper.sendable else (), now.paper.language)
    old, new = _passages(before), _passages(now.paper)
    found = (
        Changed(name, old.get(name, ""), new.get(name, ""), difference(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    )
    return _named(found, now.paper.language)


def _named(changed: Iterable[Changed], language: Language) -> Iterator[Changed]:
    """The same passage in each language is told apart by its name."""
    for one in changed:
        yield one if language is Language.english else replace(one, id=f"{one.id} (Welsh)")


def _passages(paper: Paper) -> Mapping[str, str]:
    return {one.id: one.words for one in paper.passages if one.id != "corrects"}


def _sealed(session: Session, text: str | None) -> SealedText | None:
    return session.get(SealedText, text) if text else None


def _check(session: Session, events: Sequence[e.Event], draft: SealedText) -> Check:
    """From the events after the newest draft."""
    since = max(number for number, event in enumerate(events) if isinstance(event, e.DraftSent))
    points: dict[str, Point] = {}
    late, lapsed, closed = 0, False, False
    for event in events[since:]:
        match event:
            case e.DraftCommented():
                late, closed = event.late_by, True
                points = {one: Point(one, _words(session, text)) for one, text in event.points.items()}
            case e.DraftLapsed():
                lapsed = closed = True
            case e.PointAnswered() if event.point in points:
                said = _words(session, event.reason)
                points[event.point] = Point(event.point, points[event.point].text, event.accepted, said)
    return Check(draft.text, late, closed, lapsed, tuple(points.values()))


def _words(session: Session, text: str) -> str:
    found = session.get(SealedText, text)
    return found.text if found else ""
