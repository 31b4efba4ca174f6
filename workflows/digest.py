"""The day's digest to those who run the inspections: one short workflow a day, started at most once by its id."""

from datetime import time, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from lifecycle.dates import at_local
    from models.messages import DigestMade, DigestStart

LEAVES_AT = time(9)


@workflow.defn(name="DigestWorkflow")
class DigestWorkflow:
    """Waits for the morning of its day, then has the digest written as notices; the dispatcher sends them."""

    @workflow.run
    async def run(self, start: DigestStart) -> DigestMade:
        now = workflow.now() + timedelta(seconds=start.time.shift_seconds)
        early = at_local(start.day, LEAVES_AT) - now
        if early > timedelta(0):
            workflow.set_current_details(f"Waiting for 9am on {start.day}.")
            await workflow.sleep(early, summary="the morning of the digest")
        made: DigestMade = await workflow.execute_activity(
            "make_digest",
            start,
            result_type=DigestMade,
            start_to_close_timeout=timedelta(minutes=2),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary="write the digest's notices",
        )
        return made
