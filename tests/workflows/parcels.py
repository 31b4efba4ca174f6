"""A workflow that sends payloads to everyone whom a workflow can send them to."""

from datetime import timedelta

from temporalio import activity, workflow

SOON = timedelta(seconds=20)


@activity.defn
async def echo(said: str) -> str:
    return said


@workflow.defn
class ChildWorkflow:
    def __init__(self) -> None:
        self.heard = ""

    @workflow.run
    async def run(self, said: str) -> str:
        await workflow.wait_condition(lambda: self.heard != "")
        return f"child's result after {self.heard}"

    @workflow.signal
    async def hear(self, said: str) -> None:
        self.heard = said


@workflow.defn
class ParcelsWorkflow:
    @workflow.run
    async def run(self, said: str) -> str:
        local = await workflow.execute_local_activity(
            echo, "to a local activity", start_to_close_timeout=SOON
        )
        remote = await workflow.execute_activity(
            echo, "to an activity", start_to_close_timeout=SOON, summary="why"
        )
        name = f"{workflow.info().workflow_id}-child"
        child = await workflow.start_child_workflow(ChildWorkflow.run, "to a child", id=name)
        await child.signal(ChildWorkflow.hear, "by a signal")
        return f"{said}, {local}, {remote}, {await child}"
