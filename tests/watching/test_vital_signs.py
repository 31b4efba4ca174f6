"""What is told to whoever watches: right figures, from a number of questions that does not grow."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import update

from activities.ledger.heartbeat import SOON, beat
from activities.ledger.repairs import open_repair
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold_all
from models.database import Database
from models.tables import CaseRow, Heartbeat, Notice, NoticeState
from office.next_instants import note_next_instants
from office.vital_signs import Watched, vital_signs
from tests.ledger.story import Story
from watching.scrape import scraped

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def case(number: int, **changes: object) -> CaseRow:
    plain = {
        "id": f"recommendation/r-1/body-{number}",
        "reference": "r-1",
        "body_id": f"body-{number}",
        "report_id": "report",
        "recommendation_kind": "recommendation",
        "division": "england-and-wales",
        "policy": "p",
        "policy_hash": "h",
        "calendar_hash": "h",
        "stage": "requested",
        "seq": 1,
        "head_hash": "h",
        "issued_on": date(2026, 1, 5),
        "opened_at": NOW,
    }
    return CaseRow.model_validate(plain | changes)


def notice(number: int, state: NoticeState, minutes: int, **changes: object) -> Notice:
    at = NOW - timedelta(minutes=minutes)
    plain = {
        "case_id": f"recommendation/r-1/body-{number}",
        "clock": "submission",
        "version": 1,
        "rung": "due",
        "role": "liaison",
        "template": "t",
        "cause_seq": 1,
        "fell_at": at,
        "not_before": at,
        "state": state.value,
    }
    return Notice.model_validate(plain | changes)


def fill(database: Database, cases: int = 4) -> None:
    minute = timedelta(minutes=1)
    with database.writing() as session:
        for number in range(1000, 1000 + cases):
            session.add(case(number, next_at=NOW + minute))
        session.add(case(100, next_at=NOW - 7 * minute, next_due=date(2026, 11, 23), stage="submitted"))
        session.add(case(101, next_at=NOW - 3 * minute))
        session.add(case(102, ended_on=date(2026, 2, 1), stage="closed", next_due=date(2026, 1, 1)))
        session.add(notice(1, NoticeState.due, 5))
        session.add(notice(2, NoticeState.due, 60, held=True))
        session.add(notice(3, NoticeState.claimed, 2))
        session.add(notice(4, NoticeState.due, -60))
        session.add(notice(5, NoticeState.sent, 500))
        session.add(notice(6, NoticeState.unknown, 400))
        for kind, subject in (("no_workflow", "a"), ("no_workflow", "b"), ("stray_workflow", "c")):
            open_repair(session, f"{kind}/{subject}", subject, kind, "cause", "remedy")
        session.add(
            Heartbeat(job="dispatch", started_at=NOW - minute, finished_at=NOW - minute, outcome="ok")
        )
        session.add(Heartbeat(job="scan", started_at=NOW - 90 * minute, outcome="failed: OSError: disk"))


def test_the_figures_are_those_of_the_ledger(database: Database):
    fill(database)
    signs = vital_signs(database, NOW)
    assert signs.cases == {"requested": 5, "submitted": 1}
    assert signs.overdue == 1
    assert (signs.deadlines_unfired, signs.oldest_deadline) == (2, timedelta(minutes=7))
    assert signs.notices == {"due": 3, "claimed": 1, "sent": 1, "refused": 0, "unknown": 1, "not_sent": 0}
    assert (signs.outbox_age, signs.held) == (timedelta(minutes=5), 1)
    assert signs.repairs == {"no_workflow": 2, "stray_workflow": 1}
    assert (signs.jobs["dispatch"].age, signs.jobs["dispatch"].failed) == (timedelta(minutes=1), False)
    assert (signs.jobs["scan"].age > signs.jobs["scan"].allowed, signs.jobs["scan"].failed) == (True, True)
    assert (signs.armed, signs.mute) == (False, False)


def test_nothing_waits_in_an_empty_ledger(database: Database):
    signs = vital_signs(database, NOW)
    assert signs.oldest_deadline == signs.outbox_age == timedelta(0)


def test_the_questions_are_few_however_much_there_is_and_however_often_it_is_asked(database: Database):
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    vital_signs(database, NOW)
    few = len(asked)
    fill(database, cases=300)
    asked.clear()
    watched = Watched(database, clock=lambda: NOW)
    first = watched.now()
    assert len(asked) == few <= 12
    with database.writing() as session:
        session.add(notice(7, NoticeState.unknown, 1))
    asked.clear()
    assert watched.now() is first
    assert asked == []
    assert Watched(database, clock=lambda: NOW).now().notices["unknown"] == 2


def test_a_ledger_that_cannot_be_read_is_said_and_nothing_is_made_up(database: Database, monkeypatch):
    fill(database)

    def broken(*_: object) -> None:
        raise OperationalError("SELECT", {}, OSError("gone"))

    monkeypatch.setattr("office.vital_signs.vital_signs", broken)
    said = scraped(Watched(database)).decode()
    assert [line for line in said.splitlines() if not line.startswith("#")] == ["followthrough_ledger_up 0.0"]


def test_a_job_that_beats_is_seen(database: Database):
    with beat(database, "dispatch") as heart:
        heart.outcome = "2 sent"
    sign = vital_signs(database, datetime.now(UTC)).jobs["dispatch"]
    assert sign.allowed == SOON
    assert not sign.failed


def row_of(database: Database, stream: str) -> CaseRow:
    with database.reading() as session:
        return session.get_one(CaseRow, stream)


def test_a_case_that_sleeps_through_its_deadline_is_seen_until_it_wakes(database: Database, rules):
    story = Story(database, rules).opened()
    story.wait(30)
    row = row_of(database, story.case.id)
    assert row.next_at == next_instant(story.case, rules)
    assert vital_signs(database, story.now).deadlines_unfired == 0
    assert row.next_at is not None
    late = row.next_at + timedelta(hours=2)
    assert vital_signs(database, late).oldest_deadline == timedelta(hours=2)
    story.wait((late - story.now).days + 1)
    assert vital_signs(database, late).deadlines_unfired == 0


def test_rows_of_before_get_their_next_instant_once(database: Database, rules):
    story = Story(database, rules).opened()
    expected = row_of(database, story.case.id).next_at
    with database.writing() as session:
        session.exec(update(CaseRow).values(next_at=None))
    assert note_next_instants(database) == 1
    assert (
        row_of(database, story.case.id).next_at
        == expected
        == next_instant(fold_all(Case(id=story.case.id), story.events), rules)
    )
    assert note_next_instants(database) == 0


@pytest.mark.parametrize("kind", ["parked", "recovery", "broken_chain"])
def test_a_kind_of_repair_that_never_was_is_told_as_none(database: Database, kind):
    assert f'followthrough_repairs_open{{kind="{kind}"}} 0.0' in scraped(Watched(database)).decode()
