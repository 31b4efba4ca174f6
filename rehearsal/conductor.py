"""The conductor: moves every clock of a virtual timeline in lockstep, and lets it settle before anything else happens.

The engine's clocks run on by themselves only for the moments that an act or a rung takes; skipping is never left on.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from models.database import Database
from models.messages import CaseStart, ReportStart
from office.desk import Clock
from rehearsal.agendas import Agendas
from rehearsal.errors import NotSettled, RanAhead

PAST = timedelta(minutes=5)
"""How far beyond an instant the clocks are moved, within its step of a quarter of an hour.

A timer fires late by as long as its workflow took to arm it, and what it wakes takes a moment of the workflow's own
time. Where that moment ends beyond the target, server 1.32.0 skips on to the next timer before it stops skipping.
"""
STEP = timedelta(minutes=15)
SETTLES = 120.0
LOOKS_EVERY = 0.02
Workflow = WorkflowHandle[object, object]


class VirtualClock(Clock):
    """The clock of everything that is no workflow. The conductor sets it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class Conductor:
    """Conducts the workflows of one ledger, and with them those named in `others` (a report's, until it ends)."""

    def __init__(self, client: Client, database: Database, clock: VirtualClock) -> None:
        self.client = client
        self.clock = clock
        self.agendas = Agendas(database)
        self.others: set[str] = set()
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self._shifts: dict[str, timedelta] = {}

    async def move_to(self, instant: datetime) -> None:
        """Move every clock to the instant, and wait until all that falls due by then is in the ledger."""
        running = [*self.agendas.open_streams(), *sorted(self.others)]
        await asyncio.gather(*(self._move(name, instant) for name in running))
        self.clock.instant = instant
        await self.settle()

    def next_instant(self) -> datetime | None:
        """When something falls due next, if nobody acts."""
        return self.agendas.next_instant()

    async def settle(self, opened: Sequence[str] = ()) -> None:
        """Wait until nothing is due that the ledger lacks, and the streams in `opened` have begun.

        Raises:
            NotSettled: after two minutes; names the streams.
        """
        end = time.monotonic() + SETTLES
        while True:
            await asyncio.to_thread(self.agendas.refresh)
            missing = [stream for stream in opened if not self.agendas.known(stream)]
            waiting = [*missing, *self.agendas.behind(self.clock.instant)]
            if not waiting:
                return
            if time.monotonic() > end:
                raise NotSettled(
                    f"At {self.clock.instant} the ledger still lacks what is due of {len(waiting)} cases, "
                    f"the first {waiting[0]}. Does its workflow wait for repair?"
                )
            await asyncio.sleep(LOOKS_EVERY)

    async def _move(self, name: str, instant: datetime) -> None:
        handle: Workflow = self.client.get_workflow_handle(name)
        try:
            shift = await self._shift(name, handle)
            now = await self._skipper.get_current_time(handle) + shift
            if instant + PAST > now:
                await self._skipper.fast_forward(handle, instant + PAST - now)
                now = await self._skipper.get_current_time(handle) + shift
            if now >= instant + STEP:
                raise RanAhead(
                    f"The clock of {name} stands at {now}, beyond {instant}: play the history again."
                )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            self.others.discard(name)

    async def _shift(self, name: str, handle: Workflow) -> timedelta:
        """From the host's clock to the workflow's own, as it was started with."""
        if name not in self._shifts:
            start = await self._start(handle, ReportStart if name in self.others else CaseStart)
            self._shifts[name] = timedelta(seconds=start.time.shift_seconds)
        return self._shifts[name]

    async def _start(
        self, handle: Workflow, kind: type[CaseStart] | type[ReportStart]
    ) -> CaseStart | ReportStart:
        async for event in handle.fetch_history_events(page_size=1):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            [start] = await self.client.data_converter.decode(payloads, [kind])
            assert isinstance(start, CaseStart | ReportStart)
            return start
        raise NotSettled(f"{handle.id} has no history.")
