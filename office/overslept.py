"""Cases that overslept: an instant on their agenda has passed, and nothing was recorded. Woken, they record it.

A timer is so many seconds from when the engine hears of it. If the machine's clock is set forward between the case's
looking at it and that, or the machine slept meanwhile, the case would wake late by as much (found by the soak). And a
workflow that stands behind its ledger may know of no instant at all (found by the simulation).
"""

import asyncio
from datetime import datetime, timedelta

from sqlmodel import col, select
from temporalio.client import Client

from lifecycle.words import ENGINE
from models.database import Database
from models.messages import Reseat
from models.tables import CaseRow, Repair
from office.desk import PATIENCE, Desk, Ended, NeedsRepair, Unreachable

GRACE = timedelta(minutes=2)
"""A case that wakes in time has recorded by then what fell due, but for one of very many."""
AT_MOST = 200
AT_ONCE = 8
KEY = "overslept"
WITH_PEOPLE = ("parked", "no_workflow")
"""Kinds of repair whose case cannot be woken."""


async def wake_overslept(
    client: Client, database: Database, now: datetime, patience: timedelta = PATIENCE
) -> int:
    """Have the cases look at their agenda again whose next instant is past; answers how many were woken.

    One that waits for repair is left to people, and one that does not answer to the next time.
    """
    desk, gate = Desk(client, database, patience=patience), asyncio.Semaphore(AT_ONCE)

    async def wake(case_id: str, seq: int) -> bool:
        async with gate:
            return await _wake(desk, case_id, seq, now)

    late = await asyncio.to_thread(_overslept, database, now)
    return sum(await asyncio.gather(*(wake(case_id, seq) for case_id, seq in late)))


def _overslept(database: Database, now: datetime) -> list[tuple[str, int]]:
    """With how many events the ledger has. Those that are late by most come first. What waits for people would stand
    in the way of the others."""
    with_people = select(Repair.subject).where(
        col(Repair.kind).in_(WITH_PEOPLE), col(Repair.closed_at).is_(None)
    )
    late = select(CaseRow.id, CaseRow.seq).where(
        col(CaseRow.next_at) < now - GRACE,
        col(CaseRow.ended_on).is_(None),
        col(CaseRow.id).not_in(with_people),
    )
    with database.reading() as session:
        return list(session.exec(late.order_by(col(CaseRow.next_at), col(CaseRow.id)).limit(AT_MOST)))


async def _wake(desk: Desk, case_id: str, seq: int, now: datetime) -> bool:
    try:
        view = await desk.view(case_id)
        late = view.case.seq < seq or (view.next_instant is not None and view.next_instant < now)
        if view.parked or not late:
            return False
        await desk.fold_again(case_id, Reseat(key=KEY, actor=ENGINE))
    except (NeedsRepair, Unreachable, Ended):
        return False
    return True
