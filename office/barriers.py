"""Reports that wait: their publication is not ordered yet, or the order is not carried out on every case."""

from collections.abc import Iterator

from sqlmodel import Session, col, select
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ledger.reports import left_out, unfinished
from models.attributes import initial
from models.database import Database
from models.messages import PublishReport, ReportStart, TimeFrame
from models.tables import CaseRow, Order, Report


def waiting_reports(database: Database, actor: str, time: TimeFrame) -> list[ReportStart]:
    """What the workflows of these reports are started with."""
    with database.reading() as session:
        return [*_held(session, actor, time), *_begun(session, time)]


def _held(session: Session, actor: str, time: TimeFrame) -> Iterator[ReportStart]:
    """Reports with cases, whose letters and overview are not published."""
    cases = select(CaseRow.report_id).where(CaseRow.kind == "recommendation")
    for report in session.exec(
        select(Report.id)
        .where(col(Report.overview_published_on).is_(None), col(Report.id).in_(cases))
        .order_by(Report.id)
    ):
        yield ReportStart(report=report, time=time, actor=actor)


def _begun(session: Session, time: TimeFrame) -> Iterator[ReportStart]:
    """Reports whose order was not finished: they carry it on."""
    for order in unfinished(session):
        yield ReportStart(report=order.report_id, time=time, actor=order.actor, order=_order(order))


def _order(order: Order) -> PublishReport:
    return PublishReport(key=order.id, actor=order.actor, on=order.on, left_out=left_out(order))


async def start_report(client: Client, start: ReportStart, task_queue: str) -> bool:
    """Start the report's workflow; False when one runs."""
    try:
        await client.start_workflow(
            "ReportWorkflow",
            start,
            id=f"report/{start.report}",
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=initial("issued", "", start.report),
            static_summary=f"Report {start.report}",
        )
    except WorkflowAlreadyStartedError:
        return False
    return True
