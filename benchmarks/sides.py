"""Ours and the plain one, driven alike: start a case, take an act, see it in the ledger."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from benchmarks.lifecycle import RECORDED, Phase, act, fixed, opening, policy, shifted
from benchmarks.plain import Act, PlainCase
from benchmarks.watch import Watch
from benchmarks.workers import Process
from models.attributes import initial
from models.messages import CaseStart, Receipt

Handle = WorkflowHandle[Any, str]
Fired = Callable[[Phase], int]


def all_fire(phase: Phase) -> int:
    return len(phase.rungs)


def four_overtaken(phase: Phase) -> int:
    return phase.fired


def none_fires(phase: Phase) -> int:
    return 0


class Side(ABC):
    """One of the two, with its worker and its ledger."""

    name: str

    def __init__(self, client: Client, worker: Process, ledger: Path, watch: Watch) -> None:
        self.client = client
        self.worker = worker
        self.ledger = ledger
        self.watch = watch

    @abstractmethod
    async def start(self, case: str, nine: datetime) -> Handle:
        """Start a case for which it is nine o'clock on the day of its rungs at the real instant `nine`."""

    @abstractmethod
    async def take(self, handle: Handle, phase: Phase) -> None:
        """Take the act that ends a phase."""

    async def live(self, case: str, nine: datetime, fired: Fired) -> Handle:
        """A whole life. Each act is taken when what comes before it is in the ledger."""
        handle = await self.start(case, nine)
        await self.watch.until(case, "clock_started", 1)
        fallen = 0
        for phase in fixed().phase:
            fallen += fired(phase)
            await self.watch.until(case, "rung", fallen)
            await self.take(handle, phase)
            await self.watch.until(case, RECORDED[phase.act], 1)
        await handle.result()
        return handle


class Ours(Side):
    name = "ours"

    async def start(self, case: str, nine: datetime) -> Handle:
        return await self.open(
            CaseStart(opening=opening(case, policy(), fixed().issued), time=shifted(fixed().nine, nine))
        )

    async def open(self, start: CaseStart) -> Handle:
        """Start a case as `activities.cases` does."""
        opened = start.opening
        return await self.client.start_workflow(
            "RecommendationWorkflow",
            start,
            id=opened.id,
            task_queue=self.name,
            result_type=str,
            search_attributes=initial("issued", opened.body, opened.report),
            static_summary=f"{opened.reference}: {opened.body}",
        )

    async def take(self, handle: Handle, phase: Phase) -> None:
        asked = act(handle.id, phase)
        await handle.execute_update(asked.kind, asked, id=asked.key, result_type=Receipt)


class Plain(Side):
    name = "plain"

    async def start(self, case: str, nine: datetime) -> Handle:
        return await self.client.start_workflow(
            "PlainWorkflow", PlainCase(case, nine, fixed()), id=case, task_queue=self.name, result_type=str
        )

    async def take(self, handle: Handle, phase: Phase) -> None:
        said = Act(key=f"{handle.id}/{phase.act}", actor=phase.actor, text=f"{phase.act}-1")
        await handle.signal(phase.act, said)
