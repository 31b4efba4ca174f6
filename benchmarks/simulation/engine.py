# ruff: noqa: ANN401 - it stands for an interface that takes anything
"""The engine's part in the simulation: real workflow code on a made-up Temporal, which loses workers and answers.

Stands for the server and the SDK in what `workflows/` and `office/desk.py` use of them: timers, conditions,
activities with retries, updates with validators, continue-as-new; and a worker that dies takes with it whatever of a
workflow is not in its history yet.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow._context import _Runtime
from temporalio.workflow._definition import _Definition

from benchmarks.simulation.loop import MICRO, VirtualLoop
from models.messages import CaseStart
from workflows.conducting import Conducting
from workflows.recommendation import RecommendationWorkflow
from workflows.response import ResponseWorkflow

WORKFLOWS: dict[str, type[Conducting]] = {
    "RecommendationWorkflow": RecommendationWorkflow,
    "ResponseWorkflow": ResponseWorkflow,
}
Activity = Callable[[Any], Any]


class _Continued(BaseException):
    """A workflow goes on in a new run."""

    def __init__(self, start: CaseStart) -> None:
        self.start = start


@dataclass
class Handed:
    """An update that the engine has accepted: it is in the history, and survives the worker."""

    name: str
    message: Any
    answer: "asyncio.Future[Any]"


@dataclass(eq=False)
class Seat:
    """One running workflow. `begun` is where its history would bring a worker that replays it; `busy` counts the
    activities that it waits for."""

    id: str
    kind: str
    begun: CaseStart
    conductor: Conducting
    long: int
    tasks: "dict[asyncio.Task[Any], None]" = field(default_factory=dict)
    conditions: "list[tuple[Callable[[], bool], asyncio.Future[None]]]" = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    started: int = 0
    busy: int = 0


_SEAT: "contextvars.ContextVar[Seat]" = contextvars.ContextVar("seat")


class Engine:
    """Holds every running workflow. `skew` is how far its clock is from the true one."""

    def __init__(self, loop: VirtualLoop, chance: Random, activities: dict[str, Activity]) -> None:
        self.loop = loop
        self.chance = chance
        self.activities = activities
        self.skew = timedelta()
        self.down = False
        self.seats: dict[str, Seat] = {}
        self.touched: dict[str, None] = {}
        self.ended: dict[str, str] = {}
        self.failures: list[str] = []
        self._armed: dict[asyncio.Future[None], tuple[Seat, datetime]] = {}
        self.fault: Callable[[str], str] = lambda what: ""
        self.logger_details: dict[str, Any] = {}
        _Runtime.set_on_loop(loop, cast(_Runtime, self))

    def now(self) -> datetime:
        return self.loop.now() + self.skew

    # --- workflows come and go --------------------------------------------------------------------------------------

    def start(self, kind: str, start: CaseStart, id: str) -> Seat:  # noqa: A002 - Temporal's word
        if id in self.seats:
            raise WorkflowAlreadyStartedError(id, kind)
        return self._seat(kind, start, id)

    def _seat(self, kind: str, start: CaseStart, id: str) -> Seat:  # noqa: A002
        seat = Seat(id, kind, start, WORKFLOWS[kind](start), self.chance.randint(4, 60))
        self.seats[id] = seat
        self._run(seat, self._conduct(seat, start))
        return seat

    async def _conduct(self, seat: Seat, start: CaseStart) -> None:
        try:
            stage = await seat.conductor.run(start)  # type: ignore[attr-defined]
        except _Continued as continued:
            self._replace(seat, continued.start, ())
        else:
            self.seats.pop(seat.id)
            self.ended[seat.id] = stage

    def kill(self, seat: Seat) -> None:
        """Its worker is gone. Another takes it up from what the history has: accepted updates run again."""
        for task in list(seat.tasks):
            task.cancel()
        survive = tuple(one for one in seat.handed if not one.answer.done() and self.chance.random() < 0.7)
        self._replace(seat, seat.begun, survive)

    def reset(self, seat: Seat, start: CaseStart) -> None:
        """An operator resets the workflow to an earlier point of its history."""
        for task in list(seat.tasks):
            task.cancel()
        self._replace(seat, start, ())

    def lose(self, seat: Seat) -> None:
        """The workflow is gone, with whatever it was about to do."""
        for task in list(seat.tasks):
            task.cancel()
        self.seats.pop(seat.id, None)
        self.touched[seat.id] = None

    def _replace(self, seat: Seat, start: CaseStart, survive: tuple[Handed, ...]) -> None:
        self.seats.pop(seat.id, None)
        again = self._seat(seat.kind, start, seat.id)
        for handed in survive:
            self._handle(again, handed)

    def _run(self, seat: Seat, deed: Coroutine[Any, Any, Any]) -> None:
        context = contextvars.copy_context()
        context.run(_SEAT.set, seat)
        task = self.loop.create_task(self._guarded(seat, deed), context=context)
        seat.tasks[task] = None
        task.add_done_callback(lambda done: seat.tasks.pop(done, None))
        self.touched[seat.id] = None

    async def _guarded(self, seat: Seat, deed: Coroutine[Any, Any, Any]) -> None:
        """What fails a workflow task fails it for ever: the case would be stuck."""
        try:
            await deed
        except Exception as error:
            self.failures.append(f"{seat.id}: workflow task failed: {type(error).__name__}: {error}")

    def settle(self) -> None:
        """Wake whoever waits for what has come true, and note how far each history has come."""
        while True:
            self.loop.run_until_idle()
            woken = [one for seat in self._touched() for one in seat.conditions if one[0]()]
            if not woken:
                break
            for _, future in woken:
                if not future.done():
                    future.set_result(None)
            for seat in self._touched():
                seat.conditions = [one for one in seat.conditions if not one[1].done()]
        for seat in self._touched():
            if not seat.handed and not seat.busy and seat.conductor.case.opened:
                seat.begun = seat.conductor._carried()

    def _touched(self) -> list[Seat]:
        return [self.seats[name] for name in self.touched if name in self.seats]

    # --- updates ------------------------------------------------------------------------------------------------------

    async def update(self, id: str, name: str, message: Any) -> Any:  # noqa: A002
        seat = self._found(id)
        update = _Definition.must_from_class(type(seat.conductor)).updates.get(name)
        if update is None:
            update = _Definition.must_from_class(type(seat.conductor)).updates[None]
        if update.validator is not None:
            context = contextvars.copy_context()
            context.run(_SEAT.set, seat)
            arguments = (message,) if update.name else (name, (message,))
            try:
                context.run(update.validator, seat.conductor, *arguments)
            except FailureError as error:
                raise WorkflowUpdateFailedError(error) from error
        handed = Handed(name, message, self.loop.create_future())
        self._handle(seat, handed)
        return await asyncio.shield(handed.answer)

    async def query(self, id: str, name: str) -> Any:  # noqa: A002
        seat, context = self._found(id), contextvars.copy_context()
        context.run(_SEAT.set, seat)
        return context.run(getattr(seat.conductor, name))

    def _handle(self, seat: Seat, handed: Handed) -> None:
        seat.handed.append(handed)
        self._run(seat, self._answer(seat, handed))

    async def _answer(self, seat: Seat, handed: Handed) -> None:
        update = _Definition.must_from_class(type(seat.conductor)).updates[handed.name]
        try:
            receipt = await update.fn(seat.conductor, handed.message)
        except FailureError as error:
            if not handed.answer.done():
                handed.answer.set_exception(WorkflowUpdateFailedError(error))
        else:
            if not handed.answer.done():
                handed.answer.set_result(receipt)
        finally:
            seat.handed = [one for one in seat.handed if one is not handed]

    def _found(self, id: str) -> Seat:  # noqa: A002
        if self.down:
            raise RPCError("the engine is down", RPCStatusCode.UNAVAILABLE, b"")
        if id not in self.seats:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        self.touched[id] = None
        return self.seats[id]

    # --- what `temporalio.workflow` asks of its runtime -----------------------------------------------------------

    def workflow_time_ns(self) -> int:
        return round(self.now().timestamp() * MICRO) * 1000

    def workflow_info(self) -> SimpleNamespace:
        seat = _SEAT.get()
        seat.started += 1
        return SimpleNamespace(is_continue_as_new_suggested=lambda: seat.started > seat.long)

    def workflow_all_handlers_finished(self) -> bool:
        return not _SEAT.get().handed

    def workflow_continue_as_new(self, start: CaseStart, **_options: object) -> None:
        raise _Continued(start)

    def workflow_set_current_details(self, details: str) -> None:
        """Shown in Temporal's own pages only."""

    def workflow_upsert_search_attributes(self, attributes: object, **_options: object) -> None:
        """Read by Temporal's own pages only."""

    def workflow_is_replaying_history_events(self) -> bool:
        return False

    async def workflow_wait_condition(
        self, fn: Callable[[], bool], *, timeout: float | None = None, **_options: object
    ) -> None:
        if fn():
            return
        seat, true = _SEAT.get(), self.loop.create_future()
        seat.conditions.append((fn, true))
        if timeout is not None:
            self._armed[true] = (seat, self.now() + timedelta(seconds=timeout))
            self._set(true)
        try:
            await true
        finally:
            self._armed.pop(true, None)

    def _set(self, waiting: "asyncio.Future[None]") -> None:
        left = (self._armed[waiting][1] - self.now()).total_seconds()
        self.loop.call_later(left, self._ring, waiting)

    def _ring(self, waiting: "asyncio.Future[None]") -> None:
        """A timer, by the server's clock. While the engine is down none rings; whoever was given up hears nothing."""
        if waiting.done() or waiting not in self._armed or self.down:
            return
        seat, at = self._armed[waiting]
        if self.now() < at:
            self._set(waiting)
            return
        self.touched[seat.id] = None
        seat.conditions = [one for one in seat.conditions if one[1] is not waiting]
        waiting.set_exception(TimeoutError())

    def set_clock(self, skew: timedelta) -> None:
        """The server's clock jumps, and its timers with it."""
        self.skew = skew
        self._look_at_timers()

    def come_up(self) -> None:
        """What fell due meanwhile rings now."""
        self.down = False
        self._look_at_timers()

    def _look_at_timers(self) -> None:
        for waiting in list(self._armed):
            self._set(waiting)

    def workflow_start_local_activity(self, name: str, message: Any, **_options: object) -> Awaitable[Any]:
        return self._start(self._local(name, message))

    def workflow_start_activity(self, name: str, message: Any, **_options: object) -> Awaitable[Any]:
        return self._start(self._for_ever(name, message))

    def _start(self, activity: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        seat = _SEAT.get()
        seat.busy += 1
        task = self.loop.create_task(activity, context=contextvars.copy_context())
        task.add_done_callback(lambda _: self._ended(seat))
        return task

    def _ended(self, seat: Seat) -> None:
        seat.busy -= 1
        self.touched[seat.id] = None

    async def _local(self, name: str, message: Any) -> Any:
        """Two tries, as the workflow asks for."""
        for last in (False, True):
            try:
                return await self._perform(name, message)
            except ApplicationError as error:
                if last or error.non_retryable:
                    raise
        return None

    async def _for_ever(self, name: str, message: Any) -> Any:
        wait = 1
        while True:
            try:
                return await self._perform(name, message)
            except ApplicationError as error:
                if error.non_retryable:
                    raise
            await asyncio.sleep(wait)
            wait = min(60, wait * 2)

    async def _perform(self, name: str, message: Any) -> Any:
        """One try: it takes its time; it may fail before or after its transaction, or take its worker with it."""
        seat, fault = _SEAT.get(), self.fault(name)
        if fault == "slow":
            await asyncio.sleep(self.chance.uniform(1, 90))
        if fault == "failed_before":
            raise ApplicationError("the database is out of reach")
        if fault == "killed_before":
            return await self._die(seat)
        answer = self.activities[name](message)
        self.touched[seat.id] = None
        if fault == "answer_lost":
            raise ApplicationError("the answer was lost")
        if fault == "killed_after":
            return await self._die(seat)
        return answer

    async def _die(self, seat: Seat) -> None:
        self.loop.call_soon(self._bury, seat)
        await self.loop.create_future()

    def _bury(self, seat: Seat) -> None:
        if self.seats.get(seat.id) is seat:
            self.kill(seat)
