"""A backup is whole or not there; a copy restored from it has every row, is another installation, and is mute."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select
from typer.testing import CliRunner

from activities.mail.arming import stands
from cli.main import app
from config.payload_keys import ring_for
from config.settings import Settings
from embedded.backup.files import alone
from embedded.backup.manifest import BadBackup, read
from embedded.backup.restore import restore
from embedded.backup.take import back_up
from embedded.lock import HomeBusy, hold
from lifecycle.rules import Rules
from models.database import Database
from models.schema import NewerSchema
from models.tables import Arming, Installation
from secrecy.case_keys import CaseKeys
from tests.backup.released import kept, lay_down, revisions
from tests.backup.scene import SERVER, engine_in, executions, furnish, settle
from tests.conftest import Databases
from tests.ledger.story import everything


@pytest.fixture
def home(databases: Databases, tmp_path: Path, rules: Rules) -> Iterator[Settings]:
    """A furnished installation on SQLite or PostgreSQL, with an engine of its own."""
    database = databases.new()
    furnish(database, rules)
    settings = settle(tmp_path / "home", database.url)
    engine = engine_in(settings.home)
    yield settings
    engine.close()


@pytest.fixture
def backup(home: Settings, tmp_path: Path) -> Path:
    back_up(home, tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def elsewhere(databases: Databases, tmp_path: Path) -> Settings:
    """Another home, with an empty database of the same kind."""
    database = databases.new(empty=True)
    return settle(tmp_path / "elsewhere", database.url)


def rows(url: str) -> dict[str, list[dict[str, object]]]:
    with closing(Database(url)) as database:
        return {name: found for name, found in everything(database).items() if name != "installation"}


def test_a_copy_has_every_row_and_is_another_installation(home: Settings, backup: Path, elsewhere: Settings):
    restored = restore(elsewhere, backup, SERVER)

    assert rows(elsewhere.database_url) == rows(home.database_url)
    with closing(Database(elsewhere.database_url)) as copy, closing(Database(home.database_url)) as original:
        with copy.reading() as there, original.reading() as here:
            old = here.exec(select(Installation)).one()
            new = there.exec(select(Installation)).one()
        assert (new.copy_of, new.id == old.id, restored.installation.id) == (old.id, False, new.id)
        assert stands(original).armed
        assert (stands(copy).armed, stands(copy).mute, stands(copy).copy_of) == (False, True, old.id)
    assert executions(elsewhere.home / "engine.db") == ["one"]


def test_the_copy_goes_on_numbering_where_the_original_was(backup: Path, elsewhere: Settings):
    restore(elsewhere, backup, SERVER)

    with closing(Database(elsewhere.database_url)) as copy, copy.writing() as session:
        numbers = session.exec(select(Arming.id)).all()
        arming = Arming(
            installation_id="x", armed_by="y", armed_at=session.exec(select(Arming.armed_at)).one()
        )
        session.add(arming)
        session.flush()
        assert arming.id not in numbers


def test_the_manifest_says_what_is_in_it(home: Settings, backup: Path):
    manifest = read(backup)

    assert sorted(manifest.files) == ["engine.db", "ledger.db"]
    assert manifest.counts["event"] == len(rows(home.database_url)["event"])
    assert (manifest.schema_revision, manifest.engine, manifest.timeline) == ("0008", SERVER, "real")
    assert sorted(path.name for path in backup.iterdir()) == ["engine.db", "ledger.db", "manifest.json"]
    assert backup.stat().st_mode & 0o077 == 0


def test_keys_that_were_made_by_themselves_are_in_it_and_open_what_they_sealed(
    home: Settings, elsewhere: Settings, tmp_path: Path
):
    made, there = ring_for(home), ring_for(elsewhere)
    assert made
    assert there
    wrapped = made.wrap(b"a data key", b"of a case")
    back_up(home, tmp_path / "backup")

    restore(elsewhere, tmp_path / "backup", SERVER)

    both = ring_for(elsewhere)
    assert both
    assert both.unwrap(made.newest, wrapped, b"of a case") == b"a data key"
    assert both.newest == there.newest
    assert (elsewhere.home / "payload.keys").stat().st_mode & 0o077 == 0


def test_keys_that_settings_name_stay_where_they_are(home: Settings, tmp_path: Path):
    ring_for(home)
    manifest = back_up(home.model_copy(update={"payload_keys": SecretStr("0" * 32)}), tmp_path / "backup")
    assert sorted(manifest.files) == ["engine.db", "ledger.db"]


def test_a_place_without_the_keys_of_what_it_restored_is_warned_of(
    home: Settings, elsewhere: Settings, tmp_path: Path
):
    named = home.model_copy(update={"payload_keys": SecretStr("0" * 32)})
    ring = ring_for(named)
    assert ring
    with closing(Database(home.database_url)) as ledger:
        CaseKeys(ledger, ring, "default").current("recommendation/r-1/kent")
    back_up(named, tmp_path / "backup")
    environ = {"FOLLOWTHROUGH_HOME": str(elsewhere.home), "DATABASE_URL": elsewhere.database_url}
    done = CliRunner().invoke(app, ["restore", str(tmp_path / "backup"), "--json"], env=environ)
    assert done.exit_code == 0, done.output
    assert "WARNING: 1 data keys are wrapped by a master key that is not here" in done.stderr
    assert json.loads(done.stdout)["lost_keys"] == 1


def test_a_backup_of_one_kind_of_database_is_restored_to_the_other(
    backup: Path, tmp_path: Path, home: Settings
):
    other = settle(tmp_path / "other")  # SQLite, whatever the backup is of

    restore(other, backup, SERVER)

    assert rows(other.database_url) == rows(home.database_url)


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(home: Settings, tmp_path: Path):
    stop = threading.Event()

    def write() -> None:
        with closing(Database(home.database_url)) as database:
            number = 0
            while not stop.is_set():
                number += 1
                with database.writing() as session:
                    for half in ("a", "b"):
                        session.connection().exec_driver_sql(
                            "INSERT INTO act_taken (key, stream, first_seq, last_seq) "
                            f"VALUES ('{half}{number}', 's', 1, 1)"
                        )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(home, tmp_path / f"backup-{number}") for number in range(3)]
    finally:
        stop.set()
        writer.join()

    counts = [one.counts["act_taken"] for one in made]
    assert counts == sorted(counts)
    for number, count in enumerate(counts):
        with closing(sqlite3.connect(tmp_path / f"backup-{number}" / "ledger.db")) as ledger:
            keys = {key for (key,) in ledger.execute("SELECT key FROM act_taken WHERE stream = 's'")}
        assert {key[1:] for key in keys if key[0] == "a"} == {key[1:] for key in keys if key[0] == "b"}
        assert len(keys) <= count


def test_another_server_version_leaves_the_engine_out(backup: Path, elsewhere: Settings):
    restored = restore(elsewhere, backup, "1.33.0")

    assert not restored.engine
    assert not (elsewhere.home / "engine.db").exists()


def test_somebody_elses_engine_is_not_in_it(home: Settings, tmp_path: Path):
    settings = home.model_copy(update={"temporal_address": "temporal.example:7233"})

    assert back_up(settings, tmp_path / "backup").engine is None
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == ["ledger.db", "manifest.json"]


@pytest.mark.parametrize("taken", ["a folder", "no parent"])
def test_a_backup_never_overwrites(home: Settings, tmp_path: Path, taken: str):
    folder = tmp_path / "there" if taken == "a folder" else tmp_path / "nowhere" / "backup"
    if taken == "a folder":
        folder.mkdir()

    with pytest.raises(BadBackup, match=r"never overwrites|no folder"):
        back_up(home, folder)


def test_a_backup_that_fails_leaves_nothing(home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(folder: Path, made: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("embedded.backup.manifest.write", full)
    before = sorted(tmp_path.iterdir())

    with pytest.raises(BadBackup, match="No space left on device"):
        back_up(home, tmp_path / "backup")

    assert sorted(tmp_path.iterdir()) == before


def _cut(backup: Path) -> None:
    (backup / "ledger.db").write_bytes((backup / "ledger.db").read_bytes()[:-1])


def _lose(backup: Path) -> None:
    (backup / "engine.db").unlink()


def _no_manifest(backup: Path) -> None:
    (backup / "manifest.json").unlink()


def _climb(backup: Path) -> None:
    _say(backup, files={"../ledger.db": {"sha256": "0", "size": 1}})


def _other_format(backup: Path) -> None:
    _say(backup, format=2)


def _say(backup: Path, **changed: object) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def _tamper(backup: Path) -> None:
    """Changed by somebody who also mends the manifest, but not the chain of hashes."""
    with closing(sqlite3.connect(backup / "ledger.db")) as ledger:
        ledger.execute("UPDATE event SET actor = 'somebody-else' WHERE seq = 1")
        ledger.commit()
    _mend(backup)


def _mend(backup: Path) -> None:
    from embedded.backup.manifest import measure

    files = json.loads((backup / "manifest.json").read_text())["files"]
    _say(backup, files={name: measure(backup / name).model_dump() for name in files})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_cut, "SHA-256 differs"),
        (_lose, r"lacks engine\.db"),
        (_no_manifest, "is no backup"),
        (_climb, "names files that no backup has"),
        (_other_format, "cannot be read: format"),
        (_tamper, r"event 1 of recommendation/.* does not follow"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    backup: Path, elsewhere: Settings, harm, said: str
):
    harm(backup)
    before = sorted(path.name for path in elsewhere.home.iterdir())

    with pytest.raises(BadBackup, match=said):
        restore(elsewhere, backup, SERVER)

    left = {path.name for path in elsewhere.home.iterdir()} - {"run.lock"}
    assert sorted(left) == before
    restored_elsewhere(elsewhere)


def restored_elsewhere(elsewhere: Settings) -> None:
    """Nothing was: a start would find no ledger."""
    with closing(Database(elsewhere.database_url)) as database, database.engine.connect() as connection:
        assert not connection.dialect.has_table(connection, "event")


def test_a_newer_backup_is_refused(backup: Path, elsewhere: Settings):
    with closing(sqlite3.connect(backup / "ledger.db")) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
        ledger.commit()
    alone(backup / "ledger.db")
    _say(backup, schema_revision="9999")
    _mend(backup)

    with pytest.raises(NewerSchema, match=r"newer version .*9999.*Nothing was changed"):
        restore(elsewhere, backup, SERVER)

    restored_elsewhere(elsewhere)


def test_a_restore_never_overwrites(home: Settings, backup: Path, elsewhere: Settings):
    with pytest.raises(BadBackup, match=r"engine\.db is there already"):
        restore(home, backup, SERVER)
    (elsewhere.home / "engine.db").unlink(missing_ok=True)
    restore(elsewhere, backup, None)

    with pytest.raises(BadBackup, match="already: a restore never overwrites"):
        restore(elsewhere, backup, None)


def test_a_home_in_use_is_left_alone(backup: Path, elsewhere: Settings):
    with hold(elsewhere.home), pytest.raises(HomeBusy):
        restore(elsewhere, backup, SERVER)


def test_a_restored_copy_that_is_copied_by_hand_is_a_copy_of_the_copy(backup: Path, tmp_path: Path):
    from models.installation import establish

    there = settle(tmp_path / "there")
    first = restore(there, backup, None).installation
    shutil.copytree(there.home, tmp_path / "again")

    with closing(Database(f"sqlite:///{tmp_path / 'again' / 'ledger.db'}")) as again:
        assert establish(again).copy_of == first.id


@pytest.mark.parametrize("revision", revisions())
def test_a_backup_of_a_released_version_is_restored_into_this_one(tmp_path: Path, revision: str):
    before, after = settle(tmp_path / "before"), settle(tmp_path / "after")
    with closing(Database(before.database_url)) as old:
        lay_down(old, revision)
    made = back_up(before, tmp_path / "backup")

    restored = restore(after, tmp_path / "backup", SERVER)

    assert (made.schema_revision, made.engine) == (revision, None)
    assert restored.installation.copy_of == kept(revision)["installation"][0]["id"]
    assert len(rows(after.database_url)["event"]) == len(kept(revision)["event"])
