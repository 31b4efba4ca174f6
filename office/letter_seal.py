"""Sealing a letter: its words, its pages and its PDFs become immutable rows, and its id depends on them all.

The event that sends the letter names that id, and each event is in the hash of the next: so the hashes of page and PDF
are in the ledger's chain. What was edited against the template is sealed with it.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlmodel import Session

from config.settings import load
from lifecycle.rules import UnknownRules, rules_for
from models.tables import CaseRow, Content, SealedText
from office.desk import Desk, NoCase
from office.letter_drafts import WHOLE
from office.letter_edits import Changed, changes, whole
from office.letter_pages import letter as in_words
from office.letter_pages import page
from office.letter_parts import Edit, Letter, Paper, kept, read
from office.letter_pdf import NoPdf, pdf
from office.letter_words import Language
from office.sealing import hold, register, seal

log = logging.getLogger(__name__)
IN_WELSH = "-cy"
UNFIT = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Rendering:
    """A letter as a file: HTML always, and PDF where this machine can make it."""

    name: str
    content: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def in_these_words(made: Letter, text: str) -> Letter:
    """The letter as it was made, if these are its words; else with these for all of it, and then in English only."""
    if _plain(text) == _plain(made.text):
        return made
    rewritten = in_words(whole(made.paper, text))
    return replace(rewritten, edits={WHOLE: Edit(_plain(text), _plain(made.text))})


async def seal_letter(
    desk: Desk, cases: Sequence[str], made: Letter, assessed: Mapping[str, int] | None = None
) -> str:
    """Seal a letter on these cases of one body, with its renderings; answers the id that the act carries. `assessed`
    are the entries of the assessments that it tells: the same words on another assessment are another letter."""
    return await asyncio.to_thread(_seal, desk, sorted(set(cases)), made, assessed or {})


def _seal(desk: Desk, cases: Sequence[str], made: Letter, assessed: Mapping[str, int]) -> str:
    marking = _marking(desk, cases[0])
    files = [file for one in _both(made) for file in renderings(one.paper, cases, marking)]
    text = words_sealed(made)
    hashes = {file.name: file.hash for file in files}
    meta: dict[str, object] = {
        "cases": list(cases),
        "marking": marking,
        "papers": [kept(one.paper) for one in _both(made)],
        "edits": [{name: asdict(edit) for name, edit in one.edits.items()} for one in _both(made)],
        "renderings": hashes,
    }
    if assessed:
        meta["assessed"] = dict(assessed)
    digest = hashlib.sha256("\n".join(f"{name} {value}" for name, value in sorted(hashes.items())).encode())
    entries = (f"assessed {case} {assessed[case]}" for case in sorted(assessed))
    of = "\n".join((*cases, *entries, digest.hexdigest()))
    with desk.database.writing() as session:
        hold(session, hashes.values())
        sealed = seal(session, "letter", text, desk.clock.now(), meta, of=of)
        for file in files:
            _keep(session, file)
            register(session, sealed, file.name, len(file.content), file.hash)
    return sealed


def words_sealed(made: Letter) -> str:
    """What is sealed of a letter, as words: in both languages, where it goes in both."""
    return "\n".join(one.text for one in _both(made))


def _both(made: Letter) -> tuple[Letter, ...]:
    """In Welsh too, when everything in it may be sent."""
    return (made, made.welsh) if made.welsh and made.welsh.paper.sendable else (made,)


def renderings(paper: Paper, cases: Sequence[str], marking: str = "") -> Iterator[Rendering]:
    """The letter's files. Without a marking they are those that are published."""
    name, content = file_name(paper, cases), page(paper, marking)
    yield Rendering(f"{name}.html", content.encode())
    try:
        yield Rendering(f"{name}.pdf", pdf(content))
    except NoPdf as missing:
        log.warning(str(missing), extra={"letter": name})


def file_name(paper: Paper, cases: Sequence[str]) -> str:
    """assessment-letter-bedfordshire-R-2016-6085, and -cy in Welsh: plain, so that every mail program keeps it."""
    references = [case.split("/")[1] for case in cases]
    more = f"-and-{len(references) - 1}-more" if len(references) > 1 else ""
    plain = UNFIT.sub("-", f"{paper.kind.value}-letter-{cases[0].split('/')[-1]}-{references[0]}")[:70].strip(
        "-."
    )
    return f"{plain}{more}{IN_WELSH if paper.language is Language.welsh else ''}"


def papers_of(sealed: SealedText) -> tuple[Paper, ...]:
    """What a sealed letter was made from, to set it again without marking; none for words that came without."""
    found = sealed.meta.get("papers")
    return tuple(read(one) for one in found) if isinstance(found, list) else ()


def published(sealed: SealedText) -> tuple[Rendering, ...]:
    """The files of a sealed letter as they are published: the same text, without marking."""
    cases = [str(case) for case in _listed(sealed.meta.get("cases"))]
    return tuple(file for paper in papers_of(sealed) for file in renderings(paper, cases))


def changed(sealed: SealedText) -> tuple[Changed, ...]:
    """What was edited in a sealed letter against the template, word by word."""
    edits = [one for one in _listed(sealed.meta.get("edits")) if isinstance(one, Mapping)]
    return tuple(
        each for one in edits for each in changes({name: Edit(**said) for name, said in one.items()})
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _keep(session: Session, file: Rendering) -> None:
    """We made it, so nothing has to scan it first."""
    if session.get(Content, file.hash) is None:
        session.add(Content(hash=file.hash, content=file.content))
        session.flush()


def _marking(desk: Desk, case_id: str) -> str:
    """The policy's until publication, or else the installation's."""
    with desk.database.reading() as session:
        case = session.get(CaseRow, case_id)
    if case is None:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    try:
        found = rules_for(case.policy_hash, case.calendar_hash, case.division).policy.marking
    except UnknownRules:
        found = ""
    return found or load().marking


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().splitlines())
