"""Letters on their way out: made from the ledger, in the sender's words where there are any, and sealed."""

from collections.abc import Awaitable, Sequence
from datetime import date

from office.casework import seal_text
from office.desk import Desk, NoCase
from office.letter_papers import NoPapers, assessment_letter, request_letter
from office.letter_seal import in_these_words, seal_letter
from office.letters import Letter


async def seal_request(desk: Desk, cases: Sequence[str], due: date | None, text: str = "") -> str:
    """Seal the letter that asks for the plan; with `text`, in these words. Answers the id that the act carries.

    Raises:
        NoCase, Refused: as `request_letter`.
    """
    return await _sealed(desk, cases, request_letter(desk, cases, due), text)


async def seal_assessment(desk: Desk, cases: Sequence[str], on: date | None, text: str = "") -> str:
    """Seal the letter that tells the assessment; with `text`, in these words. Answers the id that the act carries.

    Raises:
        NoCase, Refused: as `assessment_letter`.
    """
    return await _sealed(desk, cases, assessment_letter(desk, cases, on), text)


async def _sealed(desk: Desk, cases: Sequence[str], making: Awaitable[Letter], text: str) -> str:
    try:
        made = await making
    except (NoCase, NoPapers):
        if not text:
            raise
        # A ledger that lacks the report can still send a letter that somebody wrote, as words alone.
        return await seal_text(desk, "letter", text, ",".join(cases))
    return await seal_letter(desk, cases, in_these_words(made, text) if text else made)
