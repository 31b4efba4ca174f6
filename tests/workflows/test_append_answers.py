"""What the ledger may answer: behind, already, ahead, or nothing for a while. Nothing is lost, or written twice."""

import sqlite3
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError
from temporalio import activity

import worker
from activities.ledger.recording import LedgerActivities
from lifecycle import events as e
from lifecycle.acts import Act
from lifecycle.case import Case
from lifecycle.decisions import decide
from models.messages import Answer, Append, Appended, Receipt, Reseat
from tests.ledger.story import everything
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, repairs, restore_ledger, set_back, written_by_somebody_else
from tests.workflows.lives import SHORT, named, up_to
from tests.workflows.scene import Followed, ordinary_appends, soon

pytestmark = pytest.mark.server


def behind_its_back(case: Followed, known: Case, act: Act, key: str | None = None) -> None:
    """The act reaches the ledger past the workflow."""
    events = decide(known, act, b.london(date(2017, 5, 16), "09:00"), b.rules())
    answer = written_by_somebody_else(case.scene.database, case.id, known.seq, events, key)
    assert answer.answer is Answer.committed


async def reseat(case: Followed) -> Receipt:
    order = Reseat(key="reseat", actor="operations-1")
    receipt: Receipt = await case.handle.execute_update("reseat", order, result_type=Receipt)
    return receipt


# --- behind


async def test_what_somebody_else_wrote_is_folded_in_and_the_act_is_taken_after_it(scene):
    case = await up_to(scene, "record_submission")
    behind_its_back(case, (await case.view()).case, b.document())
    receipt = await case.take(b.assessment())
    assert receipt.seq == len(case.recorded())
    assert case.kinds().count("document_asked") == case.kinds().count("assessed") == 1


async def test_an_act_that_what_was_missed_makes_wrong_is_refused(scene):
    case = await up_to(scene, "complete_assessment")
    behind_its_back(case, (await case.view()).case, b.authorisation())
    assert "returning an assessment needs it to be assessed" in await case.refusal(b.returning())
    assert (await case.view()).case.stage.value == "authorised"
    await case.take(b.letter())


async def test_a_key_that_was_used_behind_its_back_gives_the_receipt(scene):
    case = await up_to(scene, "record_submission")
    behind_its_back(case, (await case.view()).case, b.assessment(), case.key(b.assessment()))
    written = len(case.recorded())
    assert (await case.take(b.assessment())).seq == written
    assert len(case.recorded()) == written


async def test_a_rung_that_finds_the_ledger_ahead_of_it_falls_all_the_same(scene):
    case = await up_to(scene, "send_request_letter")
    behind_its_back(case, (await case.view()).case, b.declaration())
    await case.until(b.london(date(2017, 5, 23), "09:00"))
    assert [rung for _, _, rung in case.rungs()] == ["before-5"]
    assert case.kinds().count("declared") == 1


# --- already


class LosesAnswers(LedgerActivities):
    """Commits, and then its answer is lost, the first time."""

    lost: set[str]

    @activity.defn(name="append")
    def append(self, request: Append) -> Appended:
        answer = super().append(request)
        name = request.act_key or f"{request.stream}/{request.expected_seq}"
        if name not in self.lost:
            self.lost.add(name)
            raise ConnectionError("the answer is lost")
        return answer


async def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_written_twice(
    empty_scene, monkeypatch
):
    monkeypatch.setattr(LosesAnswers, "lost", set(), raising=False)
    monkeypatch.setattr(worker, "LedgerActivities", LosesAnswers)
    async with empty_scene.working():
        case = await empty_scene.open()
        for act in SHORT[:3]:
            receipt = await case.take(act)
            assert receipt.seq == len(case.recorded())
        await case.until(b.london(date(2017, 5, 23), "09:00"))
    assert len(LosesAnswers.lost) >= 4
    kinds = [kind for kind in case.kinds() if not kind.startswith("clock")]
    assert kinds == ["issued", "requested", "submitted", "assessed", "rung_fell"]


class AlwaysMoved(LedgerActivities):
    """A ledger that always says that others were quicker."""

    moved = False

    @activity.defn(name="append")
    def append(self, request: Append) -> Appended:
        if request.act_key and self.moved:
            return Appended(answer=Answer.behind, seq=request.expected_seq + 1)
        return super().append(request)


async def test_a_case_under_which_the_ledger_moves_for_ever_is_parked(empty_scene, monkeypatch):
    monkeypatch.setattr(worker, "LedgerActivities", AlwaysMoved)
    monkeypatch.setattr(AlwaysMoved, "moved", True)
    async with empty_scene.working():
        case = await empty_scene.open()
        assert "five times in a row" in (await case.failure(b.request())).message
        AlwaysMoved.moved = False
        assert "five times in a row" in (await case.failure(named("other", b.request()))).message
        await reseat(case)
        await case.take(b.request())


# --- ahead


async def test_a_ledger_that_lost_rows_parks_the_case_and_nothing_is_written(scene):
    case = await up_to(scene, "record_submission")
    gone = cut_ledger(scene.database, case.id, after=3)
    rows = everything(scene.database)

    failure = await case.failure(b.assessment())

    assert failure.type == "NeedsRepair"
    assert (
        "the ledger stands at 3 and this workflow at 6. Re-seat the case from its ledger." in failure.message
    )
    await soon(lambda: repairs(case) == [f"parked/{case.id}"])
    await case.view()
    before = len(await case.history())
    assert (await case.failure(b.document())).type == "NeedsRepair"
    assert len(await case.history()) == before
    assert {name: table for name, table in everything(scene.database).items() if name != "repair"} == {
        name: table for name, table in rows.items() if name != "repair"
    }
    assert (await case.view()).waiting_for.startswith("REPAIR NEEDED: the ledger stands at 3")
    restore_ledger(scene.database, gone)
    assert (await reseat(case)).seq == 6
    await soon(lambda: repairs(case) == [])
    await case.take(b.assessment())


async def test_a_case_set_back_to_an_older_backup_goes_on_from_there(scene):
    case = await up_to(scene, "complete_assessment")
    set_back(scene.database, case.id, after=3)
    assert (await case.failure(b.authorisation())).type == "NeedsRepair"
    assert (await reseat(case)).stage == "requested"
    for act in SHORT[1:]:
        await case.take(act)
    kinds = [kind for kind in case.kinds() if not kind.startswith("clock")]
    assert kinds == ["issued", "requested", "submitted", "assessed", "authorised", "letter_sent", "published"]


async def test_a_case_that_is_in_order_can_be_reseated_without_harm(scene):
    case = await up_to(scene, "record_submission")
    before = (await case.view(), everything(scene.database))
    receipt = await reseat(case)
    assert (receipt.seq, receipt.stage) == (6, "submitted")
    assert (await case.view(), everything(scene.database)) == before
    assert (await case.take(b.submission())).seq == 6


# --- no answer for a while


async def test_while_the_ledger_is_locked_an_act_waits_and_is_taken_once(scene):
    case = await up_to(scene, "send_request_letter")
    lock = sqlite3.connect(scene.database.engine.url.database or "", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    acting = await case.begin(b.submission())
    await soon(lambda: ordinary_appends(case))
    assert not acting.done()
    lock.execute("ROLLBACK")
    lock.close()
    receipt = await acting
    assert receipt.seq == len(case.recorded()) == 6
    assert case.kinds().count("submitted") == 1


class Unreachable(LedgerActivities):
    """A ledger that cannot be reached, for so many tries."""

    left = 0

    @activity.defn(name="append")
    def append(self, request: Append) -> Appended:
        if Unreachable.left:
            Unreachable.left -= 1
            raise OperationalError("INSERT", {}, ConnectionError("no route to the ledger"))
        return super().append(request)


async def test_a_ledger_out_of_reach_is_asked_until_it_answers(empty_scene, monkeypatch):
    monkeypatch.setattr(worker, "LedgerActivities", Unreachable)
    async with empty_scene.working():
        case = await empty_scene.open()
        Unreachable.left = 4
        await case.take(b.request())
        assert await ordinary_appends(case) == 1
        assert next(one.rung for one in (await case.view()).agenda) == "before-5"
    assert [event.kind for event in case.events() if isinstance(event, e.Requested)] == ["requested"]
