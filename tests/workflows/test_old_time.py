"""A worker that takes a case up shows it, with the ring of its timer, the time of the task before: the rung falls all
the same. Else the case would wait anew, which no replay repeats, and every later task of it would fail."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlmodel import select

from activities.ledger.recording import LedgerActivities
from benchmarks.lifecycle import opening
from benchmarks.simulation.engine import Engine
from benchmarks.simulation.loop import VirtualLoop
from config.policy_files import newest
from lifecycle.policy import Policy
from models.messages import CaseStart
from models.tables import EventRow
from tests.conftest import SQLiteFiles

CASE = "recommendation/old-time/kent"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_rung_falls_though_the_time_shown_is_that_of_the_task_before(
    tmp_path: Path, sqlite_template: Path, policies: dict[str, Policy]
) -> None:
    files = SQLiteFiles(tmp_path, sqlite_template)
    database = files.new()
    ledger, loop = LedgerActivities(database), VirtualLoop(START)  # type: ignore[abstract]
    engine = Engine(loop, Random(1), {"append": ledger.append})
    made = opening(CASE, newest("accelerated-cause-of-concern"), START.date())
    engine.start("RecommendationWorkflow", CaseStart(opening=made), CASE)
    engine.settle()
    [(_, rings)] = engine._armed.values()
    shown = engine.workflow_time_ns()
    engine.workflow_time_ns = lambda: shown  # type: ignore[method-assign]

    while loop.now() < rings:
        assert loop.step()
    engine.settle()

    with database.reading() as session:
        fallen = session.exec(select(EventRow).where(EventRow.kind == "rung_fell")).all()
    assert [row.at for row in fallen] == [rings]
    files.close()
