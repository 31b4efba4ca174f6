"""A report with its bodies on a scene: its workflow, and its cases led up to their letters."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import SQLModel, select
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from activities.ledger.reports import record_publication
from lifecycle.dates import local_date
from models.messages import PublishReport, RecordOrder, ReportStart, ReportState, StartCases, TimeFrame
from models.tables import Body, Order, Oversees, OversightBody, Report
from tests.unit import builders as b
from tests.workflows.lives import SHORT
from tests.workflows.scene import GRAIN, OPENED, Followed, Scene, soon

TO_LETTER = SHORT[:-1]
LONG_AGO = date(2012, 11, 22)


@dataclass
class Reported:
    """One report, its workflow and its cases, by body."""

    scene: Scene
    id: str
    handle: WorkflowHandle[Any, Any]
    time: TimeFrame
    cases: dict[str, Followed] = field(default_factory=dict)

    async def to_letters(self, *but: str) -> None:
        """Every case up to its letter, `but` these."""
        for name, case in self.cases.items():
            for act in () if name in but else TO_LETTER:
                await case.take(act)

    async def publish(self, key: str = "order-1", **more: Any) -> ReportState:
        order = PublishReport(key=f"{key}@{self.id}", actor="operations-1", **more)
        state: ReportState = await self.handle.execute_update("publish", order, result_type=ReportState)
        return state

    async def lose_engine_at_publication(self) -> PublishReport:
        """The order is in the ledger, and the report's workflow is gone before any case has it."""
        order = PublishReport(key=f"order-1@{self.id}", actor="operations-1", on=local_date(OPENED))
        await self.handle.terminate("the engine is lost")
        with self.scene.database.writing() as session:
            record_publication(
                session,
                RecordOrder(
                    report=self.id, key=order.key, actor=order.actor, on=local_date(OPENED), at=OPENED
                ),
            )
        return order

    async def carry_on(self, order: PublishReport) -> None:
        """A workflow of the report started again, with the order that the ledger holds."""
        self.handle = await self.scene.client.start_workflow(
            "ReportWorkflow",
            ReportStart(report=self.id, time=self.time, order=order),
            id=self.handle.id,
            task_queue=self.scene.queue,
        )

    def orders(self) -> list[str]:
        with self.scene.database.reading() as session:
            return list(session.exec(select(Order.id).where(Order.report_id == self.id)))

    def response(self, name: str) -> Followed:
        handle = self.scene.client.get_workflow_handle(f"response/{self.id}/pcc-{name}-{self.scene.name}")
        return Followed(self.scene, handle, self.time)

    async def has_response(self, name: str) -> bool:
        try:
            await self.response(name).handle.describe()
        except RPCError:
            return False
        return True


async def reported(
    scene: Scene, *names: str, at: datetime = OPENED, grain: int = GRAIN, s55: bool = True
) -> Reported:
    """A report on these bodies, its workflow begun and its cases open."""
    report = f"report-{scene.name}"
    known = [f"{name}-{scene.name}" for name in names]
    add(scene, Report(id=report, title="A report", published_on=LONG_AGO, s55=s55))
    for body in known:
        add(scene, Body(id=body, name=body, kind="force", division="england-and-wales"))
        add(scene, OversightBody(id=f"pcc-{body}", name=body, kind="pcc"))
        add(scene, Oversees(body_id=body, oversight_id=f"pcc-{body}", since=LONG_AGO))
    time = TimeFrame(shift_seconds=(at - datetime.now(UTC)).total_seconds(), grain_seconds=grain)
    handle = await scene.client.start_workflow(
        "ReportWorkflow", ReportStart(report=report, time=time), id=f"report/{report}", task_queue=scene.queue
    )
    made = Reported(scene, report, handle, time)
    openings = tuple(
        b.opening(id=f"recommendation/2016-1/{body}", body=body, oversight=f"pcc-{body}", report=report)
        for body in known
    )
    order = StartCases(report=report, openings=openings, time=time)
    for _ in range(2):  # repeating is harmless
        assert await handle.execute_update("open_cases", order, result_type=int) == len(names)
    for name, opening in zip(names, openings, strict=True):
        made.cases[name] = Followed(scene, scene.client.get_workflow_handle(opening.id), time)
        await soon(made.cases[name].opened)
    return made


def add(scene: Scene, *rows: SQLModel) -> None:
    with scene.database.writing() as session:
        for row in rows:
            session.add(row)
            session.flush()
