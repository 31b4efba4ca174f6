"""Ledgers of every released version are brought to this one with nothing lost, and go on from there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlmodel import col
from sqlmodel import select as choose

import models.migrations.versions as migrations
from activities.ledger.chain import first_break, to_event
from activities.ledger.rebuild import rebuild_projections
from activities.mail.arming import is_armed
from lifecycle import acts as a
from lifecycle.case import Case, fold_all
from lifecycle.policy import Policy
from lifecycle.rules import rules_for
from models import schema
from models.database import Database
from models.installation import establish
from models.schema import SchemaState
from models.tables import CaseRow, ClockRow, EventRow, NoticeState
from office.next_instants import note_next_instants
from tests.backup.released import kept, lay_down, revisions, tables_of, typed
from tests.ledger.story import Story, notices_of

NOW = datetime(2017, 1, 3, 10, 0, tzinfo=UTC)
UNRELEASED = {"0003", "0004", "0005", "0006", "0007", "0008"}
"""Take a schema out of here when it is released, and keep a ledger of it (tests/backup/released.py)."""


@pytest.fixture(params=revisions())
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def old(empty_database: Database, revision: str) -> Database:
    """What the released version left."""
    lay_down(empty_database, revision)
    return empty_database


def plain(value: object) -> object:
    """As SQLite and PostgreSQL both give it back."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def found(connection: Connection, revision: str) -> dict[str, list[dict[str, object]]]:
    """The kept rows' columns, as the database holds them now."""
    rows = kept(revision)
    answer = {}
    for table in tables_of(connection):
        if given := rows.get(table.name):
            columns = [table.c[name] for name in given[0]]
            now = connection.execute(select(*columns)).mappings()
            answer[table.name] = [{key: plain(value) for key, value in row.items()} for row in now]
    return answer


def test_every_released_schema_has_a_kept_ledger_with_rows_in_every_table():
    made = {path.name[:4] for path in Path(migrations.__file__).parent.glob("[0-9]*.py")}

    assert set(revisions()) == made - UNRELEASED
    for revision in revisions():
        assert all(kept(revision).values()), revision


def test_every_row_is_there_as_it_was(old: Database, revision: str):
    assert schema.check(old) is SchemaState.older

    schema.upgrade(old)

    assert schema.check(old) is SchemaState.current
    with old.reading() as session:
        connection = session.connection()
        now = found(connection, revision)
        tables = {table.name: table for table in tables_of(connection)}
    for name, rows in kept(revision).items():
        before = [{key: plain(value) for key, value in typed(tables[name], row).items()} for row in rows]
        assert sorted(map(str, now[name])) == sorted(map(str, before)), name


def test_the_chains_hold_and_the_projections_are_what_the_events_give(
    old: Database, policies: dict[str, Policy]
):
    schema.upgrade(old)
    note_next_instants(old)

    with old.writing() as session:
        cases = {row.id: row.model_dump() for row in session.exec(choose(CaseRow))}
        clocks = sorted(str(row.model_dump()) for row in session.exec(choose(ClockRow)))
        for case, row in cases.items():
            events = session.exec(choose(EventRow).where(EventRow.stream == case).order_by(col(EventRow.seq)))
            assert first_break(events, row["head_hash"]) is None
            rebuild_projections(session, case)
        session.flush()
        session.expire_all()
        assert {row.id: row.model_dump() for row in session.exec(choose(CaseRow))} == cases
        assert sorted(str(row.model_dump()) for row in session.exec(choose(ClockRow))) == clocks


def test_a_case_goes_on_where_it_was(old: Database, policies: dict[str, Policy]):
    schema.upgrade(old)
    with old.reading() as session:
        late = session.exec(choose(CaseRow).where(CaseRow.reference == "R-2016-6086")).one()
        rows = session.exec(choose(EventRow).where(EventRow.stream == late.id).order_by(col(EventRow.seq)))
        case = fold_all(Case(id=late.id), [to_event(row) for row in rows])
    story = Story(old, rules_for(case.policy_hash, case.calendar_hash, case.division), late.id)
    story.case, story.now = case, NOW
    waiting = [one for one in notices_of(old, late.id) if one.state == NoticeState.due]

    story.take(a.RecordSubmission(key="plan-2", actor="operations", submission="plan-1"))

    after = {one.id: one for one in notices_of(old, late.id)}
    assert waiting
    assert {after[one.id].state for one in waiting} == {NoticeState.not_sent}
    assert any(one.template == "receipt" and one.state == NoticeState.due for one in after.values())


def test_it_stays_the_same_installation_and_armed(old: Database, revision: str):
    [before] = kept(revision)["installation"]
    schema.upgrade(old)

    installation = establish(old)

    assert (installation.id, installation.copy_of) == (before["id"], "")
    assert is_armed(old)
