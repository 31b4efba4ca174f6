"""Where the master keys come from, and how a ring is turned over on a whole installation."""

import stat
from contextlib import closing

import pytest

from config.payload_keys import FILE, ring_for
from config.settings import load
from config.sources import SettingsError
from models.database import Database
from models.installation import establish
from models.schema import upgrade
from office.reference import load_reference
from tests.cli.running import Installation
from tests.secrecy.sealed import NEW, OLD, keys_of


def newest(**given: object) -> str:
    ring = ring_for(load(**given))
    assert ring
    return ring.newest


def test_the_embedded_engine_has_a_key_of_its_own_made_once(tmp_path):
    assert newest(home=tmp_path) == newest(home=tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_server_of_others_is_given_nothing_sealed_until_keys_are_set(tmp_path):
    assert ring_for(load(home=tmp_path, temporal_address="127.0.0.1:1")) is None
    assert not (tmp_path / FILE).exists()
    assert newest(temporal_address="127.0.0.1:1", payload_keys=f"{OLD}, {NEW}") == newest(payload_keys=NEW)


def test_keys_can_be_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "keys").write_text(f"{OLD},{NEW}\n")
    expected = newest(payload_keys=NEW)
    monkeypatch.setenv("FOLLOWTHROUGH_PAYLOAD_KEYS_FILE", str(tmp_path / "keys"))
    assert newest() == expected


@pytest.mark.parametrize("text", ["short", f"{OLD},", f"{OLD},short"])
def test_a_short_key_is_refused_by_the_setting_s_name(text):
    with pytest.raises(SettingsError, match="FOLLOWTHROUGH_PAYLOAD_KEYS holds a key of less than 32"):
        ring_for(load(payload_keys=text))


def test_keys_rotate_and_lost_ones_are_let_go_by_command(tmp_path):
    there = Installation(tmp_path / "home")
    (there.home).mkdir()
    file = there.home / FILE
    with closing(Database(f"sqlite:///{there.home / 'ledger.db'}")) as database:
        upgrade(database)
        establish(database)
        load_reference(database)
        for case in ("a", "b"):
            keys_of(database, OLD).current(case)
    file.write_text(f"{OLD},{NEW}")
    done = {"again": 2, "there": 2, "lost": 0, "let_go": 0}
    assert there.json("engine", "rewrap", actor="ops-1") == done
    assert there.json("engine", "rewrap", actor="ops-1") == done | {"again": 0}
    assert there.run("engine", "rewrap", actor="liaison-kent").returncode == 77
    file.write_text(OLD)
    assert "2 data keys are wrapped by a master key that is not here" in there.run("doctor").stdout
    assert there.run("engine", "rewrap", actor="ops-1").returncode == 1
    gone = {"again": 0, "there": 0, "lost": 2, "let_go": 2}
    assert there.json("engine", "rewrap", "--let-go", actor="ops-1") == gone
    assert "not here" not in there.run("doctor").stdout
