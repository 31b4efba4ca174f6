"""Reports at the desk: their workflow started, and their publication ordered."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from sqlmodel import select
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger import reports
from lifecycle.dates import local_date
from lifecycle.opening import Opening
from lifecycle.words import Refused
from models.attributes import initial
from models.database import Database
from models.messages import PublishReport, ReportStart, ReportState, StartCases, TimeFrame
from models.tables import CaseRow, Report
from office.desk import (
    NO_ANSWER,
    PATIENCE,
    Clock,
    NeedsRepair,
    NoCase,
    Unreachable,
    refuse_unkept,
    said,
    silence,
)
from office.people import find_actor
from office.rights import role_for

A_LONG_WORK = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=5)
BATCH = 200
REAL = TimeFrame()
T = TypeVar("T")


class ReportDesk:
    """Starts reports' workflows and orders publication."""

    def __init__(
        self, client: Client, database: Database, task_queue: str, clock: Clock | None = None
    ) -> None:
        self.client = client
        self.database = database
        self.task_queue = task_queue
        self.clock = clock or Clock()

    async def start(
        self, report: str, openings: tuple[Opening, ...], actor: str, time: TimeFrame = REAL
    ) -> None:
        """Start the report's workflow and a case for each opening; what is there already is left alone.

        Raises:
            NeedsRepair: when no worker takes it up.
        """
        await asyncio.to_thread(self._permitted, actor, "import")
        for batch in _batches(openings) or [()]:
            await self._open(
                ReportStart(report=report, time=time, actor=actor),
                StartCases(report=report, openings=batch, time=time),
            )

    async def _open(self, start: ReportStart, cases: StartCases) -> None:
        begun = self._begun(start)
        asked = self.client.start_update_with_start_workflow(
            "open_cases",
            cases,
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            start_workflow_operation=begun,
            result_type=int,
        )
        try:
            await self._answer(asked, start.report)
        except (NeedsRepair, Unreachable):  # asyncio complains of a failure that nobody fetches
            await asyncio.gather(asyncio.wait_for(begun.workflow_handle(), 1), return_exceptions=True)
            raise

    def _begun(self, start: ReportStart) -> WithStartWorkflowOperation[object, object]:
        """A report's workflow that has ended is begun again for the cases that come later."""
        return WithStartWorkflowOperation(
            "ReportWorkflow",
            start,
            id=f"report/{start.report}",
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=initial("issued", "", start.report),
            static_summary=f"Report {start.report}",
        )

    async def opened(self, openings: tuple[Opening, ...], patience: timedelta = A_LONG_WORK) -> None:
        """Wait until the ledger holds every case.

        Raises:
            NeedsRepair: when some do not open in time; names the first.
        """
        waiting = {opening.id for opening in openings}
        deadline = asyncio.get_running_loop().time() + patience.total_seconds()
        while waiting:
            waiting -= await asyncio.to_thread(self._there, waiting)
            if waiting and asyncio.get_running_loop().time() > deadline:
                raise NeedsRepair(
                    f"{len(waiting)} cases did not open, the first {min(waiting)}. Is a worker running?"
                )
            if waiting:
                await asyncio.sleep(0.1)

    def _there(self, wanted: set[str]) -> set[str]:
        with self.database.reading() as session:
            there: set[str] = set(session.exec(select(CaseRow.id)))
            return wanted & there

    async def publish(self, report: str, order: PublishReport) -> ReportState:
        """Publish letters and overview together, and wait for it. A published report is left as it is.

        Raises:
            NoCase, NotAllowed, Refused: nothing was done; refused while a case that is not left out has no letter.
            NeedsRepair: nobody answers; the same order may be given again.
        """
        state = await self.order_publication(report, order, A_LONG_WORK)
        if state is None:
            raise silence(TimeoutError(), f"report {report}")
        return state

    async def order_publication(
        self, report: str, order: PublishReport, patience: timedelta = A_MOMENT
    ) -> ReportState | None:
        """The same, waiting no longer than this. None: it was taken up and goes on (`office.publishing.progress`).

        Raises:
            as `publish`.
        """
        refuse_unkept(order)
        await asyncio.to_thread(self._permitted, order.actor, "publish")
        await asyncio.to_thread(self._refuse_unready, report, order)
        handle = self.client.get_workflow_handle(f"report/{report}")
        asked = handle.start_update(
            "publish", order, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=ReportState
        )
        try:
            update = await self._taken_up(asked, report)
        except RPCError:
            return await asyncio.to_thread(self._published, report)
        return await self._within(patience, update, report)

    def _refuse_unready(self, report: str, order: PublishReport) -> None:
        """As the workflow does, which may answer later than anybody waits."""
        with self.database.reading() as session:
            state = reports.state(session, report)
        waiting = [case for case in state.not_ready if case not in order.left_out]
        if state.published_on is None and waiting:
            raise Refused(
                f"{len(waiting)} cases have no letter sent, the first {waiting[0]}. "
                "Send their letters, or leave each out with the reason."
            )

    def _published(self, report: str) -> ReportState:
        """How a report stands whose workflow has ended: it ends when the report is published."""
        with self.database.reading() as session:
            state = reports.state(session, report)
        if self.known(report) is None:
            raise NoCase(f"There is no report {report!r}. `followthrough report list` shows them.")
        if state.published_on is None:
            raise NeedsRepair(f"Not published; the report {report} has no workflow. Import it again.")
        return state

    async def _answer(self, asked: Awaitable[WorkflowUpdateHandle[T]], report: str) -> T:
        """Somebody must take it up soon; the work itself may last.

        Raises:
            RPCError: when the report has no workflow.
        """
        update = await self._taken_up(asked, report)
        answer = await self._within(A_LONG_WORK, update, report)
        if answer is None:
            raise silence(TimeoutError(), f"report {report}")
        return answer

    async def _taken_up(
        self, asked: Awaitable[WorkflowUpdateHandle[T]], report: str
    ) -> WorkflowUpdateHandle[T]:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await asked
        except WorkflowUpdateFailedError as failed:
            raise said(failed) from failed
        except NO_ANSWER as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                raise
            raise silence(error, f"report {report}") from error

    async def _within(self, patience: timedelta, update: WorkflowUpdateHandle[T], report: str) -> T | None:
        """The answer, or None when the work takes longer than that. It goes on all the same."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await update.result()
        except WorkflowUpdateFailedError as failed:
            raise said(failed) from failed
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            return None
        except NO_ANSWER as error:
            raise silence(error, f"report {report}") from error

    def _permitted(self, person: str, act: str) -> None:
        with self.database.reading() as session:
            role_for(find_actor(session, person, local_date(self.clock.now())), act, "", None)

    def known(self, report: str) -> Report | None:
        with self.database.reading() as session:
            return session.get(Report, report)


def _batches(openings: tuple[Opening, ...]) -> list[tuple[Opening, ...]]:
    """Openings travel in a payload of at most 2 MiB: two hundred at a time."""
    return [openings[n : n + BATCH] for n in range(0, len(openings), BATCH)]
