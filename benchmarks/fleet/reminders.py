"""Reminders that fall due one after the other while workers are restarted; and how late each was."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import median

from sqlmodel import Session, col, func, select

from benchmarks.fleet.hands import Hand
from benchmarks.fleet.place import Place
from benchmarks.lifecycle import opening, shifted
from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle import acts as a
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold_all
from lifecycle.dates import at_local, local_date
from lifecycle.opening import Opening, open_case
from lifecycle.rules import rules_for
from models.messages import CaseStart
from models.tables import Attempt, Body, EventRow, Mail, Notice, NoticeState
from office.desk import Desk
from worker import TASK_QUEUE

POLICY = "accelerated-cause-of-concern"
NOON = datetime.min.time().replace(hour=12)
AHEAD = timedelta(seconds=5)
"""How long after its start a case's reminder falls due."""
AT_ONCE = 10
ACTS_EVERY = 5
LOOKS = 0.1
GIVE_UP = 200
"""Seconds; less than the suite gives a test, so that what was waited for is said."""


@dataclass
class Reminded:
    """Cases by the real instant at which their reminder falls due, and the times at which a worker was away."""

    due: dict[str, datetime] = field(default_factory=dict)
    away: list[tuple[datetime, datetime]] = field(default_factory=list)
    acts: dict[str, str] = field(default_factory=dict)
    overtaken: dict[str, datetime] = field(default_factory=dict)

    def while_away(self) -> list[str]:
        return [case for case, at in self.due.items() if any(left <= at <= back for left, back in self.away)]


@cache
def fitting() -> tuple[Opening, datetime]:
    """An opening whose first reminder fell due lately, and when: cases are shown that instant as the present."""
    policy = newest(POLICY)
    rules = rules_for(policy.hash, load_calendars(policy.calendar).hash, "england-and-wales")
    today = local_date(datetime.now(UTC))
    for days in range(1, 60):
        issued = today - timedelta(days=days)
        made = opening("recommendation/R/b", policy, issued)
        events = open_case(made, at_local(issued, NOON), rules)
        first = next_instant(fold_all(Case(id=made.id), events), rules)
        if first is not None and local_date(first) < today:
            return made, first
    raise AssertionError(f"{POLICY} has no rung within two months of its start")


async def remind(place: Place, what: str, size: int, crew: list[Hand], *, restart: bool) -> Reminded:
    """Start `size` cases, each with a reminder shortly after, and take acts on some; with `restart` the workers are
    stopped and started in turn from the first reminder until the last has fallen."""
    found, done = Reminded(), asyncio.Event()
    turning = asyncio.create_task(_in_turn(crew, found, done) if restart else done.wait())
    gate = asyncio.Semaphore(AT_ONCE)
    bodies = await asyncio.to_thread(_bodies, place)
    made = [_opening(f"recommendation/{what}-{n}/{bodies[n % len(bodies)]}") for n in range(size)]
    await asyncio.to_thread(place.imported, made)

    async def one(opening: Opening) -> None:
        async with gate:
            await _start(place, opening, found)

    await asyncio.gather(*map(one, made))
    acting = asyncio.create_task(_act(place, found))
    await _until(lambda: asyncio.to_thread(fallen, place, found))
    await acting
    done.set()
    await turning
    await settled(place)
    return found


async def settled(place: Place) -> None:
    """Wait until no notice is on its way."""
    await _until(lambda: asyncio.to_thread(_settled, place))


def _bodies(place: Place) -> list[str]:
    """The forces: each of their offices has a mailbox, and so does whoever answers for them."""
    with place.database.reading() as session:
        query = select(Body.id).where(Body.kind == "police-force", col(Body.until).is_(None))
        return list(session.exec(query.order_by(Body.id)))


def _opening(case: str) -> Opening:
    _, reference, body = case.split("/")
    return fitting()[0].model_copy(update={"id": case, "reference": reference, "body": body})


async def _start(place: Place, opening: Opening, found: Reminded) -> None:
    _, first = fitting()
    due = datetime.now(UTC) + AHEAD
    found.due[opening.id] = due
    await place.client.start_workflow(
        "RecommendationWorkflow",
        CaseStart(opening=opening, time=shifted(first, due)),
        id=opening.id,
        task_queue=TASK_QUEUE,
    )
    async with asyncio.timeout(GIVE_UP):
        await place.opened(opening.id)


async def _in_turn(crew: list[Hand], found: Reminded, done: asyncio.Event) -> None:
    """A rolling restart, again and again: never more than one is away."""
    while not done.is_set():
        for hand in crew:
            left = datetime.now(UTC)
            await hand.stop()
            await hand.start()
            found.away.append((left, datetime.now(UTC)))


async def _act(place: Place, found: Reminded) -> None:
    desk = Desk(place.client, place.database, patience=timedelta(seconds=60))
    for number, case in enumerate(sorted(found.due)):
        if number % ACTS_EVERY == 0:
            key = f"acknowledge/{case}"
            await place.opened(case)
            receipt = await desk.take(case, a.Acknowledge(key=key, actor="ops-1"))
            found.acts[receipt.act_key] = case


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(GIVE_UP):
        while not await true():
            await asyncio.sleep(LOOKS)


def fallen(place: Place, found: Reminded) -> bool:
    with place.database.reading() as session:
        _leave_out_overtaken(session, found)
        return len(_recorded(session, found)) == len(found.due)


def _leave_out_overtaken(session: Session, found: Reminded) -> None:
    """A case that a busy machine opened after its reminder's instant has none: it is counted apart."""
    passed = select(Notice.case_id).where(Notice.state == NoticeState.not_sent.value, Notice.clock != "act")
    for case in set(session.exec(passed)) & found.due.keys():
        found.overtaken[case] = found.due.pop(case)


def _recorded(session: Session, found: Reminded) -> dict[str, datetime]:
    """When each case's reminder was written, by the host's clock."""
    rows = session.exec(
        select(EventRow.stream, EventRow.recorded_at)
        .where(EventRow.kind == "rung_fell")
        .order_by(col(EventRow.seq).desc())
    )
    return {stream: at for stream, at in rows if stream in found.due}


def _settled(place: Place) -> bool:
    waiting = (NoticeState.due.value, NoticeState.claimed.value)
    with place.database.reading() as session:
        return session.exec(select(func.count()).where(col(Notice.state).in_(waiting))).one() == 0


def lateness(place: Place, found: Reminded) -> dict[str, float]:
    """Seconds from each reminder's instant until it is written, and until its mail is accepted."""
    with place.database.reading() as session:
        written = _recorded(session, found)
        sent = dict(
            session.exec(
                select(Notice.case_id, func.max(Attempt.ended_at))
                .join(Mail, col(Mail.id) == Notice.mail_id)
                .join(Attempt, col(Attempt.mail_id) == Mail.id)
                .where(Notice.clock != "act")
                .group_by(Notice.case_id)
            ).all()
        )
    rows = sorted((written[case] - due).total_seconds() for case, due in found.due.items())
    mails = sorted(
        (at - found.due[case]).total_seconds() for case, at in sent.items() if at and case in found.due
    )
    return {
        "written_median": round(median(rows), 3),
        "written_greatest": round(rows[-1], 3),
        "accepted_median": round(median(mails), 3),
        "accepted_greatest": round(mails[-1], 3),
    }
