"""Lives whose histories are kept: each plays on a scene, and answers the workflows that it left."""

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lifecycle.dates import end_of_day
from models.messages import CaseStart, DigestStart, Reseat, TimeFrame
from office.repair import opening_of
from tests.unit import builders as b
from tests.workflows.damage import cut_ledger, restore_ledger
from tests.workflows.lives import (
    CRITERIA,
    SHORT,
    SIX_MONTHS,
    asked_and_answered,
    assessed,
    named,
    up_to,
    whole_life,
)
from tests.workflows.reports import reported
from tests.workflows.scene import GRAIN, Followed, Scene, ordinary_appends, soon

Scenario = Callable[[Scene], Awaitable[str]]
"""Plays, and answers the id of the workflow whose history is kept."""


async def lived(scene: Scene) -> str:
    return (await whole_life(scene)).id


async def overdue_ladder(scene: Scene) -> str:
    case = await up_to(scene, "send_request_letter", own_limits=SIX_MONTHS)
    await case.until(b.london(date(2017, 7, 14)))
    await case.take(b.assessment(outcome="not_submitted"))
    return case.id


async def returned_and_taken_back(scene: Scene) -> str:
    case = await _submitted(scene)
    for act in (
        assessed("assess-1"),
        b.returning(),
        assessed("assess-2"),
        b.taking_back(),
        assessed("assess-3"),
    ):
        await case.take(act)
    await case.take(b.authorisation())
    return case.id


async def _submitted(scene: Scene) -> Followed:
    case = await scene.open(criteria=CRITERIA)
    await case.take(b.request())
    await case.take(b.submission())
    return case


async def document(scene: Scene) -> str:
    case = await up_to(scene, "record_submission")
    await case.take(b.document())
    await case.until(b.london(date(2017, 5, 24)))
    await case.take(named("submit-2", b.submission(sealed="submission-2")))
    return case.id


async def moved(scene: Scene) -> str:
    case = await scene.open(own_limits=SIX_MONTHS)
    await case.take(b.request())
    await case.take(b.move("implementation", date(2017, 9, 1)))
    await case.until(b.london(date(2017, 5, 24)))
    await case.take(named("move-2", b.move("submission", date(2017, 6, 12))))
    await case.until(b.london(date(2017, 6, 13)))
    return case.id


async def asked(scene: Scene) -> str:
    return (await asked_and_answered(scene)).id


async def checked(scene: Scene) -> str:
    """The body checks the draft; its letter is recalled, edited, authorised again, sent, and corrected."""
    case = await scene.open(b.CONCERN)
    await case.take(b.submission())
    await case.take(b.assessment(outcome="in_progress"))
    await case.take(b.sending_draft())
    await case.take(b.commenting("point-1", "point-2"))
    await case.take(b.answering_point("1"))
    await case.take(b.answering_point("2", accepted=False))
    await case.take(b.authorisation())
    await case.take(b.recalling())
    await case.take(named("authorise-2", b.authorisation(letter="letter-3", written_by=("lead-2",))))
    await case.take(named("authorise-3", b.authorisation(letter="letter-2", actor="lead-2")))
    await case.take(b.letter())
    await case.take(b.word())
    await case.take(b.correcting())
    return case.id


async def unchecked(scene: Scene) -> str:
    """The body says nothing of the draft: it is chased, its time ends, and the letter goes on."""
    case = await scene.open(b.CONCERN)
    await case.take(b.submission())
    await case.take(b.assessment(outcome="in_progress"))
    await case.take(b.sending_draft())
    await case.until(b.london(date(2017, 6, 8)))
    await case.take(b.authorisation())
    return case.id


async def withdrawn(scene: Scene) -> str:
    case = await up_to(scene, "record_submission", own_limits=SIX_MONTHS)
    await case.take(b.withdrawal())
    await case.handle.result()
    return case.id


async def late_waking(scene: Scene) -> str:
    case = await up_to(scene, "send_request_letter")
    known = (await case.view()).case
    await case.handle.terminate("lost")
    shift = (b.london(date(2017, 6, 20)) - datetime.now(UTC)).total_seconds()
    frame = TimeFrame(shift_seconds=shift, grain_seconds=GRAIN)
    again = await scene.start(CaseStart(opening=opening_of(known), time=frame))
    await soon(lambda: len(again.recorded()) == known.seq + 6)
    await again.until(b.london(date(2017, 6, 28)))
    return again.id


async def taken_over(scene: Scene) -> str:
    """A case of before our time: what was due then is recorded and not sent."""
    past = (b.request(date(2017, 5, 2)), b.submission(date(2017, 5, 10)))
    case = await scene.open(own_limits=SIX_MONTHS, past=past, source="the inspectorate's spreadsheet")
    await case.take(b.assessment())
    return case.id


async def parked_and_reseated(scene: Scene) -> str:
    case = await up_to(scene, "record_submission")
    gone = cut_ledger(scene.database, case.id, after=3)
    await case.failure(b.assessment())
    restore_ledger(scene.database, gone)
    await case.handle.execute_update("reseat", Reseat(key="reseat", actor="operations-1"))
    await case.take(named("assess-2", b.assessment()))
    return case.id


async def ledger_locked(scene: Scene) -> str:
    case = await up_to(scene, "send_request_letter")
    lock = sqlite3.connect(scene.database.engine.url.database or "", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    update = await case.begin(b.submission())
    await soon(lambda: ordinary_appends(case))
    lock.execute("ROLLBACK")
    lock.close()
    await update
    return case.id


async def overdue_without_a_rung(scene: Scene) -> str:
    case = await up_to(scene, "send_letter")
    await case.until(end_of_day(date(2017, 5, 19)))
    await case.take(SHORT[-1])
    return case.id


async def response_answered(scene: Scene) -> str:
    case = await scene.open(**response(scene))
    await case.take(b.invitation())
    await case.until(b.london(date(2017, 7, 12)))
    await case.take(b.response(secretary=False))
    await case.take(named("copies", b.response()))
    await case.handle.result()
    return case.id


def response(scene: Scene) -> dict[str, Any]:
    pcc = f"pcc-{scene.name}"
    return {
        "policy": b.RESPONSE,
        "id": f"response/report-{scene.name}/{pcc}",
        "oversight": pcc,
        "recommendation_kind": "response",
        "issued_on": date(2017, 5, 16),
    }


async def report_published(scene: Scene) -> str:
    report = await reported(scene, "kent", "surrey")
    await report.to_letters("surrey")
    await report.publish(left_out={report.cases["surrey"].id: "its letter is with counsel"})
    await report.handle.result()
    return report.handle.id


async def report_with_a_stuck_case(scene: Scene) -> str:
    report = await reported(scene, "kent", "surrey")
    await report.to_letters()
    stuck = report.cases["kent"]
    rows = cut_ledger(scene.database, stuck.id, after=5)
    await report.publish()
    restore_ledger(scene.database, rows)
    await stuck.handle.execute_update("reseat", Reseat(key="reseat", actor="operations-1"))
    await scene.skipper.fast_forward(report.handle, timedelta(minutes=6))
    await report.handle.result()
    return report.handle.id


async def report_carried_on(scene: Scene) -> str:
    report = await reported(scene, "kent", "surrey")
    await report.to_letters()
    await report.carry_on(await report.lose_engine_at_publication())
    await report.handle.result()
    return report.handle.id


async def digest(scene: Scene) -> str:
    day = date(2017, 5, 16)
    shift = (b.london(day, "08:59") - datetime.now(UTC)).total_seconds()
    start = DigestStart(day=day, time=TimeFrame(shift_seconds=shift, grain_seconds=GRAIN))
    handle = await scene.client.start_workflow(
        "DigestWorkflow", start, id=f"digest/{scene.name}", task_queue=scene.queue
    )
    await scene.skipper.fast_forward(handle, timedelta(minutes=2))
    await handle.result()
    return handle.id


RECOMMENDATION, RESPONSE, REPORT, DIGEST = (
    "RecommendationWorkflow",
    "ResponseWorkflow",
    "ReportWorkflow",
    "DigestWorkflow",
)
SCENARIOS: dict[tuple[str, str], Scenario] = {
    (RECOMMENDATION, "whole-life"): lived,
    (RECOMMENDATION, "overdue-ladder"): overdue_ladder,
    (RECOMMENDATION, "returned-and-taken-back"): returned_and_taken_back,
    (RECOMMENDATION, "document"): document,
    (RECOMMENDATION, "moved"): moved,
    (RECOMMENDATION, "asked-and-answered"): asked,
    (RECOMMENDATION, "checked"): checked,
    (RECOMMENDATION, "unchecked"): unchecked,
    (RECOMMENDATION, "withdrawn"): withdrawn,
    (RECOMMENDATION, "taken-over"): taken_over,
    (RECOMMENDATION, "late-waking"): late_waking,
    (RECOMMENDATION, "parked-and-reseated"): parked_and_reseated,
    (RECOMMENDATION, "ledger-locked"): ledger_locked,
    (RECOMMENDATION, "overdue-without-a-rung"): overdue_without_a_rung,
    (RESPONSE, "answered"): response_answered,
    (REPORT, "published"): report_published,
    (REPORT, "one-stuck"): report_with_a_stuck_case,
    (REPORT, "carried-on"): report_carried_on,
    (DIGEST, "morning"): digest,
}
HURRIED: dict[tuple[str, str], Scenario] = {(RECOMMENDATION, "continued-as-new"): lived}
"""Played on an engine that suggests early to continue as new; every run of theirs is kept."""
