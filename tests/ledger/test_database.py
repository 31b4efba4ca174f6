"""Sessions: what reads keeps nothing, what writes keeps all or nothing, and a lock makes others wait."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlmodel import select

from models.database import Database, lock
from models.tables import Body, Installation


def _body(name: str) -> Body:
    return Body(id=name, name=name.title(), kind="police", division="england-and-wales")


def _ids(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Body.id).order_by(Body.id)))


def test_what_is_written_is_kept(database: Database):
    with database.writing() as session:
        session.add(_body("kent"))

    assert _ids(database) == ["kent"]


def test_an_error_takes_all_of_it_back(database: Database):
    def fail() -> None:
        with database.writing() as session:
            session.add(_body("kent"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert _ids(database) == []


def test_a_reading_session_keeps_nothing(database: Database):
    with database.reading() as session:
        session.add(_body("kent"))
        session.flush()

    assert _ids(database) == []


def test_readers_do_not_wait_for_a_writer(database: Database):
    with database.writing() as session:
        session.add(_body("kent"))
        session.flush()

        assert _ids(database) == []


def test_who_wants_a_lock_waits_for_its_holder_and_sees_what_it_wrote(database: Database):
    seen: list[str] = []

    def wait() -> None:
        with database.writing() as session:
            lock(session.connection(), "kent")
            seen.extend(session.exec(select(Body.id)))

    other = Thread(target=wait)
    with database.writing() as session:
        lock(session.connection(), "essex", "kent")
        other.start()
        other.join(0.3)
        assert other.is_alive()
        session.add(_body("kent"))
    other.join()

    assert seen == ["kent"]


def test_sqlite_writes_through_to_the_disk_and_holds_its_foreign_keys(database: Database):
    if not database.sqlite:
        return
    with database.reading() as session:
        ask = session.connection().exec_driver_sql
        assert ask("PRAGMA journal_mode").scalar() == "wal"
        assert ask("PRAGMA synchronous").scalar() == 2
        assert ask("PRAGMA foreign_keys").scalar() == 1


def test_what_postgresql_has_committed_is_written_though_the_server_was_told_not_to_wait(database: Database):
    """Found by the soak: a server killed 0.2 seconds after a mail had forgotten that it was sent."""
    if database.sqlite:
        return
    with database.reading() as session:
        ask = session.connection().exec_driver_sql
        assert ask("SHOW synchronous_commit").scalar() == "on"
        assert ask("SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'").scalar() == "off"


def test_instants_come_back_aware_and_in_utc(database: Database):
    noon = datetime(2017, 6, 8, 12, 0, 0, 123456, tzinfo=UTC)
    with database.writing() as session:
        session.add(Installation(id="i", timeline="real", created_at=noon))

    with database.reading() as session:
        [created_at] = session.exec(select(Installation.created_at))

    assert (created_at, created_at.tzinfo) == (noon, UTC)


def test_a_writer_that_does_not_end_is_given_up_and_the_next_one_writes(database: Database, monkeypatch):
    if not database.sqlite:
        return
    monkeypatch.setattr("models.database.PATIENCE", 0.1)
    refused: list[str] = []

    def wait() -> None:
        with pytest.raises(TimeoutError, match="has held the ledger") as given_up, database.writing():
            pass
        refused.append(str(given_up.value))

    with database.writing():
        other = Thread(target=wait)
        other.start()
        other.join()
    with database.writing() as session:
        session.add(_body("kent"))

    assert len(refused) == 1
    assert _ids(database) == ["kent"]
