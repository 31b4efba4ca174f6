"""A second person's acts on assessments: authorised one by one or many at once, returned, and their letters sent."""

from collections.abc import Sequence

from lifecycle import acts as a
from models.messages import Receipt
from office import letter_papers
from office.batches import Outcome, on_each
from office.casework import seal_text
from office.desk import Desk


async def authorise(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Authorise each of these assessments that this person may: never one's own, says the workflow."""

    async def one(case: str) -> Receipt:
        return await desk.take(case, a.Authorise(key=a.key_for(key, case), actor=actor))

    return await on_each(cases, one)


async def send_letters(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Send each case's letter, made from its assessment."""

    async def one(case: str) -> Receipt:
        letter = await letter_papers.assessment_letter(desk, case, None)
        return await send_letter(desk, actor, case, letter.text, a.key_for(key, case))

    return await on_each(cases, one)


async def send_letter(desk: Desk, actor: str, case: str, text: str, key: str) -> Receipt:
    """Send a case's letter in these words. Raises what the desk raises."""
    sealed = await seal_text(desk, "letter", text, case)
    return await desk.take(case, a.SendLetter(key=key, actor=actor, letter=sealed))
