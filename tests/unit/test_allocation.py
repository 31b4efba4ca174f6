"""Allocation, leave cover and conflicts of interest: who may, what is refused, what is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from lifecycle.words import Refused
from models.database import Database
from models.tables import Allocation, Body, CaseRow, Person, PersonRole
from office import allocation, conflicts, cover
from office.people import NotAllowed

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
TODAY = NOW.date()
PEOPLE = {
    "brown": "inspector",
    "green": "inspector",
    "white": "lead_inspector",
    "black": "lead_inspector",
    "liaison": "liaison",
}


@pytest.fixture
def ledger(database: Database) -> Database:
    with database.writing() as session:
        for person, role in PEOPLE.items():
            owner = "kent" if role == "liaison" else "inspectorate"
            session.add(Person(id=person, name=person.title(), mailbox=f"{person}@inspectorate.example"))
            session.flush()
            session.add(PersonRole(person_id=person, role=role, owner=owner))
        for body in ("kent", "essex"):
            session.add(Body(id=body, name=body.title(), kind="force", division="england-and-wales"))
            session.flush()
            session.add(case(body))
        session.add(case("essex", "R-2", ended_on=TODAY, stage="closed"))
    return database


def case(body: str, reference: str = "R-1", **more: object) -> CaseRow:
    plain: dict[str, object] = {
        "id": f"recommendation/{reference}/{body}",
        "reference": reference,
        "body_id": body,
        "report_id": "peel",
        "recommendation_kind": "recommendation",
        "division": "england-and-wales",
        "policy": "national-recommendation",
        "policy_hash": "0" * 64,
        "calendar_hash": "0" * 64,
        "stage": "submitted",
        "seq": 1,
        "head_hash": "0" * 64,
        "issued_on": TODAY,
        "opened_at": NOW,
    }
    return CaseRow.model_validate(plain | more)


KENT, ESSEX, ENDED = "recommendation/R-1/kent", "recommendation/R-1/essex", "recommendation/R-2/essex"


def holder(ledger: Database, case_id: str) -> str | None:
    held = allocation.history(ledger, case_id)
    return held[0].person if held and held[0].until is None else None


def give(ledger, actor, person, *cases, reason="", now=NOW):
    return allocation.allocate(ledger, actor, cases or (KENT,), person, reason, now)


def test_a_lead_allocates_and_reallocates_and_every_stretch_is_kept(ledger):
    give(ledger, "white", "brown", reason="knows the force")
    give(ledger, "black", "green", reason="brown moves", now=NOW + timedelta(days=2))

    now, before = allocation.history(ledger, KENT)
    assert (now.person, now.by, now.reason, now.until) == ("green", "black", "brown moves", None)
    assert (before.person, before.by, before.reason) == ("brown", "white", "knows the force")
    assert (before.since, before.until) == (NOW, NOW + timedelta(days=2))


def test_a_batch_is_judged_case_by_case(ledger):
    conflicts.declare(ledger, "brown", "brown", "essex", "My sister works there.", NOW)

    outcomes = give(ledger, "white", "brown", KENT, ESSEX, ENDED, "recommendation/R-9/kent")

    assert [outcome.said for outcome in outcomes] == ["given to brown", "", "", ""]
    assert "conflict of interest with essex" in outcomes[1].refused
    assert "has ended" in outcomes[2].refused
    assert "no case" in outcomes[3].refused
    assert (holder(ledger, KENT), holder(ledger, ESSEX)) == ("brown", None)


def test_an_inspector_takes_what_nobody_has_and_gives_it_back(ledger):
    give(ledger, "brown", "brown")
    assert holder(ledger, KENT) == "brown"
    assert "brown has it" in give(ledger, "green", "green")[0].refused
    assert "brown has it" in give(ledger, "green", None)[0].refused
    give(ledger, "brown", None)
    assert holder(ledger, KENT) is None


def test_only_leads_and_operations_give_cases_to_others(ledger):
    for actor, person in (
        ("brown", "green"),
        ("liaison", "brown"),
        ("liaison", "liaison"),
        ("liaison", None),
    ):
        with pytest.raises(NotAllowed):
            give(ledger, actor, person)
    with pytest.raises(Refused, match="liaison is no inspector"):
        give(ledger, "white", "liaison")
    with pytest.raises(Refused, match="500 characters"):
        give(ledger, "white", "brown", reason="x" * 501)
    with ledger.reading() as session:
        assert session.exec(select(Allocation)).all() == []


def test_a_conflict_takes_the_bodys_cases_away(ledger):
    give(ledger, "white", "brown", KENT, ESSEX)
    conflicts.declare(ledger, "white", "brown", "kent", "Served there until 2025.", NOW)
    assert (holder(ledger, KENT), holder(ledger, ESSEX)) == (None, "brown")
    assert [(one.person, one.body, one.reason) for one in conflicts.conflicts(ledger, TODAY)] == [
        ("brown", "Kent", "Served there until 2025.")
    ]


def test_nobody_ends_a_conflict_of_their_own_and_another_lead_does(ledger):
    conflicts.declare(ledger, "white", "white", "kent", "Family", NOW)
    [conflict] = conflicts.conflicts(ledger, TODAY)
    with pytest.raises(NotAllowed):
        conflicts.end(ledger, "brown", conflict.id, TODAY)
    with pytest.raises(Refused, match="of their own"):
        conflicts.end(ledger, "white", conflict.id, TODAY)
    conflicts.end(ledger, "black", conflict.id, TODAY)
    assert "conflict" in give(ledger, "black", "white")[0].refused
    assert give(ledger, "black", "white", now=NOW + timedelta(days=1))[0].said == "given to white"


@pytest.mark.parametrize(
    ("actor", "person", "body", "reason", "said"),
    [
        ("brown", "green", "kent", "Family", "may not allocate"),
        ("white", "liaison", "kent", "Family", "no inspector"),
        ("white", "brown", "atlantis", "Family", "No body 'atlantis'"),
        ("white", "brown", "kent", " ", "Say what the conflict is"),
    ],
)
def test_a_conflict_that_cannot_be_recorded(ledger, actor, person, body, reason, said):
    with pytest.raises((Refused, NotAllowed), match=said):
        conflicts.declare(ledger, actor, person, body, reason, NOW)
    assert conflicts.conflicts(ledger, TODAY) == []


def leave(ledger, actor="brown", person="brown", by="green", since=TODAY, last=TODAY + timedelta(days=6)):
    cover.arrange(ledger, actor, person, by, since, last, NOW)


def test_leave_is_covered_from_its_first_to_its_last_day(ledger):
    leave(ledger)
    [line] = cover.covers(ledger, TODAY)
    assert (line.name, line.cover, line.last) == ("Brown", "green", TODAY + timedelta(days=6))
    with ledger.reading() as session:
        assert cover.covered_by(session, "green", line.last) == ["brown"]
        assert cover.covered_by(session, "green", line.last + timedelta(days=1)) == []
    cover.end(ledger, "white", line.id, NOW)
    assert cover.covers(ledger, TODAY) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"actor": "green"}, "may not allocate"),
        ({"by": "brown"}, "for themselves"),
        ({"by": "liaison"}, "no inspector"),
        ({"last": TODAY - timedelta(days=1), "since": TODAY - timedelta(days=3)}, "over already"),
        ({"last": TODAY - timedelta(days=1)}, "before the first"),
        ({"last": date(2028, 1, 1)}, "handover"),
    ],
)
def test_leave_that_cannot_be_arranged(ledger, change, said):
    with pytest.raises((Refused, NotAllowed), match=said):
        leave(ledger, **change)
    assert cover.covers(ledger, TODAY) == []


def test_nobody_is_away_twice_at_once(ledger):
    leave(ledger)
    with pytest.raises(Refused, match="away already"):
        leave(ledger, actor="white", by="black", since=TODAY + timedelta(days=6))
