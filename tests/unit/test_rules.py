"""The shelf of policies and calendars: a case finds the versions it started under, or says what is missing."""

import pytest

from config.calendar_files import load_calendars
from lifecycle import rules as shelf
from lifecycle.calendars import Division
from lifecycle.rules import UnknownRules, rules_for, shelve
from tests.unit.builders import CONCERN, NATIONAL, policy


@pytest.fixture(autouse=True)
def _empty_shelf(monkeypatch):
    """A shelf of this test's own: the process's keeps what it has."""
    monkeypatch.setattr(shelf, "_policies", {})
    monkeypatch.setattr(shelf, "_calendars", {})


def test_what_was_shelved_is_found_by_its_hash():
    table = load_calendars()
    shelve((policy(NATIONAL), policy(CONCERN)), (table,))
    shelve((policy(NATIONAL),), (table,))
    found = rules_for(policy(NATIONAL).hash, table.hash, "scotland")
    assert found.policy == policy(NATIONAL)
    assert found.calendar == table.of(Division.SCOTLAND)
    assert found.own_calendar == table.of(Division.ENGLAND_AND_WALES)


def test_a_version_that_is_missing_is_named_with_what_to_do():
    table = load_calendars()
    with pytest.raises(
        UnknownRules, match=f"does not hold policy {policy(NATIONAL).hash[:12]}. Put the file"
    ):
        rules_for(policy(NATIONAL).hash, table.hash, "scotland")
    shelve((policy(NATIONAL),), ())
    with pytest.raises(UnknownRules, match=f"does not hold calendar {table.hash[:12]}. Put the file"):
        rules_for(policy(NATIONAL).hash, table.hash, "scotland")


def test_a_division_that_is_none_is_named_with_those_there_are():
    table = load_calendars()
    shelve((policy(NATIONAL),), (table,))
    with pytest.raises(UnknownRules, match="No calendar is of 'cornwall'"):
        rules_for(policy(NATIONAL).hash, table.hash, "cornwall")
