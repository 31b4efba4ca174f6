"""How a workflow reaches the ledger: a local activity first, an ordinary one tried for ever when that does not do."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, FailureError

with workflow.unsafe.imports_passed_through():
    from lifecycle.characters import SAID, unkept_in
    from models.messages import Append, Appended, Parked, Recorded, StreamEvents, StreamRead

LOCAL_TRY = timedelta(seconds=5)
ORDINARY_TRY = timedelta(seconds=30)
FOREVER = RetryPolicy(maximum_interval=timedelta(minutes=1))
REFUSED = "Refused"


async def ask_ledger(request: Append) -> Appended:
    """Five seconds as a local activity; after that an ordinary one, tried for ever.

    Raises:
        ApplicationError: of type "Refused", when the ledger will never take it.
    """
    appended: Appended
    try:
        appended = await workflow.execute_local_activity(
            "append",
            request,
            result_type=Appended,
            schedule_to_close_timeout=LOCAL_TRY,
            retry_policy=RetryPolicy(maximum_attempts=2),
        )
    except CancelledError:
        raise
    except FailureError as failed:
        _pass_on_refusal(failed)
        appended = await workflow.execute_activity(
            "append",
            request,
            result_type=Appended,
            start_to_close_timeout=ORDINARY_TRY,
            retry_policy=FOREVER,
            summary="append to the ledger, after the quick way failed",
        )
    return appended


def _pass_on_refusal(failed: FailureError) -> None:
    """Out of time, the failure is an ActivityError; out of tries, what the ledger raised."""
    cause = failed.cause if isinstance(failed, ActivityError) else failed
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        raise refusal(cause.message) from None


def refusal(said: str) -> ApplicationError:
    """Tells the person that the act may not be taken."""
    return ApplicationError(said, type=REFUSED, non_retryable=True)


def refuse_without(message: object, kind: type) -> None:
    """For validators: JSON's null is decoded to None whatever is asked for, and what a handler cannot do with that
    would fail its workflow's task for ever; a text that the ledger cannot keep would have it tried for ever."""
    if not isinstance(message, kind):
        raise refusal(f"The update came without its message: give a {kind.__name__} as JSON.")
    if (at := unkept_in(message)) is not None:
        raise refusal(f"Refused, and nothing is recorded: {at} {SAID}")


async def read_ledger(stream: str) -> tuple[Recorded, ...]:
    """All events of a stream."""
    answer: StreamEvents = await workflow.execute_activity(
        "read_stream",
        StreamRead(stream=stream),
        result_type=StreamEvents,
        start_to_close_timeout=ORDINARY_TRY,
        retry_policy=FOREVER,
    )
    return answer.events


async def note_parked(stream: str, cause: str) -> None:
    """Have people see that a case waits for repair, and why; without a cause, that it no longer does."""
    await workflow.execute_activity(
        "note_parked",
        Parked(stream=stream, cause=cause),
        start_to_close_timeout=ORDINARY_TRY,
        retry_policy=FOREVER,
    )
