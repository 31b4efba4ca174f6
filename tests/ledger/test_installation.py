"""One installation for each database, of one timeline."""

from functools import partial

import pytest

from models.database import Database
from models.installation import WrongTimeline, establish
from tests.ledger.story import at_once, everything


def test_the_first_start_makes_the_installation_and_later_ones_find_it(database: Database):
    made = establish(database)

    found = establish(database)

    assert (found.id, found.timeline, found.created_at) == (made.id, "real", made.created_at)
    assert len(made.id) == 32


def test_each_database_is_an_installation_of_its_own(databases):
    assert establish(databases.new()).id != establish(databases.new()).id


def test_two_that_start_at_once_find_the_same_installation(database: Database):
    found = at_once([partial(establish, database)] * 4)

    assert len({installation.id for installation in found}) == 1
    assert len(everything(database)["installation"]) == 1


@pytest.mark.parametrize(("made", "asked"), [("real", "virtual"), ("virtual", "real")])
def test_a_database_holds_one_timeline(database: Database, made, asked):
    establish(database, made)
    before = everything(database)

    with pytest.raises(WrongTimeline, match=f"holds a {made} timeline, and a {asked} one was asked for"):
        establish(database, asked)

    assert everything(database) == before
