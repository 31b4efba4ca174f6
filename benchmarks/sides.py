"""Ours and the plain one, driven alike: start cases, take an act, see it in the ledger."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from benchmarks.lifecycle import RECORDED, Lifecycle, Phase, act, fixed, opening, policy, shifted
from benchmarks.plain import Act, PlainCase
from benchmarks.watch import Watch
from benchmarks.workers import Process, keys_of
from lifecycle.policy import Policy
from models.database import Database
from models.messages import Receipt, StartCases
from secrecy.converter import converter_for

Handle = WorkflowHandle[Any, str]
Fired = Callable[[Phase], int]
STARTING = timedelta(minutes=10)


def all_fire(phase: Phase) -> int:
    return len(phase.rungs)


def four_overtaken(phase: Phase) -> int:
    return phase.fired


def none_fires(phase: Phase) -> int:
    return 0


class Side(ABC):
    """One of the two, with its worker and its ledger."""

    name: ClassVar[str]

    def __init__(self, client: Client, queue: str, worker: Process, ledger: Path, watch: Watch) -> None:
        self.client = client
        self.queue = queue
        self.worker = worker
        self.ledger = ledger
        self.watch = watch

    @abstractmethod
    async def start(self, cases: Sequence[str], nine: datetime) -> None:
        """Start cases for which it is nine o'clock on the day of their rungs at the real instant `nine`."""

    @abstractmethod
    async def take(self, case: str, phase: Phase) -> None:
        """Take the act that ends a phase."""

    def named(self, what: str, size: int) -> list[str]:
        """Ids of so many cases."""
        return [f"recommendation/{what}-{number}/{self.name}" for number in range(size)]

    def handle(self, case: str) -> Handle:
        return self.client.get_workflow_handle(case, result_type=str)

    async def opened(self, cases: Sequence[str]) -> None:
        await asyncio.gather(*(self.watch.until(case, "clock_started", 1) for case in cases))

    async def live(self, case: str, fired: Fired, rest: float) -> None:
        """The life of a case that is started. An act is taken when what comes before it has been in the ledger for
        `rest` seconds, as acts come days after what they answer."""
        await self.watch.until(case, "clock_started", 1)
        fallen = 0
        for phase in fixed().phase:
            fallen += fired(phase)
            await self.watch.until(case, "rung", fallen)
            await asyncio.sleep(rest)
            await self.take(case, phase)
            await self.watch.until(case, RECORDED[phase.act], 1)
        await self.handle(case).result()


class Ours(Side):
    name = "ours"

    async def start(self, cases: Sequence[str], nine: datetime) -> None:
        await self.start_under(policy(), fixed().issued, cases, fixed().nine, nine)

    async def start_under(
        self, rules: Policy, issued: date, cases: Sequence[str], shown: datetime, at: datetime
    ) -> None:
        """Start cases by the activity that starts a report's; their clocks show `shown` at the real instant `at`."""
        openings = tuple(opening(case, rules, issued) for case in cases)
        await self.client.execute_activity(
            "start_cases",
            StartCases(report="benchmark", openings=openings, time=shifted(shown, at)),
            id=uuid4().hex,
            task_queue=self.queue,
            start_to_close_timeout=STARTING,
        )

    async def take(self, case: str, phase: Phase) -> None:
        asked = act(case, phase)
        await self.handle(case).execute_update(asked.kind, asked, id=asked.key, result_type=Receipt)


class Sealed(Ours):
    """Ours, with what the engine keeps of it sealed."""

    name = "sealed"

    def __init__(self, client: Client, queue: str, worker: Process, ledger: Path, watch: Watch) -> None:
        keys = keys_of(Database(f"sqlite:///{ledger}"))
        converter = converter_for(keys)
        sealing = Client(client.service_client, namespace=client.namespace, data_converter=converter)
        super().__init__(sealing, queue, worker, ledger, watch)


class Plain(Side):
    """`lean` and `life` are what its cases are started with."""

    name = "plain"
    lean = False
    life: Lifecycle = fixed()

    def leaner(self) -> "Plain":
        """The same with a rung and its mail in one activity."""
        other = copy(self)
        other.lean = True
        return other

    def with_one_rung(self) -> "Plain":
        """The same with the first rung alone."""
        other = copy(self)
        first = self.life.phase[0]
        other.life = replace(self.life, phase=(replace(first, rungs=first.rungs[:1]),))
        return other

    async def start(self, cases: Sequence[str], nine: datetime) -> None:
        await asyncio.gather(*(self._start(case, nine) for case in cases))

    async def _start(self, case: str, nine: datetime) -> None:
        begun = PlainCase(case, nine, self.life, self.lean)
        await self.client.start_workflow("PlainWorkflow", begun, id=case, task_queue=self.queue)

    async def take(self, case: str, phase: Phase) -> None:
        said = Act(key=f"{case}/{phase.act}", actor=phase.actor, text=f"{phase.act}-1")
        await self.handle(case).signal(phase.act, said)
