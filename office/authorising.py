"""A second person's acts on assessments and their letters: authorised, returned, recalled, sent, corrected.

What is authorised is one sealed letter, and no other is sent: there is no door with words of the sender's own.
"""

import asyncio
from collections.abc import Sequence
from datetime import date

from lifecycle import acts as a
from lifecycle.words import LetterKind, Refused
from models.messages import Receipt
from office.batches import Outcome, on_each
from office.casework import seal_text
from office.desk import Desk
from office.letter_drafts import save_whole, writers_of
from office.letter_facts import Word, letter_of_word
from office.letter_parts import Kind
from office.letter_seal import seal_letter
from office.letter_sending import (
    authorised_letter,
    refuse_unseen,
    seal_correction,
    seal_draft,
    seal_to_authorise,
)


async def authorise(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Authorise each of these assessments, with its letter, that this person may: never one's own."""

    async def one(case: str) -> Receipt:
        return (await authorise_letter(desk, actor, [case], a.key_for(key, case)))[0]

    return await on_each(cases, one)


async def authorise_letter(
    desk: Desk,
    actor: str,
    cases: Sequence[str],
    key: str,
    on: date | None = None,
    dated: date | None = None,
    seen: str = "",
) -> list[Receipt]:
    """Authorise the letter on these cases, as it now reads, dated `dated`; on several cases of a body, one letter.

    Raises what the desk and `seal_to_authorise` raise.
    """
    if done := await _repeated(desk, cases, "authorise", actor, key):
        return done
    ready = await seal_to_authorise(desk, cases, dated or on, seen)
    act = a.Authorise(key=key, actor=actor, on=on, letter=ready.letter, written_by=ready.written_by)
    return await _on(desk, cases, act)


async def send_draft(
    desk: Desk, actor: str, cases: Sequence[str], key: str, due: date | None = None
) -> list[Receipt]:
    """Send the body the draft of the letter on these cases, for its check of the facts. Raises as above."""
    letter = await seal_draft(desk, cases)
    return await _on(desk, cases, a.SendDraft(key=key, actor=actor, letter=letter, due=due))


async def send_letters(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Send each case's letter, as it was authorised."""

    async def one(case: str) -> Receipt:
        return await send_letter(desk, actor, case, a.key_for(key, case))

    return await on_each(cases, one)


async def send_letter(
    desk: Desk, actor: str, case: str, key: str, on: date | None = None, seen: str = ""
) -> Receipt:
    """Send a case's authorised letter; `seen` is the one that the sender read, and the case refuses any other than
    the authorised one. Raises what the desk and `authorised_letter` raise."""
    if done := await desk.repeated(case, "send_letter", actor, key):
        return done
    letter = await authorised_letter(desk, case, on)
    return await desk.take(case, a.SendLetter(key=key, actor=actor, on=on, letter=seen or letter))


async def correct_letter(
    desk: Desk, actor: str, case: str, reason: str, key: str, on: date | None = None, seen: str = ""
) -> Receipt:
    """Send the letter again as it now reads, in place of the one sent, on all the cases that it is on. Answers the
    receipt of this one. Raises what the desk and `seal_correction` raise."""
    for its in (key, a.key_for(key, case)):
        if done := await desk.repeated(case, "correct_letter", actor, its):
            return done
    ready, sent, cases = await seal_correction(desk, case, reason, on, seen)
    sealed = await seal_text(desk, "reason", reason, ",".join(cases))
    act = a.CorrectLetter(
        key=key,
        actor=actor,
        on=on,
        letter=ready.letter,
        corrects=sent,
        reason=sealed,
        written_by=ready.written_by,
    )
    return (await _on(desk, [case, *(one for one in cases if one != case)], act))[0]


async def write_word(desk: Desk, actor: str, cases: Sequence[str], word: Word, text: str = "") -> str:
    """Keep the letter that these facts make, or these words for all of it; answers it. Another person sends it.

    Raises:
        NoCase, NotAllowed, Refused: nothing is kept.
    """
    kind, now = Kind(word.of.value), desk.clock.now()
    said = text or (await letter_of_word(desk, cases, word, edited=False)).text
    # What goes unwritten if nobody writes: only a reminder does.
    template = ""
    if word.of is LetterKind.reminder:
        template = (await letter_of_word(desk, cases, Word(word.of, look=word.look), edited=False)).text
    await asyncio.to_thread(save_whole, desk.database, actor, kind, cases, said, template, now)
    return said


async def send_word(
    desk: Desk,
    actor: str,
    cases: Sequence[str],
    word: Word,
    key: str,
    on: date | None = None,
    seen: str = "",
) -> list[Receipt]:
    """Send a letter on the way: what another person wrote; a reminder may go as the ledger makes it. `seen` is the
    print of what the sender read.

    Raises what the desk raises, and Refused when nobody wrote what was found, or it was changed since it was read.
    """
    made = await letter_of_word(desk, cases, word, on)
    wrote = await asyncio.to_thread(writers_of, desk.database, Kind(word.of.value), cases)
    if not wrote and word.of is not LetterKind.reminder:
        raise Refused(
            f"Nobody has written the letter on {word.of.value} yet. Write it; another person sends it."
        )
    refuse_unseen(made, seen)
    letter = await seal_letter(desk, cases, made)
    return await _on(
        desk, cases, a.SendWord(key=key, actor=actor, on=on, letter=letter, of=word.of, written_by=wrote)
    )


async def _repeated(
    desk: Desk, cases: Sequence[str], kind: str, actor: str, key: str
) -> list[Receipt] | None:
    """The receipts of an act that all these cases have taken already."""
    keys = [key] if len(cases) == 1 else [a.key_for(key, case) for case in cases]
    found = [await desk.repeated(case, kind, actor, its) for case, its in zip(cases, keys, strict=True)]
    done = [receipt for receipt in found if receipt is not None]
    return done if len(done) == len(found) else None


async def _on(desk: Desk, cases: Sequence[str], act: a.Act) -> list[Receipt]:
    if len(cases) == 1:
        return [await desk.take(cases[0], act)]
    return await desk.take_on_all(list(cases), act)
