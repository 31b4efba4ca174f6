"""What an act is measured against: a workflow that takes updates and does nothing, or nothing but a local activity."""

from datetime import timedelta

from temporalio import activity, workflow

WHILE = timedelta(seconds=5)


@activity.defn
def nothing(said: str) -> str:
    return said


@workflow.defn
class EmptyWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def empty(self, said: str) -> str:
        return said

    @workflow.update
    async def local(self, said: str) -> str:
        """As an empty update, with one local activity."""
        return await workflow.execute_local_activity(nothing, said, start_to_close_timeout=WHILE)
