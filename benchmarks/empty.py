"""What ours is measured against: a workflow that takes updates and does nothing, or nothing but a local activity; and
one that holds in memory what any case must."""

from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from models import attributes

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


@workflow.defn
class BareWorkflow:
    """The commands of a case that was opened and waits, and nothing of the case: one local activity, one upsert of
    search attributes, one timer."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_local_activity(nothing, "opened", start_to_close_timeout=WHILE)
        workflow.upsert_search_attributes(attributes.changes("issued", None, overdue=False))
        await workflow.sleep(timedelta(hours=5), summary="first: a reminder on Wednesday 7 June 2017")
