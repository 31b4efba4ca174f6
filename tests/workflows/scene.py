"""A scene for workflows: a ledger, workers that come and go, and cases on a clock that tests can move."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

import worker
from activities.ledger.append import read
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.opening import Opening
from models.attributes import initial
from models.database import Database
from models.messages import CaseStart, CaseView, Receipt, Recorded, TimeFrame
from models.tables import Notice
from tests.ledger.story import notices_of
from tests.unit.builders import NATIONAL, london, opening

GRAIN = 900
MINUTE = timedelta(minutes=1)
OPENED = london(date(2017, 5, 16), "09:00")


class Scene:
    """A ledger and a task queue of its own. Workers come and go with `working`."""

    def __init__(self, client: Client, skipper: TimeSkipper, database: Database, name: str = "") -> None:
        self.client = client
        self.skipper = skipper
        self.database = database
        self.name = name or uuid4().hex[:8]
        self.task_timeout: timedelta | None = None
        self._bodies = count(1)

    @property
    def queue(self) -> str:
        return f"scene-{self.name}"

    @asynccontextmanager
    async def working(self, **options: Any) -> AsyncIterator[Worker]:
        """In the strict sandbox, which stops what could not be replayed in workflows/ too."""
        async with worker.working(
            self.client, self.database, task_queue=self.queue, strict=True, **options
        ) as at_work:
            yield at_work

    def opening(self, policy: str = NATIONAL, **changes: Any) -> Opening:
        """An opening under ids that no other test uses."""
        body = f"body-{self.name}-{next(self._bodies)}"
        plain = {"id": f"recommendation/2016-1/{body}", "body": body, "virtual": True}
        return opening(policy, **{**plain, **changes})

    async def open(
        self,
        policy: str = NATIONAL,
        at: datetime = OPENED,
        *,
        grain: int = GRAIN,
        wait: bool = True,
        **changes: Any,
    ) -> "Followed":
        """A case whose clock shows `at` when it starts. It is open afterwards, unless we do not wait for it."""
        asked = self.opening(policy, **changes)
        shift = (at - datetime.now(UTC)).total_seconds()
        frame = TimeFrame(shift_seconds=shift, grain_seconds=grain)
        case = await self.start(CaseStart(opening=asked, time=frame))
        if wait:
            await soon(case.opened)
        return case

    async def start(self, start: CaseStart) -> "Followed":
        handle = await self.client.start_workflow(
            _kind(start),
            start,
            id=start.opening.id,
            task_queue=self.queue,
            task_timeout=self.task_timeout,
            search_attributes=initial("issued", start.opening.body, start.opening.report),
        )
        return Followed(self, handle, start.time)

    def followed(self, case_id: str) -> "Followed":
        """A case that somebody else started."""
        return Followed(self, self.client.get_workflow_handle(case_id), TimeFrame())

    def begun(self, start: CaseStart) -> WithStartWorkflowOperation[Any, Any]:
        """The start of a case's workflow together with its first act."""
        return WithStartWorkflowOperation(
            _kind(start),
            start,
            id=start.opening.id,
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )


class Followed:
    """One case with its workflow, as a test sees them."""

    def __init__(self, scene: Scene, handle: WorkflowHandle[Any, Any], time: TimeFrame) -> None:
        self.scene = scene
        self.handle = handle
        self.time = time

    @property
    def id(self) -> str:
        return self.handle.id

    @property
    def body(self) -> str:
        return self.id.rpartition("/")[2]

    # --- acting

    async def take(self, act: a.Act) -> Receipt:
        """The act under a key of this case's own."""
        return await self.send(act.model_copy(update={"key": self.key(act)}))

    def key(self, act: a.Act) -> str:
        return f"{act.key}@{self.id}"

    async def send(self, act: a.Act) -> Receipt:
        """The act exactly as it is."""
        receipt: Receipt = await self.handle.execute_update(act.kind, act, result_type=Receipt)
        return receipt

    async def begin(self, act: a.Act) -> "asyncio.Task[Receipt]":
        """Hand the act in without waiting for what becomes of it."""
        return asyncio.create_task(self.take(act))

    async def failure(self, act: a.Act) -> ApplicationError:
        """Why the act was not taken."""
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await self.take(act)
        cause = failed.value.cause
        assert isinstance(cause, ApplicationError), cause
        return cause

    async def refusal(self, act: a.Act) -> str:
        cause = await self.failure(act)
        assert cause.type == "Refused", cause
        return cause.message

    # --- time

    async def now(self) -> datetime:
        """The exact instant that the case's clock shows."""
        shown = await self.scene.skipper.get_current_time(self.handle)
        return shown + timedelta(seconds=self.time.shift_seconds)

    async def until(self, instant: datetime) -> None:
        """Let time pass until a minute after this instant; everything due in between happens on its way."""
        left = instant + MINUTE - await self.now()
        if left > timedelta():
            await self.scene.skipper.fast_forward(self.handle, left)

    # --- looking

    async def opened(self) -> bool:
        return (await self.view()).case.opened

    async def view(self) -> CaseView:
        view: CaseView = await self.handle.query("view", result_type=CaseView)
        return view

    async def history(self) -> list[HistoryEvent]:
        return list((await self.handle.fetch_history()).events)

    def recorded(self) -> list[Recorded]:
        with self.scene.database.reading() as session:
            return list(read(session, self.id))

    def events(self) -> list[e.Event]:
        return [one.event for one in self.recorded()]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def rungs(self) -> list[tuple[datetime, str, str]]:
        """Rungs that fell and are to be sent: when, of which clock, which."""
        return [(one.at, one.clock, one.rung) for one in self.events() if isinstance(one, e.RungFell)]

    def notices(self) -> list[Notice]:
        return notices_of(self.scene.database, self.id)


async def ordinary_appends(case: Followed) -> int:
    """How often the quick way to the ledger failed."""
    kinds = [event.event_type for event in await case.history()]
    return kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)


def _kind(start: CaseStart) -> str:
    response = start.opening.recommendation_kind == "response"
    return "ResponseWorkflow" if response else "RecommendationWorkflow"


async def soon(true: Callable[[], Awaitable[object] | bool], seconds: float = 20) -> None:
    """Wait, for a bounded time, until something is so."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        answer = true()
        if answer if isinstance(answer, bool) else await answer:
            return
        assert asyncio.get_running_loop().time() < end, f"not so within {seconds} seconds"
        await asyncio.sleep(0.05)
