"""Search attributes: what an operator, or a batch job, can filter workflows on. Pages read the ledger instead.

No personal data: the server keeps these in clear.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

STAGE: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("FtStage")
BODY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("FtBody")
REPORT: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("FtReport")
NEXT_DUE: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("FtNextDue")
OVERDUE: SearchAttributeKey[bool] = SearchAttributeKey.for_bool("FtOverdue")

ALL = (STAGE, BODY, REPORT, NEXT_DUE, OVERDUE)


def initial(stage: str, body: str, report: str) -> TypedSearchAttributes:
    """What a workflow is started with."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, stage),
            SearchAttributePair(BODY, body),
            SearchAttributePair(REPORT, report),
            SearchAttributePair(OVERDUE, False),
        ]
    )


def changes(stage: str, due: date | None, overdue: bool) -> list[SearchAttributeUpdate[Any]]:
    """One upsert for all that an act or a rung changed. A due date shows as its first instant, UTC."""
    return [
        STAGE.value_set(stage),
        NEXT_DUE.value_set(datetime.combine(due, time(), UTC)) if due else NEXT_DUE.value_unset(),
        OVERDUE.value_set(overdue),
    ]
