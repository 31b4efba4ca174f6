"""A ledger that was copied or moved is told from its original wherever that can be told."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.installation import establish
from models.tables import Installation
from tests.cluster import Cluster


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    """A home folder with a ledger that has been started once."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "ledger.db")
    start(folder)
    return folder


def start(folder: Path) -> Installation:
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    try:
        return establish(database)
    finally:
        database.close()


def test_the_same_ledger_stays_itself(home: Path):
    first, second = start(home), start(home)

    assert (first.id, first.copy_of) == (second.id, "")


def test_a_home_that_was_moved_stays_itself(home: Path, tmp_path: Path):
    before = start(home)

    home.rename(tmp_path / "moved")

    assert (start(tmp_path / "moved").id, start(tmp_path / "moved").copy_of) == (before.id, "")


@pytest.mark.parametrize("what", ["the file alone", "the whole folder"])
def test_what_was_copied_by_hand_is_a_copy_and_the_original_is_not(home: Path, tmp_path: Path, what: str):
    original, other = start(home), tmp_path / "other"
    if what == "the file alone":
        other.mkdir()
        shutil.copyfile(home / "ledger.db", other / "ledger.db")
    else:
        shutil.copytree(home, other)

    copy = start(other)

    assert copy.id != original.id
    assert copy.copy_of == original.id
    assert copy.copied_at is not None
    assert copy.unmuted_at is None
    assert start(other).id == copy.id
    assert start(home).id == original.id


def test_a_copy_of_another_host_is_a_copy(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    original = start(home)
    (tmp_path / "machine-id").write_text("another\n")
    monkeypatch.setattr("models.place.MACHINE", tmp_path / "machine-id")

    assert start(home).copy_of == original.id


def test_a_ledger_from_before_places_were_kept_is_bound_to_where_it_is(home: Path, tmp_path: Path):
    original = start(home)
    database = Database(f"sqlite:///{home / 'ledger.db'}")
    with database.writing() as session:
        session.exec(select(Installation)).one().place = ""
    database.close()
    shutil.copytree(home, tmp_path / "other")

    assert (start(home).id, start(home).copy_of) == (original.id, "")
    assert start(tmp_path / "other").copy_of == ""  # it never said where it was: nobody can tell


@pytest.mark.postgres
def test_a_copied_postgresql_database_is_a_copy(postgresql: Cluster, postgresql_template: str):
    first = postgresql.create(postgresql_template)
    database = Database(postgresql.url(first))
    original = establish(database)
    assert establish(database).id == original.id
    database.close()
    second = postgresql.create(first)
    other = Database(postgresql.url(second))

    copy = establish(other)

    assert copy.copy_of == original.id
    assert establish(other).id == copy.id
    other.close()
    for name in (first, second):
        postgresql.drop(name)
