"""Reaching case workflows from an activity: started, and acted on, by their deterministic ids."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio import activity
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger import reports
from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle.acts import Publish, key_for
from lifecycle.opening import Opening
from models.attributes import initial
from models.database import Database
from models.messages import (
    CaseStart,
    PublishCases,
    Receipt,
    StartCases,
    StartResponses,
    TimeFrame,
    Unpublished,
)

RESPONSE = "response"
AT_ONCE = 20
PATIENCE = timedelta(seconds=20)
STUCK = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.DEADLINE_EXCEEDED)
T = TypeVar("T")
R = TypeVar("R")


class CaseActivities:
    """Starts cases and responses, and takes acts on many cases, each under a key of its own."""

    def __init__(self, client: Client, database: Database, task_queue: str) -> None:
        self.client = client
        self.database = database
        self.task_queue = task_queue

    @activity.defn(name="start_cases")
    async def start_cases(self, order: StartCases) -> None:
        time = _frame(order)
        await _each(order.openings, lambda opening: self.start(opening, time))

    async def start(self, opening: Opening, time: TimeFrame) -> None:
        """Start one case's workflow, or do nothing when it is there (running or ended).

        Eagerly: the server hands its first task to the worker of this process in the same answer.
        """
        kind = "ResponseWorkflow" if opening.recommendation_kind == RESPONSE else "RecommendationWorkflow"
        try:
            await self.client.start_workflow(
                kind,
                CaseStart(opening=opening, time=time),
                id=opening.id,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                search_attributes=initial("issued", opening.body, opening.report),
                static_summary=f"{opening.reference}: {opening.body}",
                request_eager_start=True,
            )
        except WorkflowAlreadyStartedError:
            return

    @activity.defn(name="publish_cases")
    async def publish_cases(self, order: PublishCases) -> Unpublished:
        """Publish what the order covers and is not published yet. One case that needs repair holds up no other."""
        cases = await asyncio.to_thread(self._to_publish, order)
        answers = dict(zip(cases, await _each(cases, lambda case: self._publish(case, order)), strict=True))
        return Unpublished(
            stuck=tuple(case for case in cases if answers[case] is False),
            refused=tuple(case for case in cases if answers[case] is None),
        )

    def _to_publish(self, order: PublishCases) -> list[str]:
        with self.database.reading() as session:
            return reports.cases_to_publish(session, order.report, order.left_out)

    async def _publish(self, case: str, order: PublishCases) -> bool | None:
        """True when it is published, False when its workflow does not take it, None when it is refused."""
        act = Publish(key=key_for(order.key, case), actor=order.actor, on=order.on, order=order.order)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self.client.get_workflow_handle(case).execute_update(
                    "publish", act, result_type=Receipt
                )
            return True
        except WorkflowUpdateFailedError as failed:
            reason, refused = str(failed.cause), _is_refusal(failed.cause)
        except (TimeoutError, RPCTimeoutOrCancelledError):
            reason, refused = "its workflow does not answer", False
        except RPCError as error:
            if error.status not in STUCK:
                raise
            reason, refused = str(error), False
        activity.logger.warning("not published", extra={"stream": case, "reason": reason})
        return None if refused else False

    @activity.defn(name="start_responses")
    async def start_responses(self, order: StartResponses) -> None:
        openings = await asyncio.to_thread(self._responses, order)
        time = _frame(order)
        await _each(openings, lambda opening: self.start(opening, time))

    def _responses(self, order: StartResponses) -> list[Opening]:
        """A response for each oversight body, where s.55 applies; none for a report that no order in the ledger
        published: a workflow that is started past us may name any."""
        policy, calendar = newest(RESPONSE), load_calendars(newest(RESPONSE).calendar)
        with self.database.reading() as session:
            if not reports.is_published(session, order.report, order.published_on):
                activity.logger.warning("no order published this report", extra={"report": order.report})
                return []
            found = reports.responses_asked(session, order.report, order.published_on)
        return [
            Opening(
                id=f"response/{order.report}/{oversight}",
                reference=order.report,
                body=body,
                oversight=oversight,
                report=order.report,
                recommendation_kind=RESPONSE,
                division=division,
                policy=policy.name,
                policy_hash=policy.hash,
                calendar_hash=calendar.hash,
                issued_on=order.published_on,
                actor=order.actor,
                virtual=order.time.virtual,
            )
            for oversight, body, division in found
        ]


def _frame(order: StartCases | StartResponses) -> TimeFrame:
    """The clock of what starts now. On a virtual timeline it shows, at this moment, the asking workflow's instant."""
    return order.time if order.at is None else order.time.starting_at(order.at, datetime.now(UTC))


def _is_refusal(cause: BaseException) -> bool:
    return isinstance(cause, ApplicationError) and cause.type == "Refused"


async def _each(things: Sequence[T], deed: Callable[[T], Awaitable[R]]) -> list[R]:
    """Do it for each, a few at a time, and tell the server that we live."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with gate:
            done = await deed(thing)
            activity.heartbeat()
            return done

    return await asyncio.gather(*(one(thing) for thing in things))
