"""Rebuild: every open case, and every report that is not finished, seated again from the ledger. Safe to repeat.

Temporal's file may be gone, its namespace lost, workflows terminated or reset: the ledger says what there should be.
Ids are deterministic, and a second start of one is refused by the engine: however many rebuild, each workflow is one.
No notice is touched. What the workflows then find overdue they record under the notices' unique keys.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from sqlmodel import col, select
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger.repairs import NoRepair, close_repair
from activities.ledger.streams import may_be_open
from lifecycle.case import Case
from models.database import Database
from models.messages import CaseView, Reseat, TimeFrame
from models.tables import CaseRow
from office.barriers import start_report, waiting_reports
from office.desk import NO_ANSWER, PATIENCE, Desk, Ended, NeedsRepair, Unreachable, query_failed, silence
from office.queues import engine
from office.repair import REAL, folded, start_case
from office.running import conducted, runs

AT_ONCE = 20
LOOKS_EVERY = 0.1
A_MOMENT = timedelta(seconds=1)
KEY = "rebuild"
NO_WORKER = (
    "Nothing was done: no worker asks the engine for work. Start `followthrough up` or `followthrough worker`, "
    "and run this again."
)
Progress = Callable[[int, int, str], None]


def open_cases(database: Database) -> list[str]:
    """The cases that the pages show as open."""
    with database.reading() as session:
        return list(
            session.exec(select(CaseRow.id).where(col(CaseRow.ended_on).is_(None)).order_by(CaseRow.id))
        )


class Seat(StrEnum):
    """What became of one case."""

    started = "started"
    reseated = "reseated"
    there = "there"


@dataclass
class Rebuilt:
    """What a rebuild found: cases by what became of them, reports started, and what it leaves to people.

    `there` had a workflow that stands where the ledger does; `reseated` had one that did not. `closed` ended in the
    ledger while a workflow of theirs ran, which ends now. `unknown` are workflows whose case the ledger has not.
    """

    open: int = 0
    started: int = 0
    reseated: int = 0
    there: int = 0
    closed: int = 0
    reports: int = 0
    stuck: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def words(self) -> str:
        return (
            f"{self.open} open cases: {self.started} started, {self.reseated} folded again, {self.there} as they "
            f"should be; {self.reports} reports started; {self.closed} closed cases stopped; "
            f"{len(self.stuck)} stuck, {len(self.unknown)} unknown to the ledger."
        )


class Rebuild:
    """Seats the cases of one ledger on one task queue. `time` is the clock of what starts."""

    def __init__(
        self,
        client: Client,
        database: Database,
        task_queue: str,
        actor: str,
        *,
        time: TimeFrame = REAL,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.client = client
        self.database = database
        self.task_queue = task_queue
        self.actor = actor
        self.time = time
        self.patience = patience
        self._desk = Desk(client, database, patience=patience)

    async def plan(self) -> Rebuilt:
        """What would be done. Asks the engine, changes nothing."""
        found, streams = Rebuilt(), await asyncio.to_thread(self._streams)
        running = await conducted(self.client, self.task_queue)
        for stream in streams:
            case = await asyncio.to_thread(folded, self.database, stream)
            if not case.ended:
                found.open += 1
                there = stream in running or await runs(self.client, stream)
                _count(found, Seat.there if there else Seat.started)
        found.reports = len(await self._reports_without_workflow())
        await self._strays(found, running, act=False)
        return found

    async def run(self, progress: Progress = lambda *_: None) -> Rebuilt:
        """Seat everything. Interrupted, it leaves nothing half-done: run it again.

        Raises:
            Unreachable: when the engine does not answer. NeedsRepair: when no worker is there to take a seat.
        """
        await self._worker_there()
        found, streams = Rebuilt(), await asyncio.to_thread(self._streams)
        gate, done = asyncio.Semaphore(AT_ONCE), 0

        async def one(stream: str) -> None:
            nonlocal done
            async with gate:
                await self._seat(stream, found)
            done += 1
            progress(done, len(streams), stream)

        await _all(one(stream) for stream in streams)
        for start in await asyncio.to_thread(waiting_reports, self.database, self.actor, self.time):
            found.reports += await start_report(self.client, start, self.task_queue)
        await self._strays(found, await conducted(self.client, self.task_queue), act=True)
        await asyncio.to_thread(self._close_repairs, streams, found)
        return found

    async def _worker_there(self) -> None:
        """A worker that has just started may be a moment late. Without one every case would be waited for in vain."""
        end = asyncio.get_running_loop().time() + self.patience.total_seconds()
        while not (seen := await engine(self.client, self.task_queue)).workers:
            if asyncio.get_running_loop().time() > end:
                raise Unreachable(seen.trouble) if seen.trouble else NeedsRepair(NO_WORKER)
            await asyncio.sleep(LOOKS_EVERY)

    # --- one case ---------------------------------------------------------------------------------------------------

    async def _seat(self, stream: str, found: Rebuilt) -> None:
        case = await asyncio.to_thread(folded, self.database, stream)
        if case.ended:
            return
        found.open += 1
        try:
            _count(found, await self._seated(case))
        except NeedsRepair as stuck:
            found.stuck[stream] = str(stuck)

    async def _seated(self, case: Case) -> Seat:
        if await start_case(self.client, case, self.task_queue, self.time):
            await self._agreed(case.id, self.patience)
            return Seat.started
        if await self._agrees_within(case.id, A_MOMENT):
            return Seat.there
        await self._desk.fold_again(case.id, Reseat(key=KEY, actor=self.actor))
        await self._agreed(case.id, self.patience)
        return Seat.reseated

    async def _agreed(self, stream: str, patience: timedelta) -> None:
        """Wait until the workflow stands where the ledger does. Raises NeedsRepair."""
        if not await self._agrees_within(stream, patience):
            raise NeedsRepair(
                f"The workflow of {stream} has a seat and does not stand where its ledger does. "
                "Look at it in Temporal's Web UI: its last error says why."
            )

    async def _agrees_within(self, stream: str, patience: timedelta) -> bool:
        """Whether it stands there before patience ends: it may be on its way, begun by another rebuild."""
        end = asyncio.get_running_loop().time() + patience.total_seconds()
        while not await self._agrees(stream):
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(LOOKS_EVERY)
        return True

    async def _agrees(self, stream: str) -> bool:
        """Whether the workflow holds the very case that the ledger folds to: then their agendas are the same too.

        A rung or an act may fall between the two looks, so the ledger is read on both sides of the question.
        """
        before = await asyncio.to_thread(folded, self.database, stream)
        if before.ended:
            return True
        view = await self._view(stream)
        after = await asyncio.to_thread(folded, self.database, stream)
        return view is not None and not view.parked and view.case in (before, after)

    async def _view(self, stream: str) -> CaseView | None:
        """What the workflow says of itself; None when it has ended. Raises NeedsRepair, Unreachable."""
        try:
            view: CaseView = await self.client.get_workflow_handle(stream).query(
                "view", result_type=CaseView, rpc_timeout=self.patience
            )
        except WorkflowQueryFailedError as failed:
            raise query_failed(failed, stream) from failed
        except NO_ANSWER as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise silence(error, stream) from error
        return view

    # --- all cases --------------------------------------------------------------------------------------------------

    def _streams(self) -> list[str]:
        with self.database.reading() as session:
            return may_be_open(session)

    async def _reports_without_workflow(self) -> list[str]:
        starts = await asyncio.to_thread(waiting_reports, self.database, self.actor, self.time)
        ids = [f"report/{start.report}" for start in starts]
        return [one for one in ids if not await runs(self.client, one)]

    async def _strays(self, found: Rebuilt, running: Iterable[str], *, act: bool) -> None:
        """Workflows of cases that the ledger has closed: folded again, they end. Others are left to people."""
        for stream in sorted(running):
            case = await asyncio.to_thread(self._known, stream)
            if case is None:
                found.unknown.append(stream)
            elif case.ended and await runs(self.client, stream):
                await self._stray(stream, found, act=act)

    async def _stray(self, stream: str, found: Rebuilt, *, act: bool) -> None:
        try:
            if act:
                await self._desk.fold_again(stream, Reseat(key=KEY, actor=self.actor))
            found.closed += 1
        except Ended:
            return  # by itself, meanwhile
        except NeedsRepair as stuck:
            found.stuck[stream] = str(stuck)

    def _known(self, stream: str) -> Case | None:
        with suppress(LookupError):
            return folded(self.database, stream)
        return None

    def _close_repairs(self, streams: list[str], found: Rebuilt) -> None:
        with self.database.writing() as session:
            for stream in streams:
                if stream not in found.stuck:
                    with suppress(NoRepair):
                        close_repair(session, f"no-workflow/{stream}", self.actor)


def _count(found: Rebuilt, seat: Seat) -> None:
    match seat:
        case Seat.started:
            found.started += 1
        case Seat.reseated:
            found.reseated += 1
        case Seat.there:
            found.there += 1


async def _all(deeds: Iterable[Coroutine[None, None, None]]) -> None:
    """All of them; the first that fails stops the others, and nothing is left running."""
    tasks = [asyncio.create_task(deed) for deed in deeds]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
