# ruff: noqa: ANN401 - it stands for an interface that takes anything
"""What the office uses of Temporal's client, on the simulation's engine."""

from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from benchmarks.simulation.engine import Engine
from models.messages import CaseStart


class Handle:
    """What `office/desk.py` uses of a workflow's handle."""

    def __init__(self, engine: Engine, id: str) -> None:  # noqa: A002
        self.engine = engine
        self.id = id

    async def query(self, name: str, **_options: object) -> Any:
        return await self.engine.query(self.id, name)

    async def execute_update(self, name: str, message: object, **_options: object) -> Any:
        return await self.engine.update(self.id, name, message)


class Client:
    """What the office uses of a client."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get_workflow_handle(self, id: str) -> Handle:  # noqa: A002
        return Handle(self.engine, id)

    async def start_workflow(self, kind: str, start: CaseStart, *, id: str, **_options: object) -> None:  # noqa: A002
        if self.engine.down:
            raise RPCError("the engine is down", RPCStatusCode.UNAVAILABLE, b"")
        self.engine.start(kind, start, id)
