"""One act on many cases, each judged alone: those that can be done are, and each that cannot says why."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lifecycle.words import Refused
from models.messages import Receipt
from office.desk import NeedsRepair, NoCase, Unreachable
from office.people import NotAllowed

NOT_DONE = (Refused, NotAllowed, NoCase, NeedsRepair)


@dataclass(frozen=True)
class Outcome:
    """What became of one case; `refused` says why it could not be done."""

    case: str
    said: str = ""
    refused: str = ""


async def on_each(cases: Sequence[str], deed: Callable[[str], Awaitable[Receipt]]) -> list[Outcome]:
    """Do it to each, in order. When the engine cannot be reached the rest is not tried, and says so."""
    outcomes: list[Outcome] = []
    away = ""
    for case in dict.fromkeys(cases):
        if away:
            outcomes.append(Outcome(case, refused=away))
            continue
        try:
            receipt = await deed(case)
        except NOT_DONE as refused:
            outcomes.append(Outcome(case, refused=str(refused)))
        except Unreachable as unreachable:
            away = str(unreachable)
            outcomes.append(Outcome(case, refused=away))
        else:
            outcomes.append(Outcome(case, said=f"done, recorded as entry {receipt.seq}"))
    return outcomes
