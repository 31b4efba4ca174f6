"""Reports at the desk: their workflow started, and their publication ordered."""

import asyncio
from datetime import timedelta

from sqlmodel import select
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from lifecycle.dates import local_date
from lifecycle.opening import Opening
from lifecycle.words import Refused
from models.attributes import initial
from models.database import Database
from models.messages import PublishReport, ReportStart, ReportState, StartCases, TimeFrame
from models.tables import CaseRow, Report
from office.desk import Clock, NeedsRepair
from office.people import find_actor
from office.rights import role_for

PATIENCE = timedelta(minutes=10)
BATCH = 200
REAL = TimeFrame()


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
        """Start the report's workflow and a case for each opening; what is there already is left alone."""
        await asyncio.to_thread(self._permitted, actor, "import")
        handle = await self.client.start_workflow(
            "ReportWorkflow",
            ReportStart(report=report, time=time, actor=actor),
            id=f"report/{report}",
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=initial("issued", "", report),
            static_summary=f"Report {report}",
        )
        for batch in _batches(openings):
            await handle.execute_update(
                "open_cases", StartCases(report=report, openings=batch, time=time), result_type=int
            )

    async def opened(self, openings: tuple[Opening, ...], patience: timedelta = PATIENCE) -> None:
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
        """Publish letters and overview together.

        Raises:
            Refused: while a case that is not left out has no letter sent.
        """
        await asyncio.to_thread(self._permitted, order.actor, "publish")
        handle = self.client.get_workflow_handle(f"report/{report}")
        try:
            state: ReportState = await handle.execute_update(
                "publish", order, id=order.key, result_type=ReportState
            )
        except WorkflowUpdateFailedError as failed:
            if isinstance(failed.cause, ApplicationError) and failed.cause.type == "Refused":
                raise Refused(failed.cause.message) from failed
            raise NeedsRepair(f"Not published: {failed.cause}") from failed
        return state

    def _permitted(self, person: str, act: str) -> None:
        with self.database.reading() as session:
            role_for(find_actor(session, person, local_date(self.clock.now())), act, "", None)

    def known(self, report: str) -> Report | None:
        with self.database.reading() as session:
            return session.get(Report, report)


def _batches(openings: tuple[Opening, ...]) -> list[tuple[Opening, ...]]:
    """Openings travel in a payload of at most 2 MiB: two hundred at a time."""
    return [openings[n : n + BATCH] for n in range(0, len(openings), BATCH)]
