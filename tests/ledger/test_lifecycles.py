"""Whatever happens to a case, its rows are the fold of its events, and every rung has its notices."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from sqlmodel import select

from activities.ledger.append import read
from activities.ledger.chain import first_break
from activities.ledger.rebuild import BrokenChain, rebuild_projections
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.rules import Rules
from models.database import Database
from models.tables import CaseRow, ClockRow
from tests.ledger.lifecycles import Plan, plans
from tests.ledger.story import ISSUED, MORNING, Story, events_of, everything, notices_of

numbers = count(1)
lifecycles = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def _lived(database: Database, rules_of: dict[str, Rules], plan: Plan) -> Story:
    story = Story(database, rules_of[plan.policy], f"recommendation/R-{next(numbers)}/bedfordshire")
    plan.live(story)
    return story


@lifecycles
@given(plan=plans)
def test_rows_are_the_fold_of_the_events(database: Database, rules_of: dict[str, Rules], plan: Plan):
    story = _lived(database, rules_of, plan)
    case = story.case

    with database.reading() as session:
        folded = fold_all(Case(id=case.id), (one.event for one in read(session, case.id)))
        row = session.get_one(CaseRow, case.id)
        clocks = {
            clock.id: clock for clock in session.exec(select(ClockRow).where(ClockRow.case_id == case.id))
        }

    assert folded == case
    assert (row.stage, row.outcome, row.seq) == (case.stage, case.outcome, case.seq)
    assert (row.issued_on, row.opened_at) == (case.issued_on, case.opened_at)
    assert row.next_due == case.next_due()
    assert (row.ended_on is not None) == case.ended
    assert clocks.keys() == case.clocks.keys()
    for clock in case.clocks.values():
        kept = clocks[clock.id]
        assert (kept.due, kept.version, kept.state) == (clock.due, clock.version, clock.state)
        assert (kept.started, kept.limit, kept.kind) == (clock.started, clock.limit, clock.kind)

    rows = events_of(database, case.id)
    assert first_break(rows, row.head_hash) is None


@lifecycles
@given(plan=plans)
def test_rows_rebuilt_are_the_rows_there_were(database: Database, rules_of: dict[str, Rules], plan: Plan):
    story = _lived(database, rules_of, plan)
    before = everything(database)

    with database.writing() as session:
        rebuilt = rebuild_projections(session, story.case.id)

    assert rebuilt == story.case
    assert everything(database) == before


@lifecycles
@given(plan=plans)
def test_every_rung_has_its_notices_and_every_notice_its_cause(
    database: Database, rules_of: dict[str, Rules], plan: Plan
):
    story = _lived(database, rules_of, plan)

    kept = {
        (notice.cause_seq, notice.clock, notice.version, notice.rung, notice.role)
        for notice in notices_of(database, story.case.id)
    }

    assert kept == set(_wanted(story.events))


@lifecycles
@given(plan=plans)
def test_nothing_is_due_on_a_clock_that_does_not_run_or_has_moved(
    database: Database, rules_of: dict[str, Rules], plan: Plan
):
    story = _lived(database, rules_of, plan)

    for notice in notices_of(database, story.case.id):
        if notice.state == "due" and notice.clock != "act":
            clock = story.case.clocks[notice.clock]
            assert clock.running
            assert (clock.version, clock.due) == (notice.version, notice.due)
        assert (notice.state == "not_sent") == bool(notice.reason)


def _wanted(events: list[e.Event]) -> list[tuple[int, str, int, str, str]]:
    wanted = []
    for seq, event in enumerate(events, 1):
        if isinstance(event, e.ClockStarted | e.ClockMoved):
            wanted += [
                (seq, event.clock, event.version, passed.rung, role.value)
                for passed in event.passed
                for role in passed.roles
            ]
        if isinstance(event, e.RungPassed):
            passed = event.passed
            wanted += [(seq, event.clock, event.version, passed.rung, role.value) for role in passed.roles]
        if isinstance(event, e.RungFell):
            wanted += [
                (seq, event.clock, event.version, event.rung, notify.role.value) for notify in event.notify
            ]
        else:
            wanted += [(seq, "act", seq, notify.template, notify.role.value) for notify in event.notify]
    return wanted


def test_a_case_keeps_the_day_it_ended_though_more_is_recorded_later(database: Database, rules: Rules):
    story = Story(database, rules).opened()
    story.take(a.Withdraw(key="withdrawn", actor="adams", reason="r-1", on=ISSUED))
    later = e.Declared(at=MORNING, on=ISSUED + timedelta(days=9), actor="adams", statement="t-1")
    story.record("later", [later])

    [row] = everything(database)["case_"]
    assert (row["ended_on"], row["seq"]) == (ISSUED, story.case.seq)


def test_lost_rows_are_made_again(database: Database, rules: Rules):
    story = Story(database, rules).opened()
    before = everything(database)
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM clock")
        session.connection().exec_driver_sql("DELETE FROM case_")

    with database.writing() as session:
        rebuild_projections(session, story.case.id)

    assert everything(database) == before


def test_nothing_is_rebuilt_from_events_that_were_tampered_with(database: Database, rules: Rules):
    story = Story(database, rules).opened()
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE event SET actor = 'somebody' WHERE seq = 2")
    before = everything(database)

    with pytest.raises(BrokenChain, match=r"Event 2 of .* changed outside"), database.writing() as session:
        rebuild_projections(session, story.case.id)

    assert everything(database) == before


def test_there_is_nothing_to_rebuild_of_a_case_that_never_was(database: Database):
    with (
        pytest.raises(LookupError, match="no events of recommendation/R-0/kent"),
        database.writing() as session,
    ):
        rebuild_projections(session, "recommendation/R-0/kent")
