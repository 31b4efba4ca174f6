"""Whose payload it is: what is known outside the sandbox is what the sandbox would have said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from config.sandbox import Sandbox
from embedded.engine import Engine
from tests.workflows.parcels import ChildWorkflow, ParcelsWorkflow, echo

pytestmark = pytest.mark.server
Seen = set[tuple[bytes, str | None]]


class Overheard(PayloadCodec, WithSerializationContext):
    """Writes down what is sent on behalf of which workflow."""

    def __init__(self, seen: Seen, workflow_id: str | None = None) -> None:
        self.seen = seen
        self.workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> Self:
        assert isinstance(context, WorkflowSerializationContext | ActivitySerializationContext)
        return type(self)(self.seen, context.workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.seen.update((payload.data, self.workflow_id) for payload in payloads)
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.seen.update((payload.data, self.workflow_id) for payload in payloads)
        return list(payloads)


async def overheard(server: Engine, runner: WorkflowRunner, queue: str) -> Seen:
    """What one life of the workflow and its child sends, with the workflow on whose behalf it goes."""
    seen: Seen = set()
    converter = replace(pydantic_data_converter, payload_codec=Overheard(seen))
    client = await Client.connect(server.address, data_converter=converter)
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[ParcelsWorkflow, ChildWorkflow],
        activities=[echo],
        workflow_runner=runner,
    )
    async with worker:
        result = await client.execute_workflow(ParcelsWorkflow.run, "told", id=queue, task_queue=queue)
    assert result.endswith("child's result after by a signal")
    return seen


async def test_a_payload_belongs_to_the_workflow_that_the_sandbox_names(server):
    ours = await overheard(server, Sandbox(SandboxedWorkflowRunner()), "parcels-ours")
    theirs = await overheard(server, SandboxedWorkflowRunner(), "parcels-theirs")
    assert {whose for _, whose in ours} == {"parcels-ours", "parcels-ours-child"}
    assert ours == {
        (data.replace(b"theirs", b"ours"), whose and whose.replace("theirs", "ours"))
        for data, whose in theirs
    }
