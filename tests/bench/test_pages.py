"""The benchmark of pages at a small size: a page asks the ledger as often for many cases as for few."""

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from activities.ledger.chain import first_break
from benchmarks.many_cases import fill
from benchmarks.pages import alone, driving
from config.policy_files import fill_shelf
from lifecycle.dates import local_date
from models.database import Database
from models.schema import upgrade
from models.tables import CaseRow, EventRow

pytestmark = [pytest.mark.server]


async def statements(url: str, cases: int) -> dict[str, set[int]]:
    async with driving(url, cases) as (driver, paths, _):
        await driver.one_by_one([one for one in alone(paths) if "page=" not in one.path])
    return {name: taken.queries for name, taken in driver.alone.items()}


async def test_statements_are_as_many_at_any_size(tmp_path):
    few = await statements(f"sqlite:///{tmp_path}/few.db", 440)
    many = await statements(f"sqlite:///{tmp_path}/many.db", 1500)
    ours = [name for name in few if not name.startswith("/ops")]
    assert len(ours) > 12
    assert {name: few[name] for name in ours} == {name: many[name] for name in ours}
    assert all(len(many[name]) == 1 for name in ours)


def test_the_cases_are_whole(tmp_path):
    """Their chains hold, and they are as many as were asked for."""
    fill_shelf()
    database = Database(f"sqlite:///{tmp_path}/ledger.db")
    upgrade(database)
    fill(database, 100, local_date(datetime.now(UTC)))
    with database.reading() as session:
        rows = session.exec(select(CaseRow)).all()
        assert len(rows) == 100
        for row in rows:
            events = session.exec(
                select(EventRow).where(EventRow.stream == row.id).order_by(col(EventRow.seq))
            ).all()
            assert first_break(events, row.head_hash) is None
    database.close()
