"""Repairs: opened once, shown until somebody closes them, opened again when it happens again."""

import pytest

from activities.ledger.repairs import NoRepair, close_repair, open_repair, outstanding
from models.database import Database
from models.tables import Repair

CASE = "recommendation/R-2016-6085/kent"


def _open(database: Database, name: str = "parked/kent", cause: str = "The ledger is behind.") -> Repair:
    with database.writing() as session:
        return open_repair(session, name, CASE, "parked", cause, "Re-seat the case.")


def _close(database: Database) -> Repair:
    with database.writing() as session:
        return close_repair(session, "parked/kent", closed_by="adams")


def _outstanding(database: Database) -> list[Repair]:
    with database.reading() as session:
        return list(outstanding(session))


def test_what_needs_a_person_is_shown_oldest_first(database: Database):
    _open(database)
    _open(database, "mail/1", "The relay never answered.")

    first, second = _outstanding(database)

    assert (first.id, first.subject, first.kind) == ("parked/kent", CASE, "parked")
    assert (first.cause, first.remedy) == ("The ledger is behind.", "Re-seat the case.")
    assert second.id == "mail/1"


def test_opening_it_again_keeps_its_time_and_says_the_latest_cause(database: Database):
    opened = _open(database)

    _open(database, cause="The ledger is still behind.")

    [kept] = _outstanding(database)
    assert (kept.opened_at, kept.cause) == (opened.opened_at, "The ledger is still behind.")


def test_a_closed_repair_is_kept_and_says_who_closed_it(database: Database):
    _open(database)
    _close(database)

    assert _outstanding(database) == []
    with database.reading() as session:
        closed = session.get_one(Repair, "parked/kent")
    assert closed.closed_by == "adams"
    assert closed.closed_at is not None


def test_what_happens_again_is_opened_again(database: Database):
    first = _open(database)
    _close(database)
    _open(database)

    [again] = _outstanding(database)
    assert again.opened_at > first.opened_at
    assert (again.closed_at, again.closed_by) == (None, "")


def test_only_an_open_repair_can_be_closed(database: Database):
    with pytest.raises(NoRepair, match="'parked/kent' is open"):
        _close(database)
    _open(database)
    _close(database)
    with pytest.raises(NoRepair):
        _close(database)
