"""Mail held back by report and by body, with a reason, until somebody lets it go."""

from datetime import UTC, datetime

import pytest

from lifecycle.words import Refused
from models.database import Database
from models.tables import Report
from office.holds import hold_all, holds, lift
from office.people import NotAllowed
from office.post import resume_sending, stop_sending
from office.reference import load_reference

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def ledger(database: Database) -> Database:
    load_reference(database)
    with database.writing() as session:
        session.add(Report(id="peel", title="PEEL", published_on=NOW.date()))
    return database


def in_force(ledger: Database) -> list[tuple[str, str]]:
    with ledger.reading() as session:
        return [(hold.what, hold.reason) for hold in holds(session, datetime.now(UTC))]


def test_a_hold_is_in_force_until_it_is_lifted(ledger: Database):
    of_report = hold_all(ledger, "ops-1", "letter is wrong", NOW, report="peel")
    hold_all(ledger, "ops-2", "new chief officer", NOW, body="kent")
    stop_sending(ledger, "ops-1", "relay moves tonight")

    assert sorted(in_force(ledger)) == [
        ("All about kent", "new chief officer"),
        ("All about peel", "letter is wrong"),
        ("All sending", "relay moves tonight"),
    ]
    lift(ledger, "ops-2", of_report.id, NOW)
    assert resume_sending(ledger, "ops-1") == 1
    assert in_force(ledger) == [("All about kent", "new chief officer")]
    with pytest.raises(Refused, match="not in force any more"):
        lift(ledger, "ops-2", of_report.id, NOW)


@pytest.mark.parametrize(
    ("scope", "reason", "said"),
    [
        ({}, "why", "one report, or one body"),
        ({"report": "peel", "body": "kent"}, "why", "one report, or one body"),
        ({"report": "other"}, "why", "no report 'other'"),
        ({"body": "narnia"}, "why", "no body 'narnia'"),
        ({"case": "recommendation/r-1/kent"}, "why", "no case"),
        ({"body": "kent"}, "  ", "Say why"),
    ],
)
def test_a_vague_hold_is_refused_and_nothing_is_held(ledger, scope, reason, said):
    with pytest.raises(Refused, match=said):
        hold_all(ledger, "ops-1", reason, NOW, **scope)
    assert in_force(ledger) == []


def test_only_operations_hold_mail(ledger: Database):
    with pytest.raises(NotAllowed):
        hold_all(ledger, "lead-1", "why", NOW, body="kent")
