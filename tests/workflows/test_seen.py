"""What an operator sees in Temporal's own pages: timers that say why, what a case waits for, and what to filter on."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata

from lifecycle.dates import end_of_day
from models import attributes
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger
from tests.workflows.lives import SIX_MONTHS, up_to
from tests.workflows.reports import reported
from tests.workflows.scene import Followed, soon

pytestmark = pytest.mark.server

DUE_ON_31_MAY = "FtNextDue >= '2017-05-31T00:00:00Z' AND FtNextDue < '2017-06-01T00:00:00Z'"
TIMER = EventType.EVENT_TYPE_TIMER_STARTED


async def timers(case: Followed) -> list[str]:
    """The summaries of all timers, in order."""
    return [
        json.loads(event.user_metadata.summary.data)
        for event in await case.history()
        if event.event_type == TIMER
    ]


async def details(case: Followed) -> str:
    metadata = await case.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(metadata.current_details)


async def found(case: Followed, query: str) -> bool:
    """Does a list of workflows that fit the query hold this case?"""
    whole = f"WorkflowId = '{case.id}' AND {query}"
    return [one.id async for one in case.scene.client.list_workflows(whole)] == [case.id]


async def test_a_timer_says_what_it_waits_for(scene):
    case = await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS)
    await case.until(b.london(date(2017, 5, 24)))
    assert await timers(case) == [
        "implementation: before-5 on Thursday 1 June 2017",
        "submission: before-5 on Tuesday 23 May 2017",
        "submission: before-1 on Tuesday 30 May 2017",
    ]


async def test_the_current_details_say_what_the_case_waits_for(scene):
    case = await scene.open()
    assert await details(case) == "the inspectorate's request letter; no notice to come"
    await case.take(b.request())
    assert await details(case) == (
        "the body's submission of the plan, due by 11:59pm on Wednesday 31 May 2017; "
        "next: submission-reminder to liaison on Tuesday 23 May 2017 at 09:00"
    )
    cut_ledger(scene.database, case.id, after=1)
    await case.failure(b.submission())
    assert (await details(case)).startswith("REPAIR NEEDED: the ledger stands at 1 and this workflow at 3")


async def test_cases_can_be_listed_by_stage_body_report_and_next_due(scene):
    report = await reported(scene, "kent")
    case = report.cases["kent"]
    await case.take(b.request())
    await soon(lambda: found(case, "FtStage = 'requested'"))
    assert await found(case, f"FtBody = 'kent-{scene.name}' AND FtReport = '{report.id}'")
    assert await found(case, DUE_ON_31_MAY)
    assert await found(case, "FtOverdue = false")
    assert not await found(case, "FtStage = 'issued'")


async def test_the_attributes_are_typed_and_hold_nothing_personal(scene):
    case = await up_to(scene, "complete_assessment")

    async def is_assessed() -> bool:
        return await found(case, "FtStage = 'assessed'")

    await soon(is_assessed)
    held = (await case.handle.describe()).typed_search_attributes
    assert {pair.key.name for pair in held} - {"BuildIds"} == {key.name for key in attributes.ALL}
    assert held[attributes.NEXT_DUE] == datetime(2017, 5, 23, tzinfo=UTC)
    assert held[attributes.OVERDUE] is False


async def test_a_case_shows_as_overdue_from_its_first_escalation(scene):
    case = await up_to(scene, "send_request_letter")
    await case.until(b.london(date(2017, 5, 31)))
    assert await found(case, "FtOverdue = false")
    await case.until(b.london(date(2017, 6, 1)))
    await soon(lambda: found(case, f"FtOverdue = true AND {DUE_ON_31_MAY}"))


async def test_where_no_escalation_follows_it_shows_as_overdue_when_the_day_is_over(scene):
    case = await up_to(scene, "send_letter")
    due = date(2017, 5, 19)
    assert (await case.view()).case.next_due() == due
    await case.until(end_of_day(due) - timedelta(hours=1))
    assert await found(case, "FtOverdue = false")
    kept = case.recorded()
    await case.until(end_of_day(due))
    await soon(lambda: found(case, "FtOverdue = true"))
    assert case.recorded() == kept
    assert (await timers(case))[-1] == "overdue from now on Saturday 20 May 2017"


async def test_what_is_no_longer_due_is_unset(scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    await soon(lambda: found(case, "FtNextDue IS NOT NULL"))
    await case.take(b.declaration())
    await soon(lambda: found(case, "FtNextDue IS NULL"))
