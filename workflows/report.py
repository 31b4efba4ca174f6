"""A report: its cases are started, its publication is held until every letter is out, its results are rolled up."""

import asyncio
from datetime import date, datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lifecycle.dates import local_date
    from models import attributes
    from models.messages import (
        PublishCases,
        PublishReport,
        RecordOrder,
        ReportStart,
        ReportState,
        StartCases,
        StartResponses,
        Unpublished,
    )

from workflows.ledger import refuse_without

QUICK = timedelta(seconds=30)
LONG = timedelta(minutes=30)
FOREVER = RetryPolicy(maximum_interval=timedelta(minutes=1))
FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(days=1)


@workflow.defn(name="ReportWorkflow")
class ReportWorkflow:
    """Conducts one report. Cases are workflows of their own, started and reached from activities, by their ids."""

    @workflow.init
    def __init__(self, start: ReportStart) -> None:
        self.start = start
        self.state = ReportState(report=start.report)
        self._known = False
        self._order = PublishReport(key="", actor="")
        self._unpublished = Unpublished()
        self._publishing = asyncio.Lock()

    @workflow.run
    async def run(self, start: ReportStart) -> ReportState:
        """Answers how the report stood when it was published. One started again knows that it was."""
        self.state = await self._read_state()
        self._known = True
        await self._carry_on()
        await self._hold_publication()
        await self._publish_stuck()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state

    @workflow.update
    async def open_cases(self, order: StartCases) -> int:
        """Start a case for each opening; repeating is harmless. Answers how many were asked for."""
        await workflow.execute_activity(
            "start_cases",
            order.model_copy(update={"at": self._now()}),
            start_to_close_timeout=LONG,
            heartbeat_timeout=timedelta(minutes=1),
            retry_policy=FOREVER,
            summary=f"start {len(order.openings)} cases",
        )
        return len(order.openings)

    @open_cases.validator
    def _check_opening(self, order: StartCases) -> None:
        refuse_without(order, StartCases)

    async def _carry_on(self) -> None:
        """Finish an order that the ledger holds: an engine was lost before every case had it. Repeating is harmless."""
        if self.start.order is not None:
            async with self._publishing:
                self._order = self.start.order
                await self._publish_together(self._order)

    async def _hold_publication(self) -> None:
        workflow.set_current_details("Waiting for the order to publish letters and overview together.")
        await workflow.wait_condition(lambda: self.state.published_on is not None)
        workflow.set_current_details(f"Published on {self.state.published_on}.")
        workflow.upsert_search_attributes([attributes.STAGE.value_set("published")])

    async def _publish_stuck(self) -> None:
        """Cases that waited for repair when the order came are published as soon as they can be."""
        wait = FIRST_RETRY
        while self._unpublished.stuck:
            await workflow.sleep(wait, summary=f"{len(self._unpublished.stuck)} cases wait for repair")
            wait = min(LAST_RETRY, wait * 2)
            await self._publish_together(self._order)

    @workflow.update
    async def publish(self, order: PublishReport) -> ReportState:
        """Publish together. Refused while a case that is not left out by decision has no letter sent."""
        await workflow.wait_condition(lambda: self._known)
        async with self._publishing:
            if self.state.published_on is None:
                self._order = order.model_copy(update={"on": order.on or self._today()})
                await self._refuse_unready(order)
                await self._record(self._order)
                await self._publish_together(self._order)
            return self.state

    async def _publish_together(self, order: PublishReport) -> None:
        self._unpublished = await self._publish_cases(order)
        await self._start_responses(order)
        left = (*self._unpublished.stuck, *self._unpublished.refused)
        self.state = (await self._read_state()).model_copy(
            update={"published_on": order.on, "not_ready": left}
        )

    @publish.validator
    def _check_publish(self, order: PublishReport) -> None:
        refuse_without(order, PublishReport)
        if order.on is not None and order.on > self._today():
            raise ApplicationError(
                f"The publication date {order.on} has not come. Publish on the day itself.",
                type="Refused",
                non_retryable=True,
            )

    @workflow.query(name="state")
    def stated(self) -> ReportState:
        return self.state

    async def _refuse_unready(self, order: PublishReport) -> None:
        waiting = [case for case in (await self._read_state()).not_ready if case not in order.left_out]
        if waiting:
            raise ApplicationError(
                f"{len(waiting)} cases have no letter sent, the first {waiting[0]}. "
                "Send their letters, or leave them out by a recorded decision (--leave-out CASE=REASON).",
                type="Refused",
                non_retryable=True,
            )

    async def _record(self, order: PublishReport) -> None:
        """One ledger row, in force at once; the updates to each case follow, and may be repeated."""
        await workflow.execute_activity(
            "record_order",
            RecordOrder(
                report=self.start.report,
                key=order.key,
                actor=order.actor,
                on=order.on or self._today(),
                left_out=order.left_out,
                at=self.start.time.stepped(self._now()),
            ),
            start_to_close_timeout=QUICK,
            retry_policy=FOREVER,
        )

    async def _publish_cases(self, order: PublishReport) -> Unpublished:
        left: Unpublished = await workflow.execute_activity(
            "publish_cases",
            PublishCases(
                report=self.start.report,
                order=order.key,
                key=order.key,
                actor=order.actor,
                on=order.on or self._today(),
                left_out=tuple(order.left_out),
            ),
            result_type=Unpublished,
            start_to_close_timeout=LONG,
            heartbeat_timeout=timedelta(minutes=1),
            retry_policy=FOREVER,
            summary="publish every case of the report",
        )
        return left

    async def _start_responses(self, order: PublishReport) -> None:
        await workflow.execute_activity(
            "start_responses",
            StartResponses(
                report=self.start.report,
                published_on=order.on or self._today(),
                actor=order.actor,
                time=self.start.time,
                at=self._now(),
            ),
            start_to_close_timeout=LONG,
            heartbeat_timeout=timedelta(minutes=1),
            retry_policy=FOREVER,
            summary="start the oversight bodies' responses",
        )

    async def _read_state(self) -> ReportState:
        state: ReportState = await workflow.execute_activity(
            "report_state",
            self.start.report,
            result_type=ReportState,
            start_to_close_timeout=QUICK,
            retry_policy=FOREVER,
        )
        return state

    def _now(self) -> datetime:
        return workflow.now() + timedelta(seconds=self.start.time.shift_seconds)

    def _today(self) -> date:
        return local_date(self._now())
