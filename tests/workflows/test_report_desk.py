"""Reports at the desk: begun in batches, published once, and begun again for a case that comes later."""

from datetime import UTC, datetime, timedelta

import pytest

from lifecycle.opening import Opening
from lifecycle.words import Refused, Role
from models.messages import PublishReport, TimeFrame
from models.tables import Report
from office import reports
from office.desk import NeedsRepair, NoCase
from office.people import NotAllowed
from office.reports import ReportDesk
from tests.unit import builders as b
from tests.workflows.people import At, hold
from tests.workflows.reports import LONG_AGO, TO_LETTER, add
from tests.workflows.scene import GRAIN, OPENED, Followed, Scene

pytestmark = pytest.mark.server


@pytest.fixture
def desk(empty_scene) -> ReportDesk:
    hold(empty_scene, b.OPERATIONS, Role.operations)
    hold(empty_scene, b.INSPECTOR, Role.inspector)
    add(empty_scene, Report(id=name(empty_scene), title="A report", published_on=LONG_AGO))
    return ReportDesk(empty_scene.client, empty_scene.database, empty_scene.queue, At())


def name(scene: Scene) -> str:
    return f"report-{scene.name}"


def openings(scene: Scene, count: int) -> tuple[Opening, ...]:
    return tuple(scene.opening(report=name(scene)) for _ in range(count))


def frame() -> TimeFrame:
    return TimeFrame(shift_seconds=(OPENED - datetime.now(UTC)).total_seconds(), grain_seconds=GRAIN)


def order(actor: str = b.OPERATIONS, key: str = "order-1") -> PublishReport:
    return PublishReport(key=key, actor=actor)


async def to_letter(scene: Scene, opening: Opening) -> None:
    case = Followed(scene, scene.client.get_workflow_handle(opening.id), frame())
    for act in TO_LETTER:
        await case.take(act)


async def test_cases_are_started_in_batches_and_starting_again_is_harmless(desk, scene, monkeypatch):
    monkeypatch.setattr(reports, "BATCH", 2)
    many = openings(scene, 5)
    for _ in range(2):
        await desk.start(name(scene), many, b.OPERATIONS, frame())
        await desk.opened(many)
    assert [len(scene.followed(one.id).recorded()) for one in many] == [1] * 5


async def test_a_report_is_published_once_and_ordering_it_again_answers_the_same(desk, scene):
    [kent] = openings(scene, 1)
    await desk.start(name(scene), (kent,), b.OPERATIONS, frame())
    await desk.opened((kent,))
    with pytest.raises(Refused, match="1 cases have no letter sent"):
        await desk.publish(name(scene), order())
    await to_letter(scene, kent)
    state = await desk.publish(name(scene), order())
    assert (state.stages, state.published_on) == ({"published": 1}, OPENED.date())
    await scene.client.get_workflow_handle(f"report/{name(scene)}").result()
    rows = scene.followed(kent.id).recorded()
    for key in ("order-1", "order-2"):
        assert await desk.publish(name(scene), order(key=key)) == state
    assert scene.followed(kent.id).recorded() == rows


async def test_a_case_that_comes_after_publication_is_started_and_nothing_is_published_again(desk, scene):
    await desk.start(name(scene), (), b.OPERATIONS, frame())
    await desk.publish(name(scene), order())
    late = openings(scene, 1)
    await desk.start(name(scene), late, b.OPERATIONS, frame())
    await desk.opened(late)
    state = await desk.publish(name(scene), order(key="order-2"))
    assert (state.stages, state.published_on) == ({"issued": 1}, OPENED.date())


async def test_who_may(desk, scene):
    with pytest.raises(NotAllowed, match="may not publish"):
        await desk.publish(name(scene), order(b.INSPECTOR))
    with pytest.raises(NotAllowed, match="may not import"):
        await desk.start(name(scene), (), b.INSPECTOR, frame())


async def test_what_is_not_there(desk, scene):
    with pytest.raises(NoCase, match="There is no report 'nothing'"):
        await desk.publish("nothing", order())
    with pytest.raises(NeedsRepair, match=f"Not published; the report {name(scene)} has no workflow"):
        await desk.publish(name(scene), order())


async def test_without_a_worker_nobody_waits_for_ever(desk, empty_scene, monkeypatch):
    monkeypatch.setattr(reports, "PATIENCE", timedelta(seconds=1))
    many = openings(empty_scene, 1)
    with pytest.raises(NeedsRepair, match=f"The workflow of report {name(empty_scene)} does not answer"):
        await desk.start(name(empty_scene), many, b.OPERATIONS, frame())
    with pytest.raises(NeedsRepair, match="1 cases did not open, the first recommendation/2016-1/"):
        await desk.opened(many, timedelta(seconds=0.2))
    with pytest.raises(NeedsRepair, match="does not answer"):
        await desk.publish(name(empty_scene), order())
