"""The SDK's sandbox, which is no longer entered to learn whose a payload is.

For each payload that comes or goes the SDK (1.35) asks the workflow's instance three times to whom it belongs, and its
sandbox builds itself up anew to answer. What we send belongs to the workflow that sends it, so the answer is known
outside. Only commands that address another workflow are still asked inside. Workflow code runs in the sandbox as ever.
"""

from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import CommandType
from temporalio.converter import (
    SerializationContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
    WorkflowSerializationContext,
)
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.bridge.proto.workflow_activation import WorkflowActivation
    from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
    from temporalio.worker._command_aware_visitor import CommandInfo
    from temporalio.workflow import _Definition

TO_OTHERS = frozenset(
    {
        CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
        CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
        CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
        CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
    }
)


class Sandbox(WorkflowRunner):
    """Runs workflows as `inside` does."""

    def __init__(self, inside: SandboxedWorkflowRunner) -> None:
        self.inside = inside

    def prepare_workflow(self, defn: "_Definition") -> None:
        self.inside.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Known(self.inside.create_instance(det), det.info)

    def set_worker_level_failure_exception_types(self, types: "Sequence[type[BaseException]]") -> None:
        self.inside.set_worker_level_failure_exception_types(types)


class _Known(WorkflowInstance):
    """A workflow in the sandbox, of which it is known outside who it is."""

    def __init__(self, inside: WorkflowInstance, info: Info) -> None:
        self.inside = inside
        self.info = info
        self.context = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)
        self.store = StorageDriverStoreContext(
            target=StorageDriverWorkflowInfo(
                id=info.workflow_id, run_id=info.run_id, type=info.workflow_type, namespace=info.namespace
            )
        )

    def activate(self, act: "WorkflowActivation") -> "WorkflowActivationCompletion":
        return self.inside.activate(act)

    def get_serialization_context(self, command_info: "CommandInfo | None") -> SerializationContext | None:
        if _to_others(command_info):
            return self.inside.get_serialization_context(command_info)
        return self.context

    def get_external_store_context(self, command_info: "CommandInfo | None") -> StorageDriverStoreContext:
        if _to_others(command_info):
            return self.inside.get_external_store_context(command_info)
        return self.store

    def get_info(self) -> Info:
        return self.info

    def get_thread_id(self) -> int | None:
        return self.inside.get_thread_id()


def _to_others(command_info: "CommandInfo | None") -> bool:
    return command_info is not None and command_info.command_type in TO_OTHERS
