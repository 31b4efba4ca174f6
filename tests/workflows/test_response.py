"""The oversight body's response on the real engine: 56 days set by statute, comments invited, both copies."""

from datetime import date, timedelta

import pytest

from lifecycle.events import Responded
from tests.unit import builders as b
from tests.workflows.lives import named
from tests.workflows.scene import Followed, Scene

pytestmark = pytest.mark.server

PUBLISHED = date(2017, 10, 5)


async def open_response(scene: Scene) -> Followed:
    pcc = f"pcc-{scene.name}"
    return await scene.open(
        b.RESPONSE,
        at=b.london(PUBLISHED, "10:00"),
        id=f"response/report-{scene.name}/{pcc}",
        oversight=pcc,
        recommendation_kind="response",
        issued_on=PUBLISHED,
    )


async def test_the_day_of_publication_counts_as_day_1(scene):
    case = await open_response(scene)
    clock = (await case.view()).case.clocks["response"]
    assert clock.due == date(2017, 11, 29) == PUBLISHED + timedelta(days=55)


async def test_its_date_is_never_moved(scene):
    case = await open_response(scene)
    before = len(await case.history())
    said = await case.refusal(b.move("response", date(2017, 12, 24)))
    assert said == (
        "Response to the report is set by statute and cannot be moved. Record the response when it comes."
    )
    assert await case.refusal(b.asking_for_time("response", date(2018, 1, 1))) == said
    assert len(await case.history()) == before


async def test_comments_are_invited_then_the_response_and_both_copies_end_it(scene):
    case = await open_response(scene)
    await case.take(b.invitation())
    await case.take(b.response(secretary=False))
    assert (await case.view()).waiting_for.startswith(
        "both copies of the oversight body's published response"
    )
    await case.take(named("copies", b.response()))
    assert await case.handle.result() == "closed"
    assert case.kinds() == [
        *("issued", "clock_started", "invited", "responded", "clock_met", "responded"),
    ]


async def test_a_late_response_says_how_late(scene):
    case = await open_response(scene)
    await case.until(b.london(date(2017, 12, 1)))
    await case.take(b.response())
    assert [one.late_by for one in case.events() if isinstance(one, Responded)] == [2]
    assert case.kinds().count("rung_fell") == 4


async def test_what_belongs_to_a_recommendation_is_refused(scene):
    case = await open_response(scene)
    before = len(await case.history())
    said = await case.refusal(b.submission())
    assert said == (
        f"{case.id} takes no act 'record_submission'. Next for this case: record the oversight body's response."
    )
    assert len(await case.history()) == before


async def test_a_response_can_be_withdrawn(scene):
    case = await open_response(scene)
    await case.take(b.withdrawal())
    assert await case.handle.result() == "withdrawn"
