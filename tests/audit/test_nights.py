"""The night's audit: what it looks at, that one of several runs it, and that a failed one comes round again."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, update

from activities.ledger.heartbeat import beat, is_late, take_turn
from activities.ledger.repairs import outstanding
from audit.rows import ROUNDS, since, tonight
from lifecycle import acts as a
from lifecycle.rules import Rules
from models.database import Database
from models.tables import CaseRow, EventRow, Heartbeat, Notice
from office.auditing import audit_tonight
from scheduler import last_night
from tests.ledger.story import Story, at_once

NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)


def ended(database: Database, rules: Rules, name: str) -> str:
    story = Story(database, rules, f"recommendation/R-1/{name}").opened()
    story.take(a.Withdraw(key=f"withdraw-{name}", actor="brown", reason="r-1"))
    with database.writing() as session:
        session.exec(update(Notice).where(col(Notice.state) == "due").values(state="sent"))
    return story.case.id


def test_a_night_takes_what_is_open_what_changed_and_a_share_of_the_rest(
    database: Database, rules: Rules
) -> None:
    now = datetime.now(UTC)
    old = [ended(database, rules, f"old-{n}") for n in range(30)]
    with database.writing() as session:
        session.exec(update(EventRow).values(recorded_at=now - timedelta(days=40)))
    kept = Story(database, rules, "recommendation/R-1/open").opened().case.id
    with database.writing() as session:
        session.exec(
            update(EventRow).where(col(EventRow.stream) == kept).values(recorded_at=now - timedelta(days=40))
        )
    new = ended(database, rules, "new")
    with database.reading() as session:
        nights = [tonight(session, now.date() + timedelta(days=n), since(now)) for n in range(ROUNDS)]
    assert all({kept, new} <= set(night) for night in nights)
    assert sorted(one for night in nights for one in night if one in old) == sorted(old)
    assert max(len(night) for night in nights) < len(old) / 2


def test_a_night_opens_repairs_and_closes_what_is_so_again(database: Database, rules: Rules) -> None:
    case = ended(database, rules, "kent")
    for stage, kinds in (("published", ["wrong_rows"]), ("withdrawn", [])):
        with database.writing() as session:
            session.get_one(CaseRow, case).stage = stage
        names, found = audit_tonight(database, datetime.now(UTC))
        assert (names, [one.kind for one in found]) == ([case], kinds)
        with database.reading() as session:
            assert [one.kind for one in outstanding(session)] == kinds


def test_of_several_processes_one_takes_the_night(database: Database) -> None:
    take = partial(take_turn, database, "audit", last_night(NOW), NOW)
    assert sorted(at_once([take] * 4)) == [False, False, False, True]
    assert not take_turn(database, "audit", last_night(NOW), NOW + timedelta(minutes=30))
    assert take_turn(database, "audit", last_night(NOW), NOW + timedelta(minutes=90)), (
        "it was lost on its way"
    )


def test_a_night_that_came_to_its_end_is_over_and_one_that_failed_is_not(database: Database) -> None:
    now = datetime.now(UTC)
    night, later = now - timedelta(hours=1), now + timedelta(hours=2)
    with pytest.raises(OSError, match="disk"), beat(database, "audit"):
        raise OSError("disk")
    assert take_turn(database, "audit", night, later)
    with beat(database, "audit"):
        pass
    assert not take_turn(database, "audit", night, later)
    assert take_turn(database, "audit", later, later)


def test_the_night_falls_due_at_two_in_london_in_summer_too() -> None:
    assert last_night(datetime(2026, 12, 4, 1, 59, tzinfo=UTC)) == datetime(2026, 12, 3, 2, tzinfo=UTC)
    assert last_night(datetime(2026, 12, 4, 2, tzinfo=UTC)) == datetime(2026, 12, 4, 2, tzinfo=UTC)
    assert last_night(datetime(2026, 7, 4, 1, tzinfo=UTC)) == datetime(2026, 7, 4, 1, tzinfo=UTC)


def test_the_audit_is_late_after_a_day_and_others_after_minutes() -> None:
    hour = timedelta(hours=1)
    for job, age, late in (("audit", 25 * hour, False), ("audit", 27 * hour, True), ("dispatch", hour, True)):
        assert is_late(Heartbeat(job=job, started_at=NOW - age, finished_at=NOW - age), NOW) is late
