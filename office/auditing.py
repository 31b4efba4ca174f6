"""The standing self-audit: what `audit/` counts again, asked of this ledger and this engine, and kept as repairs."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from temporalio.client import Client

from activities.ledger.repairs import close_repair, open_repair
from activities.mail.orders import in_force
from audit.record import Difference
from audit.rows import BATCH, papers, since, streams, tonight
from audit.seats import Standing, wrong_seats
from audit.shelf import Shelf, read_shelf
from audit.whole import differences
from lifecycle.dates import local_date
from models.database import Database
from models.tables import CaseRow, Heartbeat, Order, Repair
from office.desk import NoCase
from office.running import conducted, runs

AUDITOR = "audit"
ROWS = (
    "broken_chain",
    "rules_missing",
    "wrong_clock",
    "wrong_rung",
    "rung_missing",
    "wrong_told",
    "wrong_rows",
    "notice_missing",
    "notice_unasked",
    "notice_wrong",
    "notice_waiting",
)
BACKLOG = "recovery"
"""An order of this kind holds what is late after an outage, until a person lets it go."""
SEATS = ("no_workflow", "stray_workflow")


def audit_rows(
    database: Database, names: Sequence[str], now: datetime, shelf: Shelf | None = None
) -> list[Difference]:
    """What is not as it should be in these streams."""
    shelf, found = shelf or read_shelf(), list[Difference]()
    for first in range(0, len(names), BATCH):
        with database.reading() as session:
            found += differences(papers(session, names[first : first + BATCH]), shelf, now)
    return _twice(database, found, shelf, now)


def audit_tonight(database: Database, now: datetime) -> tuple[list[str], list[Difference]]:
    """A night's audit: what is open, what changed, and a share of the rest in turn; answers what it looked at."""
    with database.reading() as session:
        names = tonight(session, local_date(now), since(now))
    found = audit_rows(database, names, now)
    keep_repairs(database, found, ROWS, set(names))
    return names, found


def _twice(database: Database, found: list[Difference], shelf: Shelf, now: datetime) -> list[Difference]:
    """Only what a second look finds too: a case may be written to between two of our questions."""
    names = sorted({one.subject for one in found})
    with database.reading() as session:
        again = set(differences(papers(session, names), shelf, now))
        kinds = {(one.kind, one.subject) for one in found}
        explained = _explained(session, now)
        return sorted(one for one in again if (one.kind, one.subject) in kinds and not explained(one))


def _explained(session: Session, now: datetime) -> Callable[[Difference], bool]:
    """Whether something says already why a notice waits: an order, a repair of the post's, or that nothing is armed."""
    freeze, post = in_force(session, now), session.get(Heartbeat, "dispatch")
    unarmed = post is not None and post.outcome.startswith("nothing sent")
    backlog = session.exec(
        select(Order.id).where(Order.kind == BACKLOG, col(Order.lifted_at).is_(None))
    ).first()
    ours = col(Repair.kind).in_(ROWS)
    known = set(session.exec(select(Repair.subject).where(col(Repair.closed_at).is_(None), ~ours)))

    def explained(one: Difference) -> bool:
        if one.kind != "notice_waiting":
            return False
        frozen = freeze.covers(one.subject, session.get(CaseRow, one.subject))
        return unarmed or frozen or backlog is not None or one.subject in known

    return explained


def every_stream(database: Database) -> list[str]:
    with database.reading() as session:
        return streams(session)


def one_stream(database: Database, case: str) -> list[str]:
    """The case alone. Raises NoCase."""
    with database.reading() as session:
        found = next(papers(session, [case]))
    if not found.events and found.case is None:
        raise NoCase(f"There is no case {case!r}. `followthrough case list --all` shows them.")
    return [case]


async def audit_seats(client: Client, database: Database, task_queue: str, now: datetime) -> list[Difference]:
    """Cases without a workflow and workflows without a case. What the engine's list lacks is asked for by its id."""
    ledger, running = await asyncio.to_thread(_standing, database), await conducted(client, task_queue)
    found = []
    for one in wrong_seats(ledger, running, now):
        if (one.kind == "no_workflow") is not await runs(client, one.subject):
            found.append(one)
    return found


def _standing(database: Database) -> dict[str, Standing]:
    with database.reading() as session:
        rows = session.exec(select(CaseRow.id, CaseRow.opened_at, col(CaseRow.ended_on).is_not(None)))
        return {case: Standing(opened_at, ended) for case, opened_at, ended in rows}


# --- repairs --------------------------------------------------------------------------------------------------------


def keep_repairs(
    database: Database,
    found: Iterable[Difference],
    kinds: Collection[str],
    looked_at: Collection[str] | None = None,
) -> None:
    """Put up for repair what was found, and take down what is not so any more: of these kinds, in these streams."""
    wanted = {repair_id(one): one for one in found}
    with database.writing() as session:
        for key, one in wanted.items():
            open_repair(session, key, one.subject, one.kind, one.cause, one.remedy)
        for repair in _open(session, kinds):
            if repair.id not in wanted and (looked_at is None or repair.subject in looked_at):
                close_repair(session, repair.id, AUDITOR)


def repair_id(one: Difference) -> str:
    """One repair for each kind and case."""
    return f"{one.kind.replace('_', '-')}/{one.subject}"


def _open(session: Session, kinds: Collection[str]) -> Sequence[Repair]:
    return session.exec(
        select(Repair).where(col(Repair.kind).in_(kinds), col(Repair.closed_at).is_(None))
    ).all()
