"""Workflows against the ledger: every open case has exactly one, and no other case has any."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.record import Difference

GRACE = timedelta(minutes=5)
"""What a case and its workflow may take to know of each other."""


@dataclass(frozen=True)
class Standing:
    """How the ledger holds a case."""

    opened_at: datetime
    ended: bool


def wrong_seats(
    ledger: Mapping[str, Standing], running: Mapping[str, datetime], now: datetime
) -> Iterator[Difference]:
    """`running` are the cases that workflows run for, and since when."""
    for case in sorted(ledger.keys() - running.keys()):
        if not ledger[case].ended and ledger[case].opened_at < now - GRACE:
            yield Difference(
                "no_workflow",
                case,
                "The ledger holds this case open and no workflow of it runs.",
                f"followthrough case reseat {case}; for all at once: followthrough engine rebuild",
            )
    for case in sorted(running):
        if running[case] < now - GRACE and (case not in ledger or ledger[case].ended):
            yield _stray(case, known=case in ledger)


def _stray(case: str, *, known: bool) -> Difference:
    if known:
        said = "The ledger has closed this case, and a workflow of it runs: it was started or reset by hand."
        return Difference("stray_workflow", case, said, "followthrough engine rebuild")
    said = "A workflow runs for a case that the ledger does not hold: the ledger is older, or another one."
    remedy = (
        f"Restore the newer ledger; if this one is right: temporal workflow terminate --workflow-id {case}"
    )
    return Difference("stray_workflow", case, said, remedy)
