# ruff: noqa: ANN401 - it stands for an interface that takes anything
"""One thread, one order: an event loop whose clock moves only when the simulation moves it.

What runs in other threads elsewhere (`asyncio.to_thread`) runs here at once, so that nothing is left to a scheduler.
"""

import asyncio
import heapq
import traceback
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
MICRO = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs what is ready in the order in which it became so; timers by their instant, then in order of setting."""

    def __init__(self, start: datetime) -> None:
        self._now = (start - EPOCH) // timedelta(microseconds=1)
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._count = 0
        self.broken: list[str] = []

    # --- the clock ------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self._now)

    def time(self) -> float:
        return self._now / MICRO

    def next_timer(self) -> datetime | None:
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        return EPOCH + timedelta(microseconds=self._timers[0][0]) if self._timers else None

    def run_until_idle(self) -> None:
        """Everything that can run without the clock moving on."""
        asyncio._set_running_loop(self)
        try:
            while self._ready:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio._set_running_loop(None)

    def step(self) -> bool:
        """Move to the next timer, run it and what follows from it; False when there is none."""
        if self.next_timer() is None:
            return False
        when, _, handle = heapq.heappop(self._timers)
        self._now = max(self._now, when)
        self._ready.append(handle)
        self.run_until_idle()
        return True

    # --- what asyncio asks of a loop --------------------------------------------------------------------------------

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self._set_timer(self._now + max(0, round(delay * MICRO)), callback, args, context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self._set_timer(round(when * MICRO), callback, args, context)

    def at(self, when: datetime, callback: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        return self._set_timer((when - EPOCH) // timedelta(microseconds=1), callback, args, None)

    def _set_timer(
        self, when: int, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when / MICRO, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are passed over when their turn comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A task that nobody waits for has failed: never to be passed over."""
        error = context.get("exception")
        if error is not None:
            self.broken.append("".join(traceback.format_exception(error)))
