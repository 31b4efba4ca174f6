"""The desk: who may, in which role; and what it says when a case, its workflow or the engine is not there."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from config.temporal import connect_to
from embedded.ports import free_ports
from lifecycle.acts import Act
from lifecycle.events import ClockMoved
from lifecycle.words import InspectionResult, Refused, Role
from models.messages import Reseat
from models.tables import ActTaken, Repair, SealedText
from office.desk import Desk, NeedsRepair, NoCase, Unreachable
from office.people import NotAllowed
from office.repair import reseat
from office.rights import MAY
from office.unrecorded import UNRECORDED, close_recorded, keep
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, lose, restore_ledger, set_back
from tests.workflows.lives import SHORT, SIX_MONTHS, up_to
from tests.workflows.people import At, hold
from tests.workflows.scene import OPENED, Followed

pytestmark = pytest.mark.server

ORDER = Reseat(key="reseat", actor="operations-1")
PATIENCE = timedelta(seconds=2)


@pytest.fixture
def desk(empty_scene) -> Desk:
    """A desk at which everybody of the builders' acts is registered."""
    hold(empty_scene, b.INSPECTOR, Role.inspector)
    hold(empty_scene, b.LEAD, Role.lead_inspector)
    hold(empty_scene, b.OPERATIONS, Role.operations)
    return Desk(empty_scene.client, empty_scene.database, clock=At(), patience=PATIENCE)


def drafts(desk: Desk) -> list[tuple[object, str]]:
    with desk.database.reading() as session:
        rows = session.exec(select(SealedText).where(SealedText.kind == "draft").order_by(col(SealedText.id)))
        return [(row.meta["case"], json.loads(row.text)["kind"]) for row in rows]


def unrecorded(desk: Desk) -> list[str]:
    """The cases of acts that operations are shown as kept and not recorded."""
    with desk.database.reading() as session:
        rows = session.exec(select(Repair).where(Repair.kind == UNRECORDED, col(Repair.closed_at).is_(None)))
        return [row.subject for row in rows]


def by(actor: str, act: Act) -> Act:
    return act.model_copy(update={"actor": actor, "key": f"{act.key}-by-{actor}"})


# --- rights


async def test_a_life_at_the_desk_each_act_by_somebody_who_may(desk, scene):
    case = await scene.open(own_limits=SIX_MONTHS)
    hold(scene, b.FORCE, Role.liaison, of=case.body)
    for act in SHORT:
        receipt = await desk.take(case.id, act)
        assert receipt.act_key == act.key
    assert (await desk.view(case.id)).case.stage.value == "published"


async def test_the_role_is_chosen_by_the_office_whatever_the_act_claims(desk, scene):
    case = await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS)
    claimed = b.move("implementation", date(2017, 9, 1)).model_copy(
        update={"actor": b.INSPECTOR, "role": "lead_inspector"}
    )
    with pytest.raises(Refused, match="may be moved by lead_inspector, not by inspector"):
        await desk.take(case.id, claimed)
    await desk.take(case.id, by(b.INSPECTOR, b.move("submission", date(2017, 6, 9))))
    assert [one.actor for one in case.events() if isinstance(one, ClockMoved)] == [b.INSPECTOR]


async def test_an_act_needs_a_role_for_this_very_body(desk, scene):
    case = await up_to(scene, "send_request_letter")
    hold(scene, "liaison-of-another", Role.liaison, of="another-body")
    with pytest.raises(
        NotAllowed, match=f"may not record submission for {case.body}. It needs one of: liaison"
    ):
        await desk.take(case.id, by("liaison-of-another", b.submission()))
    assert case.kinds().count("submitted") == 0


async def test_only_registered_people_who_have_not_left_may_act(desk, scene):
    case = await scene.open()
    hold(scene, "gone", Role.lead_inspector, until=OPENED.date())
    with pytest.raises(NotAllowed, match="'nobody-1' is not a registered person"):
        await desk.take(case.id, by("nobody-1", b.request()))
    with pytest.raises(NotAllowed, match="gone left on 2017-05-16; somebody else must act"):
        await desk.take(case.id, by("gone", b.request()))
    with pytest.raises(NotAllowed, match="No person was named"):
        await desk.take(case.id, b.request().model_copy(update={"actor": ""}))


async def test_an_inspector_cannot_authorise_and_a_lead_cannot_authorise_her_own(desk, scene):
    case = await up_to(scene, "record_submission")
    with pytest.raises(NotAllowed, match="inspector-1 may not authorise"):
        await desk.take(case.id, by(b.INSPECTOR, b.authorisation()))
    await desk.take(case.id, by(b.LEAD, b.assessment()))
    with pytest.raises(Refused, match="another person must authorise it"):
        await desk.take(case.id, by(b.LEAD, b.authorisation()))


def test_every_act_has_somebody_who_may_take_it():
    assert set(b.EVERY_ACT) <= set(MAY)
    assert all(MAY.values())


async def test_one_act_on_several_cases_is_taken_under_a_key_of_each(desk, scene):
    cases = [await scene.open(), await scene.open()]
    receipts = await desk.take_on_all([case.id for case in cases], b.request())
    assert [receipt.act_key for receipt in receipts] == [f"request/{case.id}" for case in cases]
    again = await desk.take_on_all([case.id for case in cases], b.request())
    assert [receipt.seq for receipt in again] == [receipt.seq for receipt in receipts]


# --- what is not there


async def test_no_such_case(desk, scene):
    with pytest.raises(
        NoCase, match=r"There is no case 'recommendation/x/y'\. `followthrough case list` shows"
    ):
        await desk.take("recommendation/x/y", b.request())
    with pytest.raises(NoCase):
        await desk.view("recommendation/x/y")
    with pytest.raises(NoCase):
        await reseat(desk, "recommendation/x/y", ORDER, scene.queue)


async def test_a_case_that_has_ended_takes_nothing_more_but_knows_what_it_took(desk, scene):
    case = await up_to(scene, "publish")
    last = b.inspection(InspectionResult.verified)
    receipt = await desk.take(case.id, last)
    await case.handle.result()
    assert await desk.take(case.id, last) == receipt
    with pytest.raises(Refused, match=r"has ended \(closed\); nothing more can be recorded on it"):
        await desk.take(case.id, b.withdrawal())
    with pytest.raises(Refused, match="it needs no workflow"):
        await reseat(desk, case.id, ORDER, scene.queue)
    assert drafts(desk) == []


async def test_without_a_worker_the_answer_comes_within_the_desks_patience_and_the_act_is_kept(
    desk, empty_scene
):
    async with empty_scene.working():
        case = await empty_scene.open()
    begun = datetime.now(UTC)
    with pytest.raises(
        NeedsRepair, match=r"Not recorded\. The workflow of .* does not answer.*kept as a draft"
    ):
        await desk.take(case.id, b.request())
    assert datetime.now(UTC) - begun < PATIENCE + timedelta(seconds=3)
    assert drafts(desk) == [(case.id, "send_request_letter")]
    with pytest.raises(NeedsRepair, match="does not answer"):
        await desk.view(case.id)
    async with empty_scene.working():
        await desk.take(case.id, b.request())
        assert case.kinds().count("requested") == 1


async def test_while_the_engine_is_away_the_same_key_may_be_used_again(desk, scene):
    case = await scene.open()
    [port] = free_ports(1)
    nowhere = await connect_to(f"127.0.0.1:{port}", lazy=True)
    with pytest.raises(Unreachable, match=r"The engine does not answer.*Is `followthrough up` running\?"):
        await Desk(nowhere, scene.database, clock=At(), patience=PATIENCE).take(case.id, b.request())
    assert (await desk.take(case.id, b.request())).stage == "requested"


async def test_a_parked_case_says_why_and_keeps_the_act(desk, scene):
    case = await up_to(scene, "record_submission")
    gone = cut_ledger(scene.database, case.id, after=3)
    with pytest.raises(NeedsRepair, match=r"Not recorded.*the ledger stands at 3 and this workflow at 6"):
        await desk.take(case.id, b.assessment())
    assert drafts(desk) == [(case.id, "complete_assessment")]
    assert unrecorded(desk) == [case.id]
    restore_ledger(scene.database, gone)
    await reseat(desk, case.id, ORDER, scene.queue)
    await desk.take(case.id, b.assessment())
    assert unrecorded(desk) == [], "recorded at the second try"


async def test_a_recorded_act_has_its_receipt_also_when_its_draft_cannot_be_closed(desk, scene, monkeypatch):
    case = await scene.open()

    def locked(*_: object) -> bool:
        raise OperationalError("SELECT", {}, Exception("the ledger is locked"))

    monkeypatch.setattr("office.desk.is_kept", locked)
    assert (await desk.take(case.id, b.request())).stage == "requested"


async def test_an_act_that_a_late_workflow_recorded_is_shown_no_longer(desk, scene):
    case = await up_to(scene, "send_request_letter")
    with scene.database.writing() as session:
        key = session.exec(select(ActTaken.key).where(ActTaken.stream == case.id)).one()
        keep(session, case.id, b.request().model_copy(update={"key": key}))
    assert unrecorded(desk) == [case.id]
    assert close_recorded(scene.database) == 1
    assert unrecorded(desk) == []
    assert close_recorded(scene.database) == 0


# --- a workflow that is gone


async def test_a_case_whose_workflow_is_gone_is_seated_again_from_its_ledger(desk, scene):
    case = await up_to(scene, "complete_assessment", own_limits=SIX_MONTHS)
    known = (await case.view()).case
    await case.handle.terminate("lost")
    with pytest.raises(
        NeedsRepair, match=f"has no workflow. Re-seat it: followthrough case reseat {case.id}"
    ):
        await desk.take(case.id, b.authorisation())
    await reseat(desk, case.id, ORDER, scene.queue, case.time)
    again = Followed(scene, scene.client.get_workflow_handle(case.id), case.time)
    assert (await again.view()).case == known
    await desk.take(case.id, b.authorisation())
    assert (await again.take(b.request())).seq == 4


async def test_a_case_without_ledger_or_workflow_is_no_case(desk, scene):
    case = await scene.open()
    lose(scene.database, case.id)
    with pytest.raises(NoCase):
        await reseat(desk, case.id, ORDER, scene.queue)


async def test_only_operations_seat_a_case_again(desk, scene):
    case = await up_to(scene, "complete_assessment")
    set_back(scene.database, case.id, after=3)
    with pytest.raises(NotAllowed, match="may not repair for the inspectorate"):
        await reseat(desk, case.id, Reseat(key="reseat", actor=b.LEAD), scene.queue)
    assert (await reseat(desk, case.id, ORDER, scene.queue)).stage == "requested"


async def test_an_act_of_a_response_is_refused_on_a_recommendation(desk, scene):
    case = await scene.open(criteria=("A",))
    with pytest.raises(Refused, match="takes no act 'invite_comments'"):
        await desk.take(case.id, by(b.OPERATIONS, b.invitation()))
    assert drafts(desk) == []
