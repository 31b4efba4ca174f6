"""Every update of every workflow with anything at all, on the real server: an answer, and a case that goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper
from temporalio.workflow import _UpdateDefinition

from lifecycle.acts import Act
from lifecycle.case import Case, fold_all
from lifecycle.decisions import decide
from lifecycle.rules import rules_for
from lifecycle.words import Refused
from models.database import Database
from models.messages import CaseView, PublishReport, Reseat, StartCases, TimeFrame
from tests.doors.garbage import JSON, trying
from tests.unit import builders as b
from tests.workflows.conftest import client, ledger, server, skipper  # noqa: F401 - fixtures
from tests.workflows.lives import named
from tests.workflows.reports import reported
from tests.workflows.scene import Followed, Scene
from tests.workflows.test_response import open_response
from workflows.recommendation import RecommendationWorkflow
from workflows.report import ReportWorkflow
from workflows.response import ResponseWorkflow

pytestmark = pytest.mark.server
SOME = settings(trying(2), suppress_health_check=[HealthCheck.function_scoped_fixture])
AT_ONCE = 60.0
Another = Callable[[], AbstractAsyncContextManager[Scene]]
Shots = list[tuple[str, list[object]]]


@pytest.fixture
def another(client: Client, skipper: TimeSkipper, ledger: Database) -> Another:  # noqa: F811 - the fixtures
    """A scene of its own, with one worker, for each example."""

    @asynccontextmanager
    async def made() -> AsyncIterator[Scene]:
        scene = Scene(client, skipper, ledger)
        async with scene.working():
            yield scene

    return made


def updates_of(workflow: type) -> list[str]:
    """The names of a workflow's updates, as it declares them; one that nobody has, for the dynamic one."""
    marks = [getattr(each, "_defn", None) for each in vars(workflow).values()]
    names = [str(mark.name) for mark in marks if isinstance(mark, _UpdateDefinition) and mark.name]
    return [*names, "no_such_update"]


def nearly(act: Act | PublishReport | Reseat | StartCases) -> st.SearchStrategy[object]:
    """The right message with one field wrong, missing or too much."""
    right = act.model_dump(mode="json")
    return st.builds(
        lambda field, value, drop: {
            k: v for k, v in {**right, field: value}.items() if not (drop and k == field)
        },
        st.sampled_from([*sorted(right), "surplus"]),
        JSON,
        st.booleans(),
    )


NEARLY: dict[str, st.SearchStrategy[object]] = {
    **{kind: nearly(act) for kind, act in b.EVERY_ACT.items()},
    "reseat": nearly(Reseat(key="k", actor="ops-1")),
    "open_cases": nearly(StartCases(report="r", openings=(), time=TimeFrame())),
}


def volleys(workflow: type) -> st.SearchStrategy[Shots]:
    """For each update a message that is nearly right and one that is anything; sometimes none, or two."""
    shots: list[st.SearchStrategy[tuple[str, list[object]]]] = []
    for name in updates_of(workflow):
        one = JSON.map(lambda value: [value])
        close = NEARLY.get(name, JSON) if workflow is not ReportWorkflow or name == "open_cases" else JSON
        other: st.SearchStrategy[list[object]] = (
            close.map(lambda value: [value]) | st.just([]) | JSON.map(lambda value: [value, value])
        )
        shots += [st.tuples(st.just(name), one), st.tuples(st.just(name), other)]
    return st.tuples(*shots).map(list)


async def fire(handle: WorkflowHandle[Any, Any], shots: Shots) -> None:
    """All at once. Each is answered: taken, because it happened to be right, or refused with words."""
    answers = await asyncio.wait_for(
        asyncio.gather(
            *(handle.execute_update(name, args=args) for name, args in shots), return_exceptions=True
        ),
        AT_ONCE,
    )
    for (name, args), answer in zip(shots, answers, strict=True):
        if isinstance(answer, RPCError) and answer.status is RPCStatusCode.NOT_FOUND:
            assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED  # a shot ended it
        elif isinstance(answer, BaseException):
            assert isinstance(answer, WorkflowUpdateFailedError), (name, args, answer)
            assert str(answer.cause).strip(), (name, args)


@SOME
@given(shots=volleys(RecommendationWorkflow))
async def test_a_case_answers_anything_and_takes_its_next_act(another: Another, shots: Shots):
    async with another() as scene:
        case = await scene.open()
        await fire(case.handle, shots)
        await goes_on(case)


@SOME
@given(shots=volleys(ResponseWorkflow))
async def test_a_response_answers_anything_and_takes_its_next_act(another: Another, shots: Shots):
    async with another() as scene:
        case = await open_response(scene)
        await fire(case.handle, shots)
        await goes_on(case)


@SOME
@given(shots=volleys(ReportWorkflow))
async def test_a_report_answers_anything_and_is_published(another: Another, shots: Shots):
    async with another() as scene:
        report = await reported(scene, "kent")
        await fire(report.handle, shots)
        await report.to_letters()
        assert (await report.publish()).published_on is not None
        assert (await report.cases["kent"].view()).case.stage.value == "published"


async def test_null_is_refused_in_words_by_every_update(another: Another):
    """It is decoded to None whatever is asked for: two updates without a validator were wedged by it for ever."""
    async with another() as scene:
        case, response = await scene.open(), await open_response(scene)
        report = await reported(scene, "kent")
        for workflow, handle in (
            (RecommendationWorkflow, case.handle),
            (ResponseWorkflow, response.handle),
            (ReportWorkflow, report.handle),
        ):
            for name in updates_of(workflow)[:-1]:
                with pytest.raises(WorkflowUpdateFailedError) as failed:
                    await handle.execute_update(name, args=[None])
                assert "came without its message" in str(failed.value.cause), name
        await goes_on(case)
        await goes_on(response)


@pytest.mark.parametrize("field", ["key", "actor", "letter"])
async def test_a_text_that_no_ledger_keeps_is_refused_by_its_field(another: Another, field: str):
    """PostgreSQL refuses NUL: the act was tried for ever, and nothing else could be done with the case."""
    async with another() as scene:
        case = await scene.open()
        act = b.EVERY_ACT["send_request_letter"].model_dump(mode="json") | {field: "a\0b"}
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await case.handle.execute_update("send_request_letter", args=[act])
        assert f"{field} holds a character that cannot be kept (NUL" in str(failed.value.cause)
        await goes_on(case)


async def goes_on(case: Followed) -> None:
    """It waits for no repair, it takes whatever act its rules let it take next, and is the fold of its ledger."""
    view = await case.view()
    assert view.parked == ""
    if (act := next_act(view)) is not None:
        await case.take(named("afterwards", act))
    view = await case.view()
    assert view.case == fold_all(Case(id=case.id), case.events())


def next_act(view: CaseView) -> Act | None:
    """An act that the case may take now; none when what was fired has ended it."""
    rules = rules_for(view.case.policy_hash, view.case.calendar_hash, view.case.division)
    for act in b.EVERY_ACT.values():
        with suppress(Refused):
            decide(view.case, act, view.now, rules)
            return act
    assert view.case.ended
    return None


def test_every_act_has_its_update():
    assert set(updates_of(RecommendationWorkflow)) | set(updates_of(ResponseWorkflow)) >= set(b.EVERY_ACT)
