"""A case's life on the real engine: every act, every refusal, and keys that make a repeat harmless."""

import asyncio
from datetime import date

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from lifecycle import events as e
from lifecycle.acts import Act
from lifecycle.case import Case, fold_all
from lifecycle.decisions import decide
from lifecycle.words import Finding, InspectionResult, Refused, Stage
from models.database import Database
from models.messages import CaseView
from models.tables import CaseRow
from tests.ledger.story import everything
from tests.unit import builders as b
from tests.workflows.lives import (
    CRITERIA,
    FINDINGS,
    LIFE,
    SHORT,
    SIX_MONTHS,
    assessed,
    named,
    up_to,
    whole_life,
)
from tests.workflows.scene import Followed, Scene

pytestmark = pytest.mark.server

OF_A_CASE = [
    named(f"wrong-{act.key}", act)
    for act in b.EVERY_ACT.values()
    if act.kind not in ("invite_comments", "record_response")
]


async def test_a_whole_life_with_every_act(client, skipper, database: Database):
    scene = Scene(client, skipper, database)
    async with scene.working():
        case = await whole_life(scene)
        assert (await case.view()).case == fold_all(Case(id=case.id), case.events())

    assert await case.handle.result() == "closed"
    acts = [kind for kind in case.kinds() if not kind.startswith("clock")]
    assert acts == [
        *("issued", "requested", "submitted", "document_asked", "submitted", "assessed", "taken_back"),
        *("assessed", "returned", "assessed", "authorised", "letter_sent", "published"),
        *("declared", "declared", "inspected"),
    ]
    assert list(dict.fromkeys(one.act_key for one in case.recorded() if one.act_key)) == [
        case.key(act) for act in LIFE
    ]


async def test_a_whole_life_without_a_sticky_cache_is_replayed_at_every_step(empty_scene):
    async with empty_scene.working(cached=0):
        case = await whole_life(empty_scene)
        assert (await case.view()).case.stage is Stage.closed
    assert list(dict.fromkeys(one.act_key for one in case.recorded() if one.act_key)) == [
        case.key(act) for act in LIFE
    ]


async def test_a_receipt_can_be_read_in_the_ledger_at_once(scene):
    case = await scene.open(criteria=CRITERIA)
    for act in (b.request(), b.submission(), assessed("assess"), b.authorisation()):
        receipt = await case.take(act)
        assert len(case.recorded()) == receipt.seq
        with scene.database.reading() as session:
            row = session.get(CaseRow, case.id)
        assert row is not None
        assert (row.seq, row.stage) == (receipt.seq, receipt.stage)
        assert receipt == receipt.model_copy(update={"stream": case.id, "act_key": case.key(act)})


async def test_at_every_stage_a_wrong_act_is_refused_with_its_reason_and_leaves_no_trace(scene):
    case = await scene.open()
    for act in (*SHORT, None):
        await refuses_all_wrong_acts(case)
        if act is not None:
            await case.take(act)


async def refuses_all_wrong_acts(case: Followed):
    view = await case.view()
    before = (len(await case.history()), everything(case.scene.database))
    wrong = [(act, said) for act in OF_A_CASE if (said := reason(view, act))]
    assert len(wrong) >= 5
    for act, said in wrong:
        assert await case.refusal(act) == said
    assert (len(await case.history()), everything(case.scene.database)) == before


def reason(view: CaseView, act: Act) -> str:
    """Why the rules refuse the act, or nothing."""
    try:
        decide(view.case, act, view.now, b.rules())
    except Refused as refused:
        return str(refused)
    return ""


async def test_an_act_that_a_case_does_not_know_is_refused_like_any_other(scene):
    case = await scene.open()
    before = len(await case.history())
    assert "takes no act" in await case.refusal(b.invitation())
    assert len(await case.history()) == before


async def test_one_person_cannot_assess_and_authorise_by_any_door(scene):
    case = await up_to(scene, "complete_assessment")
    said = await case.refusal(b.authorisation(actor=b.INSPECTOR))
    assert said == "inspector-1 completed this assessment; another person must authorise it."
    assert "another person must return it" in await case.refusal(b.returning(actor=b.INSPECTOR))


async def test_the_same_key_twice_gives_the_same_receipt_and_one_set_of_rows(scene):
    case = await scene.open()
    first = await case.take(b.request())
    rows = everything(scene.database)
    assert await case.take(b.request()) == first
    await case.take(b.submission())
    again = await case.take(b.request())
    assert (again.seq, again.act_key) == (first.seq, first.act_key)
    assert {key: len(rows[key]) for key in ("act_taken",)} == {"act_taken": 1}
    assert [one.act_key for one in case.recorded()].count(case.key(b.request())) == 2


async def test_the_same_key_many_times_at_once_is_one_act(scene):
    case = await scene.open()
    receipts = await asyncio.gather(*(case.take(b.request()) for _ in range(8)))
    assert len({receipt.seq for receipt in receipts}) == 1
    assert case.kinds() == ["issued", "requested", "clock_started"]


async def test_of_two_acts_at_once_that_exclude_each_other_one_is_taken(scene):
    case = await up_to(scene, "complete_assessment")
    acts = (b.authorisation(), b.returning())
    answers = await asyncio.gather(*(case.take(act) for act in acts), return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers].count(True) == 1
    assert case.kinds().count("authorised") + case.kinds().count("returned") == 1


async def test_a_key_is_known_after_the_worker_was_replaced(empty_scene):
    async with empty_scene.working():
        case = await empty_scene.open()
        first = await case.take(b.request())
    rows = everything(empty_scene.database)
    async with empty_scene.working():
        assert await case.take(b.request()) == first
    assert everything(empty_scene.database) == rows


async def test_a_key_used_on_another_case_is_refused(scene):
    one, other = await scene.open(), await scene.open()
    await one.send(b.request())
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await other.send(b.request())
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, "was used on" in cause.message) == ("Refused", True)
    assert EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED not in [
        one.event_type for one in await other.history()
    ]
    assert (await other.view()).parked == ""
    await other.take(b.request())


async def test_a_late_submission_says_how_late(scene):
    case = await scene.open()
    await case.take(b.request(due=date(2017, 5, 18)))
    await case.until(b.london(date(2017, 5, 22)))
    await case.take(b.submission())
    [submitted] = [event for event in case.events() if isinstance(event, e.Submitted)]
    assert submitted.late_by == 4


async def test_a_case_can_be_assessed_without_a_submission_once_it_is_overdue(scene):
    case = await scene.open()
    await case.take(b.request(due=date(2017, 5, 17)))
    assert "Record the submission first" in await case.refusal(b.assessment(outcome="not_submitted"))
    await case.until(b.london(date(2017, 5, 18)))
    await case.take(b.assessment(outcome="not_submitted"))
    assert [one.without_submission for one in case.events() if isinstance(one, e.Assessed)] == [True]
    await case.take(b.returning())
    assert (await case.view()).case.stage is Stage.requested


async def test_findings_are_one_for_each_criterion(scene):
    case = await scene.open(criteria=CRITERIA)
    await case.take(b.request())
    await case.take(b.submission())
    said = await case.refusal(b.assessment(findings={"A": Finding.included, "C": Finding.unclear}))
    assert "no finding for B and findings for unknown criteria C" in said
    await case.take(b.assessment(findings=FINDINGS))


async def test_a_due_date_moves_and_its_ladder_with_it(scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    await case.take(b.move("implementation", date(2017, 9, 1)))
    view = await case.view()
    assert view.case.clocks["implementation"].due == date(2017, 9, 1)
    assert {entry.version for entry in view.agenda} == {2}
    assert "nobody" not in await case.refusal(named("again", b.move("implementation", date(2017, 9, 1))))
    assert "may be moved by" in await case.refusal(
        named("wrong", b.move("implementation", date(2017, 9, 4), role="operations"))
    )


async def test_a_case_can_be_withdrawn_at_any_stage_and_then_takes_nothing_more(scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    await case.take(b.withdrawal())
    assert await case.handle.result() == "withdrawn"
    assert case.kinds() == ["issued", "clock_started", "withdrawn", "clock_ended"]


@pytest.mark.parametrize(
    ("result", "stage"),
    [
        (InspectionResult.reissued, "reissued"),
        (InspectionResult.superseded, "superseded"),
        (InspectionResult.no_further_action, "no_further_action"),
    ],
)
async def test_an_inspection_ends_a_case_in_its_own_way(scene, result, stage):
    case = await up_to(scene, "publish")
    follows = None if stage == "no_further_action" else "2019-7"
    await case.take(b.inspection(result, followed_by=follows))
    assert await case.handle.result() == stage
