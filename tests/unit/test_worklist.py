"""The work list: whose work is shown to whom, and a fixed number of queries at any size."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from lifecycle.words import Role
from models.database import Database
from models.tables import Allocation, ClockRow, Conflict, InspectorCover
from office.moderation import compared
from office.people import Actor
from office.worklist import Task, Wanted, Whose, work
from tests.unit.test_allocation import NOW, TODAY, case, ledger  # noqa: F401 - a fixture

BROWN = Actor("brown", frozenset({(Role.inspector, "inspectorate")}))
WHITE = Actor("white", frozenset({(Role.lead_inspector, "inspectorate")}))


def duty(of: str, kind: str, days: int) -> ClockRow:
    return ClockRow(
        case_id=of, id=kind, kind=kind, started=TODAY, due=TODAY + timedelta(days=days), state="running"
    )


@pytest.fixture
def busy(ledger: Database) -> Database:  # noqa: F811
    """Kent waits for an assessment, late; Essex for authorisation; others for inspections near and far."""
    with ledger.writing() as session:
        for reference, kind, days in (("R-3", "inspection", 20), ("R-4", "inspection", 300)):
            session.add(case("essex", reference, stage="published"))
            session.flush()
            session.add(duty(f"recommendation/{reference}/essex", kind, days))
        session.add(duty("recommendation/R-1/kent", "assessment", -3))
        session.add(duty("recommendation/R-1/essex", "authorisation", 2))
        session.add(case("kent", "R-5", stage="authorised"))
    return ledger


def seen(ledger: Database, actor: Actor, **wanted: object) -> list[tuple[str, str, int]]:  # noqa: F811
    found = work(ledger, actor, Wanted(**wanted), TODAY)  # type: ignore[arg-type]
    return [
        (line.task.value, line.case.removeprefix("recommendation/"), line.days_late) for line in found.lines
    ]


def test_an_inspector_sees_what_is_to_be_done_next_the_most_urgent_first(busy):
    assert seen(busy, BROWN) == [("assess", "R-1/kent", 3), ("inspection", "R-3/essex", 0)]
    assert seen(busy, BROWN, task=Task.inspection)[-1] == ("inspection", "R-4/essex", 0)


def test_a_lead_also_sees_what_waits_for_leads(busy):
    assert [(task, of) for task, of, _ in seen(busy, WHITE)] == [
        ("assess", "R-1/kent"),
        ("authorise", "R-1/essex"),
        ("inspection", "R-3/essex"),
        ("letter", "R-5/kent"),
    ]


def test_what_another_has_is_not_mine_until_i_cover(busy):
    with busy.writing() as session:
        session.add(Allocation(case_id="recommendation/R-1/kent", person_id="green", by="white", since=NOW))
    assert seen(busy, BROWN) == [("inspection", "R-3/essex", 0)]
    assert seen(busy, BROWN, whose="green") == [("assess", "R-1/kent", 3)]
    assert seen(busy, BROWN, whose=Whose.nobody.value) == [("inspection", "R-3/essex", 0)]
    with busy.writing() as session:
        session.add(
            InspectorCover(
                person_id="green", cover_id="brown", since=TODAY, until=TODAY + timedelta(days=1),
                by="white", made_at=NOW,
            )
        )  # fmt: skip
    assert ("assess", "R-1/kent", 3) in seen(busy, BROWN)
    assert seen(busy, BROWN, whose=Whose.own.value) == []


def test_a_body_that_i_have_a_conflict_with_is_not_among_mine(busy):
    with busy.writing() as session:
        session.add(Conflict(person_id="brown", body_id="kent", reason="x", since=TODAY, by="white"))
    assert seen(busy, BROWN) == [("inspection", "R-3/essex", 0)]


def test_filters_narrow_and_counts_say_what_there_is(busy):
    assert seen(busy, WHITE, late=True) == [("assess", "R-1/kent", 3)]
    assert seen(busy, WHITE, body="essex", whose=Whose.all.value, reference="R-1") == [
        ("authorise", "R-1/essex", 0)
    ]
    found = work(busy, WHITE, Wanted(task=Task.assess), TODAY)
    assert (found.counts[Task.authorise], found.late, found.total) == (1, 1, 4)


def test_the_list_takes_the_same_queries_at_any_size(busy):
    asked: list[str] = []
    event.listen(busy.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count() -> int:
        asked.clear()
        work(busy, WHITE, Wanted(whose=Whose.all.value), TODAY)
        compared(busy, 1)
        return len(asked)

    before = count()
    with busy.writing() as session:
        for number in range(120):
            session.add(case("kent", f"X-{number}"))
            session.flush()
            session.add(duty(f"recommendation/X-{number}/kent", "assessment", number))
    assert count() == before
    found = work(busy, WHITE, Wanted(whose=Whose.all.value, page=2), TODAY)
    assert (len(found.lines), found.pages) == (50, 3)
