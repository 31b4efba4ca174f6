"""What this process lacks, or gets wrong, fails a workflow's task and never the case: it goes on once it is mended."""

import asyncio
from datetime import date, timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from config.policy_files import FOLDER, template_names
from lifecycle import agenda, explain, rules
from lifecycle.policy import Policy
from lifecycle.policy_reader import read_policy
from lifecycle.rules import shelve
from tests.unit import builders as b
from tests.workflows.lives import SHORT, up_to
from tests.workflows.scene import Followed, soon

pytestmark = pytest.mark.server

TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED


def broken(*_args: object, **_more: object) -> None:
    raise KeyError("a bug of ours")


async def why_tasks_failed(case: Followed) -> list[str]:
    return [
        event.workflow_task_failed_event_attributes.failure.message
        for event in await case.history()
        if event.event_type == TASK_FAILED
    ]


async def failed(case: Followed) -> bool:
    return bool(await why_tasks_failed(case))


@pytest.fixture(autouse=True)
def failed_tasks_are_tried_again_soon(empty_scene):
    empty_scene.task_timeout = timedelta(seconds=2)


@pytest.fixture
def unknown_policy() -> Policy:
    """A policy that is on nobody's shelf."""
    text = (FOLDER / "national-recommendation-1.toml").read_text("utf-8")
    return read_policy(f"{text}\n# another version\n", "unknown.toml", template_names())


async def test_a_policy_that_is_missing_holds_the_case_until_it_is_put_back(empty_scene, unknown_policy):
    async with empty_scene.working():
        case = await empty_scene.open(wait=False, policy_hash=unknown_policy.hash)
        await soon(lambda: failed(case))
        [said] = await why_tasks_failed(case)
        assert f"does not hold policy {unknown_policy.hash[:12]}. Put the file of that version back" in said
        assert case.recorded() == []
    shelve((unknown_policy,), ())
    async with empty_scene.working():
        await soon(case.opened)
        await case.take(b.request())
        assert (await case.view()).parked == ""


async def test_a_policy_that_goes_missing_refuses_acts_and_writes_nothing(scene, monkeypatch):
    case = await up_to(scene, "send_request_letter")
    before = len(case.recorded())
    monkeypatch.delitem(rules._policies, b.policy().hash)
    failure = await case.failure(b.submission())
    assert (failure.type, "does not hold policy" in failure.message) == ("UnknownRules", True)
    assert len(case.recorded()) == before
    monkeypatch.undo()
    await case.take(b.submission())


async def test_a_bug_met_on_waking_leaves_the_case_running_and_the_rung_falls_once_it_is_mended(
    empty_scene, monkeypatch
):
    async with empty_scene.working():
        case = await up_to(empty_scene, "send_request_letter")
        monkeypatch.setattr(agenda, "_event", broken)
        passing = asyncio.create_task(case.until(b.london(date(2017, 5, 24), "09:00")))
        await soon(lambda: failed(case))
        assert "a bug of ours" in (await why_tasks_failed(case))[0]
        assert (await case.handle.describe()).status is not None
        assert case.rungs() == []
    monkeypatch.undo()
    async with empty_scene.working():
        await passing
        assert [rung for _, _, rung in case.rungs()] == ["before-5"]
        for act in SHORT[1:]:
            await case.take(act)


async def test_a_bug_met_in_an_act_loses_nothing_and_the_same_act_is_taken_once_it_is_mended(
    empty_scene, monkeypatch
):
    async with empty_scene.working():
        case = await up_to(empty_scene, "send_request_letter")
        monkeypatch.setattr(explain, "_next", broken)
        acting = asyncio.create_task(case.take(b.submission()))
        await soon(lambda: failed(case))
        assert case.kinds().count("submitted") == 0
    monkeypatch.undo()
    async with empty_scene.working():
        await asyncio.gather(acting, return_exceptions=True)
        receipt = await case.take(b.submission())
        assert case.kinds().count("submitted") == 1
        assert receipt.seq == len(case.recorded())


async def test_a_bug_met_while_judging_answers_that_it_is_not_recorded(scene, monkeypatch):
    case = await up_to(scene, "send_request_letter")
    monkeypatch.setattr("lifecycle.passage.days_late", broken)
    failure = await case.failure(b.submission())
    assert (failure.type, failure.message) == ("KeyError", "'a bug of ours'")
    monkeypatch.undo()
    await case.take(b.submission())
    assert not await failed(case)
