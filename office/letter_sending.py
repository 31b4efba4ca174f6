"""Letters on their way out: made from the ledger with what was edited in them, sealed, and bound to two people."""

import asyncio
import hashlib
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from activities.ledger.append import read
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date, long_date
from lifecycle.lettering import SENT
from lifecycle.words import Refused, Stage
from models.tables import SealedText
from office.casework import seal_text
from office.desk import Desk, NoCase
from office.letter_drafts import WHOLE, newest, savers, writers
from office.letter_papers import (
    NoPapers,
    assessment_letter,
    corrected,
    drafted,
    refuse_outdated,
    request_letter,
)
from office.letter_parts import Kind
from office.letter_seal import in_these_words, papers_of, seal_letter
from office.letter_standing import between
from office.letter_words import Language
from office.letters import Letter

UNCHANGED = "Nobody changed the letter since it was sent. Write what is right in it; another person sends it."


@dataclass(frozen=True)
class Ready:
    """A sealed letter, and those who wrote in it against the template: none of them is its second person."""

    letter: str
    written_by: tuple[str, ...]


async def seal_request(desk: Desk, cases: Sequence[str], due: date | None, text: str = "") -> str:
    """Seal the letter that asks for the plan; with `text`, in these words. Answers the id that the act carries.

    Raises:
        NoCase, Refused: as `request_letter`.
    """
    try:
        made = await request_letter(desk, cases, due)
    except (NoCase, NoPapers):
        if not text:
            raise
        # A ledger that lacks the report can still send a letter that somebody wrote, as words alone.
        return await seal_text(desk, "letter", text, ",".join(cases))
    return await seal_letter(desk, cases, in_these_words(made, text) if text else made)


async def seal_to_authorise(desk: Desk, cases: Sequence[str], dated: date | None, seen: str = "") -> Ready:
    """Seal the letter on these assessments, dated so, for a second person to authorise. `seen` is the print of what
    that person read.

    Raises:
        NoCase, Refused: as `assessment_letter`, and when the letter was changed since it was read.
    """
    return await _ready(desk, cases, assessment_letter(desk, cases, dated), seen)


async def seal_draft(desk: Desk, cases: Sequence[str]) -> str:
    """Seal the letter as a draft, for the body's check of its facts; raises what `seal_to_authorise` raises."""

    async def marked() -> Letter:
        return drafted(await assessment_letter(desk, cases, None))

    return (await _ready(desk, cases, marked(), "")).letter


async def seal_correction(
    desk: Desk, case: str, reason: str, on: date | None = None, seen: str = ""
) -> tuple[Ready, str, list[str]]:
    """Seal the letter as it now reads, saying which letter it corrects and why; with the id of that one, and the
    cases that both are on.

    Raises:
        Refused: when no letter is sent, or not on all its cases, or nobody changed it since.
    """
    sent = await asyncio.to_thread(_sent, desk, case)
    text = await asyncio.to_thread(_sealed_text, desk, sent.letter)
    cases = _cases(text, case)
    await asyncio.to_thread(_refuse_apart, desk, sent.letter, cases, SENT)

    async def made() -> Letter:
        now = await assessment_letter(desk, cases, on)
        if text is not None and not between(text, now):
            raise Refused(UNCHANGED)
        return corrected(now, sent.on, reason)

    ready = await _ready(desk, cases, made(), seen, since=text.sealed_at if text else None)
    if not ready.written_by:
        raise Refused(UNCHANGED)
    return ready, sent.letter, cases


async def authorised_letter(desk: Desk, case: str, on: date | None = None) -> str:
    """The letter that a second person authorised, to be sent on this day, if not today.

    Raises:
        NoCase: when the ledger holds no such case.
        Refused: when none is authorised, not on all the cases that it is on, their assessments are others than those
            it tells, or it bears a later date.
    """
    folded = await asyncio.to_thread(_folded, desk, case)
    if folded.letter is None:
        raise Refused(f"No letter of {case} is authorised. Have a second person authorise its letter first.")
    sealed = await asyncio.to_thread(_sealed_text, desk, folded.letter)
    others, stages = [one for one in _cases(sealed, case) if one != case], (Stage.authorised, *SENT)
    await asyncio.to_thread(_refuse_apart, desk, folded.letter, others, stages)
    if sealed is not None:
        await asyncio.to_thread(_refuse_assessed_since, desk, sealed)
    dated = max((paper.envelope.on for paper in papers_of(sealed)), default=None) if sealed else None
    today = on or local_date(desk.clock.now())
    if dated is not None and dated > today:
        raise Refused(f"The letter is dated {long_date(dated)}. Send it on that day, or later.")
    return folded.letter


def print_of(letter: Letter) -> str:
    """What tells one letter's words from another's: a page has it of what it shows."""
    said = "\n".join(one.text for one in (letter, letter.welsh) if one)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def refuse_unseen(letter: Letter, seen: str) -> None:
    """Raises Refused when this is not the letter that somebody read."""
    if seen and seen != print_of(letter):
        raise Refused("The letter was changed since you read it. Read it again.")


async def _ready(
    desk: Desk, cases: Sequence[str], making: Awaitable[Letter], seen: str, *, since: datetime | None = None
) -> Ready:
    """`since` is when the letter was sealed that this one corrects: whoever saved a version after it wrote this one,
    be it that the version restored the template's words."""

    def state() -> tuple[dict[str, int], set[str]]:
        with desk.database.reading() as session:
            wrote = {*writers(session, Kind.assessment, cases)}
            if since is not None:
                wrote |= savers(session, Kind.assessment, cases, since)
            return _assessed(session, cases), wrote

    # Asked before and after the letter is made: what was saved or assessed meanwhile may be in it.
    assessed, before = await asyncio.to_thread(state)
    try:
        made: Letter | str = await making
    except (NoCase, NoPapers):
        made = await asyncio.to_thread(_plain_words, desk, cases)
        if not made:
            raise
    now, after = await asyncio.to_thread(state)
    if now != assessed:
        raise Refused("An assessment was changed while its letter was made. Read the letter again.")
    wrote = tuple(sorted(before | after))
    if isinstance(made, str):
        # As above: the words that somebody wrote, alone.
        return Ready(await seal_text(desk, "letter", made, ",".join(cases)), wrote)
    refuse_unseen(made, seen)
    return Ready(await seal_letter(desk, cases, made, assessed), wrote)


def _plain_words(desk: Desk, cases: Sequence[str]) -> str:
    """What somebody wrote for all of the letter; empty when nobody did."""
    with desk.database.reading() as session:
        draft = newest(session, Kind.assessment, cases, Language.english)
        if draft is None or WHOLE not in draft.edits:
            return ""
        refuse_outdated(draft, (one.event for case in cases for one in read(session, case)))
        return draft.edits[WHOLE].words


def _assessed(session: Session, cases: Sequence[str]) -> dict[str, int]:
    """The entry of each case that is its assessment: the last one."""
    return {
        case: one.seq for case in cases for one in read(session, case) if isinstance(one.event, e.Assessed)
    }


def _folded(desk: Desk, case: str) -> Case:
    with desk.database.reading() as session:
        events = read(session, case)
    if not events:
        raise NoCase(f"There is no case {case!r}. `followthrough case list` shows them.")
    return fold_all(Case(id=case), (one.event for one in events))


def _refuse_apart(desk: Desk, letter: str, cases: Sequence[str], stages: Collection[Stage]) -> None:
    """One letter on several cases is one letter: it is not sent, nor corrected, on some of them alone."""
    for case in cases:
        folded = _folded(desk, case)
        if folded.letter != letter or folded.stage not in stages:
            raise Refused(
                f"This letter is also on {case}, which is {folded.stage.value.replace('_', ' ')} and "
                f"{'has this letter' if folded.letter == letter else 'does not have it'}. "
                "Bring all its cases to the same letter first."
            )


def _refuse_assessed_since(desk: Desk, sealed: SealedText) -> None:
    """A letter tells the assessments that it was made from, and no later ones. One of words alone names none."""
    told = sealed.meta.get("assessed")
    if not isinstance(told, dict):
        return
    with desk.database.reading() as session:
        now = _assessed(session, list(told))
    if changed := sorted(case for case in told if told[case] != now.get(case)):
        raise Refused(
            f"{', '.join(changed)} was assessed again after this letter was made. Recall the letter, read it as it now "
            "reads, and have it authorised."
        )


def _sent(desk: Desk, case: str) -> e.LetterSent | e.LetterCorrected:
    """The letter that stands."""
    with desk.database.reading() as session:
        events = read(session, case)
    for one in reversed(events):
        if isinstance(one.event, e.LetterSent | e.LetterCorrected):
            return one.event
    raise Refused(f"No letter of {case} is sent, so there is none to correct.")


def _sealed_text(desk: Desk, letter: str) -> SealedText | None:
    with desk.database.reading() as session:
        return session.get(SealedText, letter)


def _cases(sealed: SealedText | None, case: str) -> list[str]:
    """The cases that a sealed letter is on."""
    found = sealed.meta.get("cases") if sealed else None
    return [str(one) for one in found] if isinstance(found, list) and found else [case]
