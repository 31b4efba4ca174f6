"""The hash chain: no edit of the ledger can hide, and the host's clock is not part of it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from activities.ledger.chain import FIRST, digest, first_break, to_rows
from lifecycle.opening import open_case
from lifecycle.rules import Rules
from models.database import Database
from models.tables import EventRow
from tests.ledger.story import MORNING, Story, events_of, opening

CHAINED = sorted(set(EventRow.model_fields) - {"recorded_at"})
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "seq": st.integers(0, 2**31 - 1),
    "at": st.datetimes(timezones=st.just(UTC)),
    "on": st.dates(),
    "act_key": st.none() | WORDS,
    "details": st.dictionaries(WORDS, JSON, max_size=4),
}


def _rows(rules: Rules) -> list[EventRow]:
    events = open_case(opening(rules, "recommendation/R-1/kent"), MORNING, rules)
    values = to_rows("recommendation/R-1/kent", 0, FIRST, "opening", events * 2, MORNING)
    return [EventRow.model_validate(row) for row in values]


def test_a_chain_left_alone_is_whole(rules: Rules):
    rows = _rows(rules)

    assert len(rows) >= 6
    assert first_break(rows) is None
    assert first_break(rows, head=rows[-1].hash) is None
    assert first_break([]) is None
    assert rows[0].previous_hash == FIRST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(data=st.data(), column=st.sampled_from(CHAINED))
def test_an_edit_of_any_column_of_any_row_is_found(rules: Rules, data: st.DataObject, column: str):
    rows = _rows(rules)
    at = data.draw(st.integers(0, len(rows) - 1))
    value = data.draw(VALUES.get(column, WORDS))
    assume(value != getattr(rows[at], column))

    setattr(rows[at], column, value)

    assert first_break(rows) == at + 1


@given(seconds=st.integers(1))
def test_the_hosts_clock_is_no_part_of_it(rules: Rules, seconds: int):
    rows = _rows(rules)
    for row in rows:
        row.recorded_at = MORNING + timedelta(seconds=seconds % 10**9)

    assert first_break(rows) is None


@given(data=st.data())
def test_a_row_taken_out_or_put_elsewhere_is_found(rules: Rules, data: st.DataObject):
    rows = _rows(rules)
    head = rows[-1].hash
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows.pop(at)

    assert first_break(rows, head) == at + 1

    elsewhere = data.draw(st.integers(0, len(rows)))
    assume(elsewhere != at)
    rows.insert(elsewhere, row)
    assert first_break(rows, head) == min(at, elsewhere) + 1


def test_only_the_head_shows_that_the_last_rows_are_gone(rules: Rules):
    rows = _rows(rules)
    head = rows[-1].hash

    assert first_break(rows[:-1]) is None
    assert first_break(rows[:-1], head) == len(rows)
    assert first_break([], head) == 1


def test_the_same_instant_in_another_zone_is_the_same_event():
    row = {
        "stream": "s",
        "seq": 1,
        "kind": "issued",
        "at": datetime(2017, 6, 8, 9, 0, tzinfo=UTC),
        "on": date(2017, 6, 8),
        "actor": "operations",
        "act_key": None,
        "details": {},
        "previous_hash": FIRST,
    }
    summer_time = timezone(timedelta(hours=1))

    assert digest(row) == digest(row | {"at": datetime(2017, 6, 8, 10, 0, tzinfo=summer_time)})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'withdrawn'"),
        ("at", "'2017-01-01 00:00:00+00:00'"),
        ('"on"', "'2017-01-01'"),
        ("actor", "'brown'"),
        ("act_key", "'another'"),
        ("details", """'{"reference": "R-1"}'"""),
        ("previous_hash", "hash"),
        ("hash", "previous_hash"),
        ("seq", "9"),
    ],
)
def test_an_edit_in_the_database_is_found(database: Database, rules: Rules, column: str, value: str):
    story = Story(database, rules).opened()
    assert first_break(events_of(database, story.case.id)) is None

    with database.writing() as session:
        session.connection().execute(text(f"UPDATE event SET {column} = {value} WHERE seq = 2"))

    assert first_break(events_of(database, story.case.id)) == 2


def test_two_ledgers_of_the_same_events_have_the_same_hashes(databases, rules: Rules):
    one, two = (Story(databases.new(), rules).opened() for _ in range(2))

    ours, theirs = (events_of(story.database, story.case.id) for story in (one, two))

    assert [row.hash for row in ours] == [row.hash for row in theirs]
    assert [row.recorded_at for row in ours] != [row.recorded_at for row in theirs]
