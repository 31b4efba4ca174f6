"""A body left out of a publication by a recorded decision: its letter is published later, by an order of its own."""

import pytest
from sqlmodel import select

from activities.ledger.reports import unfinished
from lifecycle.words import Refused, Role
from models.tables import Order, Recommendation
from office.desk import Desk, NoCase
from office.people import NotAllowed
from office.publications import LATER, publish_held
from publication.reading import public_record
from tests.unit import builders as b
from tests.workflows.people import At, hold
from tests.workflows.reports import LONG_AGO, TO_LETTER, Reported, add, reported
from tests.workflows.scene import OPENED, Scene, soon

pytestmark = pytest.mark.server
CAME = "Its plan has come, and is assessed."


@pytest.fixture
async def held(scene: Scene) -> Reported:
    """Published but for one body, which was late."""
    hold(scene, b.OPERATIONS, Role.operations)
    hold(scene, b.LEAD, Role.lead_inspector)
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
    receipt = await publish_held(desk, b.LEAD, essex.id, CAME, "later-1")
    again = await publish_held(desk, b.LEAD, essex.id, CAME, "later-1")
    assert again.seq == receipt.seq
    assert essex.kinds().count("published") == 1
    assert shown(scene) == ["essex", "kent"]
    with scene.database.reading() as session:
        [order] = session.exec(select(Order).where(Order.kind == LATER)).all()
        assert order.details == {"cases": [essex.id], "reason": CAME}
        [first] = session.exec(select(Order).where(Order.kind == "publish")).all()
        assert first.details == {"left_out": {essex.id: "Its plan came late."}}


async def test_no_response_begins_with_a_letter_published_later(scene: Scene, held: Reported):
    """The 56 days run from the day on which the report is published (Police Act 1996 s.55(5A)): for all who answer."""
    essex, response = held.cases["essex"], held.response("essex")
    await soon(response.opened)
    begun = response.events()
    for act in TO_LETTER:
        await essex.take(act)
    await publish_held(desk_of(scene), b.LEAD, essex.id, CAME, "later-6")
    assert response.events() == begun
    with scene.database.reading() as session:
        assert list(unfinished(session)) == []


async def test_who_may_not_and_what_cannot_be_published_later(scene: Scene, held: Reported):
    desk, essex = desk_of(scene), held.cases["essex"]
    with pytest.raises(NotAllowed, match="may not publish held"):
        await publish_held(desk, b.OPERATIONS, essex.id, CAME, "later-2")
    with pytest.raises(NoCase):
        await publish_held(desk, b.LEAD, "recommendation/none/kent", CAME, "later-3")
    with pytest.raises(Refused, match="say in a sentence why"):
        await publish_held(desk, b.LEAD, essex.id, " ", "later-4")
    with pytest.raises(Refused, match="only a letter that is sent is published"):
        await publish_held(desk, b.LEAD, essex.id, CAME, "later-4")
    another = await scene.open(report="not-published")
    with pytest.raises(Refused, match="Publish it first"):
        await publish_held(desk, b.LEAD, another.id, CAME, "later-5")

    assert shown(scene) == ["kent"]
