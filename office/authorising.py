"""A second person's acts on assessments: authorised one by one or many at once, returned, and their letters sent."""

from collections.abc import Sequence

from lifecycle import acts as a
from models.messages import Receipt
from office.batches import Outcome, on_each
from office.desk import Desk
from office.letter_sending import seal_assessment


async def authorise(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Authorise each of these assessments that this person may: never one's own, says the workflow."""

    async def one(case: str) -> Receipt:
        return await desk.take(case, a.Authorise(key=a.key_for(key, case), actor=actor))

    return await on_each(cases, one)


async def send_letters(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Outcome]:
    """Send each case's letter, made from its assessment."""

    async def one(case: str) -> Receipt:
        return await send_letter(desk, actor, case, "", a.key_for(key, case))

    return await on_each(cases, one)


async def send_letter(desk: Desk, actor: str, case: str, text: str, key: str) -> Receipt:
    """Send a case's letter in these words; without any, as it is made from its assessment. Raises what the desk
    raises."""
    sealed = await seal_assessment(desk, [case], None, text)
    return await desk.take(case, a.SendLetter(key=key, actor=actor, letter=sealed))


async def send_joint_letter(desk: Desk, actor: str, cases: Sequence[str], key: str) -> list[Receipt]:
    """Send one letter on several cases of a body under a report. Raises what the desk raises."""
    sealed = await seal_assessment(desk, cases, None)
    return await desk.take_on_all(list(cases), a.SendLetter(key=key, actor=actor, letter=sealed))
