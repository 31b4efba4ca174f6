"""People join, leave and hand over; each change is recorded, and operations are never left without anybody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from lifecycle.words import Refused, Role
from models.database import Database
from models.tables import Allocation, CaseRow, Conflict, InspectorCover, Person, PersonnelChange
from office import leaving, personnel
from office.access import Limits, begin, signed_in
from office.hand_over import hand_over
from office.people import NotAllowed, find_actor
from office.personnel import Change, Held
from office.reference import load_reference
from office.revoking import revoke_all, revoke_leavers
from office.tokens import Kind, make_token, token

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
OPERATIONS = Held(Role.operations, "inspectorate")
INSPECTOR = Held(Role.inspector, "inspectorate")


@pytest.fixture
def ledger(database: Database) -> Database:
    load_reference(database)
    return database


def change(by: str = "ops-1", reason: str = "agreed with HR") -> Change:
    return Change(by, reason, NOW)


def recorded(ledger: Database) -> list[tuple[str, str, str]]:
    with ledger.reading() as session:
        rows = session.exec(select(PersonnelChange).order_by(col(PersonnelChange.id)))
        return [(row.person_id, row.kind, row.by) for row in rows]


def roles(ledger: Database, person: str, day: date = TODAY) -> set[tuple[str, str]]:
    with ledger.reading() as session:
        return {(role.value, owner) for role, owner in find_actor(session, person, day).roles}


def test_somebody_joins_with_roles_and_all_of_it_is_recorded(ledger: Database):
    personnel.join(
        ledger,
        change(),
        "j-park",
        " Jo Park ",
        "jo@force.example",
        (INSPECTOR, Held(Role.liaison, "kent")),
    )

    assert roles(ledger, "j-park") == {("inspector", "inspectorate"), ("liaison", "kent")}
    assert recorded(ledger) == [
        ("j-park", "joined", "ops-1"),
        ("j-park", "role_given", "ops-1"),
        ("j-park", "role_given", "ops-1"),
    ]


@pytest.mark.parametrize(
    ("person", "name", "mailbox", "held", "said"),
    [
        ("Jo Park", "Jo", "jo@force.example", INSPECTOR, "small letters"),
        ("ops-2", "Jo", "jo@force.example", INSPECTOR, "is taken"),
        ("jo", " ", "jo@force.example", INSPECTOR, "name"),
        ("jo", "Jo", "jo at force", INSPECTOR, "mailbox"),
        ("jo", "Jo", "jo@force.example", Held(Role.inspector, "kent"), "the inspectorate"),
        ("jo", "Jo", "jo@force.example", Held(Role.liaison, "narnia"), "a body"),
        ("jo", "Jo", "jo@force.example", Held(Role.oversight, "kent"), "an oversight body"),
    ],
)
def test_what_is_wrong_about_a_joiner_is_said_and_nothing_is_kept(ledger, person, name, mailbox, held, said):
    with pytest.raises(Refused, match=said):
        personnel.join(ledger, change(), person, name, mailbox, (held,))
    assert recorded(ledger) == []


def test_roles_are_given_and_taken_by_others_than_oneself(ledger: Database):
    personnel.give_role(ledger, change(), "inspector-1", OPERATIONS)
    assert ("operations", "inspectorate") in roles(ledger, "inspector-1")
    with pytest.raises(Refused, match="already"):
        personnel.give_role(ledger, change(), "inspector-1", OPERATIONS)
    personnel.take_role(ledger, change(), "inspector-1", OPERATIONS)
    assert ("operations", "inspectorate") not in roles(ledger, "inspector-1")
    with pytest.raises(Refused, match="to themselves"):
        personnel.give_role(ledger, change(), "ops-1", INSPECTOR)
    with pytest.raises(Refused, match="Say why"):
        personnel.give_role(ledger, change(reason=" "), "ops-2", INSPECTOR)
    with pytest.raises(NotAllowed):
        personnel.give_role(ledger, change(by="lead-1"), "inspector-1", OPERATIONS)


def test_whoever_leaves_acts_until_the_day_before_and_can_stay_after_all(ledger: Database):
    last = TODAY + timedelta(days=10)
    leaving.leave(ledger, change(), "inspector-1", last)
    assert roles(ledger, "inspector-1", last - timedelta(days=1))
    with pytest.raises(NotAllowed, match="left on"):
        roles(ledger, "inspector-1", last)
    leaving.stay(ledger, change(), "inspector-1")
    assert roles(ledger, "inspector-1", last)
    with pytest.raises(Refused, match="past"):
        leaving.leave(ledger, change(), "inspector-1", TODAY - timedelta(days=1))


def let_in(ledger: Database) -> dict[str, str]:
    """Somebody who is signed in, and has a token and a calendar feed."""
    with ledger.writing() as session:
        secrets = {"session": begin(session, "inspector-1", "link", "a test", NOW, Limits())}
    for kind in Kind:
        secrets[kind.value] = make_token(ledger, "inspector-1", kind, NOW, owner="kent")
    return secrets


def opens(ledger: Database, secrets: dict[str, str], now: datetime = NOW) -> set[str]:
    found = {"session"} if signed_in(ledger, secrets["session"], now, Limits()) else set()
    return found | {kind.value for kind in Kind if token(ledger, secrets[kind.value], kind, now)}


def revoked(ledger: Database) -> list[tuple[str, dict[str, object]]]:
    with ledger.reading() as session:
        rows = session.exec(select(PersonnelChange).where(PersonnelChange.kind == "revoked"))
        return [(row.by, row.details) for row in rows]


ALL = {"sessions": 1, "api_tokens": 1, "calendar_feeds": 1}


def test_all_that_lets_somebody_in_is_revoked_when_they_leave_today(ledger: Database):
    secrets = let_in(ledger)
    assert opens(ledger, secrets) == {"session", "api", "feed"}
    leaving.leave(ledger, change(), "inspector-1", TODAY)
    assert opens(ledger, secrets) == set()
    assert revoked(ledger) == [("ops-1", ALL)]
    leaving.stay(ledger, change(), "inspector-1")
    assert opens(ledger, secrets) == set(), "who comes back signs in anew"


def test_it_is_revoked_when_they_hand_over_and_leave_in_one_act(ledger: Database):
    secrets = let_in(ledger)
    hand_over(ledger, change(), "inspector-1", "inspector-2", leaving=TODAY)
    assert opens(ledger, secrets) == set()
    assert revoked(ledger) == [("ops-1", ALL)]


def test_it_is_revoked_on_the_day_when_they_leave_later(ledger: Database):
    secrets = let_in(ledger)
    leaving.leave(ledger, change(), "inspector-1", TODAY + timedelta(days=1))
    assert revoke_leavers(ledger, NOW) == 0
    assert opens(ledger, secrets) == {"session", "api", "feed"}
    tomorrow = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
    assert revoke_leavers(ledger, tomorrow) == 1
    assert opens(ledger, secrets, tomorrow) == set()
    assert revoke_leavers(ledger, tomorrow) == 0
    assert [by for by, _ in revoked(ledger)] == ["scheduler"]


def test_it_can_be_revoked_of_somebody_who_stays(ledger: Database):
    secrets = let_in(ledger)
    said = revoke_all(ledger, change(reason="laptop lost"), "inspector-1")
    assert said == "sessions: 1, api tokens: 1, calendar feeds: 1"
    assert opens(ledger, secrets) == set()
    with pytest.raises(Refused, match="nothing to revoke"):
        revoke_all(ledger, change(), "inspector-1")
    with pytest.raises(NotAllowed):
        revoke_all(ledger, change(by="lead-1"), "inspector-1")


def test_the_last_of_operations_neither_leaves_nor_loses_the_role(ledger: Database):
    leaving.leave(ledger, change(by="ops-2"), "ops-2", TODAY + timedelta(days=30))
    with pytest.raises(Refused, match="the last of operations"):
        leaving.leave(ledger, change(), "ops-1", TODAY + timedelta(days=60))
    with pytest.raises(Refused, match="the last of operations"):
        personnel.take_role(ledger, change(), "ops-1", OPERATIONS)
    personnel.give_role(ledger, change(), "lead-1", OPERATIONS)
    leaving.leave(ledger, change(), "ops-1", TODAY + timedelta(days=60))


def put_case(ledger: Database, reference: str, body: str, person: str) -> None:
    with ledger.writing() as session:
        case = f"recommendation/{reference}/{body}"
        session.add(
            CaseRow(
                id=case,
                reference=reference,
                body_id=body,
                report_id="peel",
                recommendation_kind="recommendation",
                division="england-and-wales",
                policy="p",
                policy_hash="",
                calendar_hash="",
                stage="submitted",
                seq=1,
                head_hash="",
                issued_on=TODAY,
                opened_at=NOW,
            )
        )
        session.add(Allocation(case_id=case, person_id=person, by="lead-1", since=NOW))


def test_one_act_hands_over_cases_cover_and_roles_and_keeps_what_may_not_go(ledger: Database):
    for reference, body in (("r-1", "kent"), ("r-2", "essex")):
        put_case(ledger, reference, body, "lead-1")
    with ledger.writing() as session:
        session.add(Conflict(person_id="inspector-2", body_id="essex", reason="x", since=TODAY, by="lead-2"))
        session.add(
            InspectorCover(
                person_id="inspector-1",
                cover_id="lead-1",
                since=TODAY - timedelta(days=3),
                until=TODAY + timedelta(days=3),
                by="lead-1",
                made_at=NOW,
            )
        )

    done = hand_over(ledger, change(), "lead-1", "inspector-2", leaving=TODAY + timedelta(days=5))

    assert (done.cases, done.roles, done.kept) == (1, 1, ("recommendation/r-2/essex",))
    assert ("lead_inspector", "inspectorate") in roles(ledger, "inspector-2")
    with ledger.reading() as session:
        open_ = session.exec(select(Allocation).where(col(Allocation.until).is_(None))).all()
        assert {(one.case_id, one.person_id) for one in open_} == {
            ("recommendation/r-1/kent", "inspector-2"),
            ("recommendation/r-2/essex", "lead-1"),
        }
        covers = session.exec(select(InspectorCover).order_by(col(InspectorCover.id))).all()
        assert [(one.cover_id, one.since, one.until) for one in covers] == [
            ("lead-1", TODAY - timedelta(days=3), TODAY),
            ("inspector-2", TODAY, TODAY + timedelta(days=3)),
        ]
        assert session.get_one(Person, "lead-1").until == TODAY + timedelta(days=5)
    assert [kind for _, kind, _ in recorded(ledger)] == ["role_given", "handed_over", "leaves"]


@pytest.mark.parametrize(
    ("by", "leaver", "successor", "said"),
    [
        ("ops-1", "lead-1", "lead-1", "somebody else"),
        ("ops-1", "lead-1", "ops-1", "by their own act"),
        ("ops-1", "lead-1", "nobody", "Nobody is registered"),
    ],
)
def test_a_hand_over_that_makes_no_sense_changes_nothing(ledger, by, leaver, successor, said):
    with pytest.raises(Refused, match=said):
        hand_over(ledger, change(by=by), leaver, successor)
    assert recorded(ledger) == []
