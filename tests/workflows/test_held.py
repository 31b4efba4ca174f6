"""A body left out of a publication by a recorded decision: its letter is published later, by an order of its own."""

import pytest
from sqlmodel import select

from lifecycle.words import Refused, Role
from models.tables import Order, Recommendation
from office.desk import Desk, NoCase
from office.people import NotAllowed
from office.publications import LATER, publish_held
from publication.reading import public_record
from tests.unit import builders as b
from tests.workflows.people import At, hold
from tests.workflows.reports import LONG_AGO, TO_LETTER, Reported, add, reported
from tests.workflows.scene import OPENED, Scene

pytestmark = pytest.mark.server


@pytest.fixture
async def held(scene: Scene) -> Reported:
    """Published but for one body, which was late."""
    hold(scene, b.OPERATIONS, Role.operations)
    hold(scene, b.INSPECTOR, Role.inspector)
    report = await reported(scene, "kent", "essex")
    add(
        scene,
        Recommendation(
            reference="2016-1",
            report_id=report.id,
            kind="recommendation",
            title="Seek intelligence",
            issued_on=LONG_AGO,
            policy="national-recommendation",
        ),
    )
    await report.to_letters("essex")
    await report.publish(left_out={report.cases["essex"].id: "Its plan came late."})
    return report


def desk_of(scene: Scene) -> Desk:
    return Desk(scene.client, scene.database, clock=At())


def shown(scene: Scene) -> list[str]:
    """The bodies whose letters the public site would show."""
    return [case.body.rpartition("-")[0] for case in public_record(scene.database, OPENED.date()).cases]


async def test_it_is_on_the_site_when_it_is_published_by_an_order_of_its_own(scene: Scene, held: Reported):
    essex = held.cases["essex"]
    assert shown(scene) == ["kent"]
    for act in TO_LETTER:
        await essex.take(act)
    assert shown(scene) == ["kent"]
    desk = desk_of(scene)
    receipt = await publish_held(desk, b.OPERATIONS, essex.id, "later-1")
    again = await publish_held(desk, b.OPERATIONS, essex.id, "later-1")
    assert again.seq == receipt.seq
    assert essex.kinds().count("published") == 1
    assert shown(scene) == ["essex", "kent"]
    with scene.database.reading() as session:
        [order] = session.exec(select(Order).where(Order.kind == LATER)).all()
        assert order.details == {"cases": [essex.id]}
        [first] = session.exec(select(Order).where(Order.kind == "publish")).all()
        assert first.details == {"left_out": {essex.id: "Its plan came late."}}


async def test_who_may_not_and_what_cannot_be_published_later(scene: Scene, held: Reported):
    desk, essex = desk_of(scene), held.cases["essex"]
    with pytest.raises(NotAllowed, match="may not publish"):
        await publish_held(desk, b.INSPECTOR, essex.id, "later-2")
    with pytest.raises(NoCase):
        await publish_held(desk, b.OPERATIONS, "recommendation/none/kent", "later-3")
    with pytest.raises(Refused, match="only a letter that is sent is published"):
        await publish_held(desk, b.OPERATIONS, essex.id, "later-4")
    another = await scene.open(report="not-published")
    with pytest.raises(Refused, match="Publish it first"):
        await publish_held(desk, b.OPERATIONS, another.id, "later-5")

    assert shown(scene) == ["kent"]
