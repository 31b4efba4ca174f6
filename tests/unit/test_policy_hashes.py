"""A committed policy is never edited in place: its hash is noted, and a change is a new version."""

import shutil

import pytest

from config import policy_hashes
from lifecycle.policy import hash_of
from tests.unit.builders import FILES, FOLDER


@pytest.fixture
def folder(tmp_path):
    """A copy of the committed policies, as this machine has them."""
    copy = tmp_path / "policies"
    shutil.copytree(FOLDER, copy)
    return copy


def test_every_committed_policy_is_the_one_that_was_noted(capsys):
    assert policy_hashes.main(["--check"]) == 0
    assert capsys.readouterr().out == "Every policy is the one that was committed.\n"
    assert set(policy_hashes.noted_hashes()) == {path.name for path in FILES}


def test_a_policy_edited_in_place_is_noticed(folder, capsys):
    edited = folder / "cause-of-concern-1.toml"
    edited.write_text(edited.read_text().replace('"28 days"', '"30 days"'))
    assert policy_hashes.main(["--check"], folder) == 1
    assert capsys.readouterr().out == (
        "cause-of-concern-1.toml: was edited in place. Put it back, and copy it to its next version.\n"
    )


def test_a_policy_taken_away_is_noticed(folder, capsys):
    (folder / "response-1.toml").unlink()
    assert policy_hashes.main(["--check"], folder) == 1
    assert capsys.readouterr().out.startswith("response-1.toml: is gone. Put it back")


def test_the_next_version_is_noted_once(folder, capsys):
    text = (folder / "response-1.toml").read_text().replace("version = 1", "version = 2")
    (folder / "response-2.toml").write_text(text)
    assert policy_hashes.main(["--check"], folder) == 1
    assert "response-2.toml: is not noted. Run" in capsys.readouterr().out
    assert policy_hashes.main(["--add"], folder) == 0
    assert "Noted: response-2.toml" in capsys.readouterr().out
    assert policy_hashes.add_new(folder) == []
    assert policy_hashes.noted_hashes(folder)["response-2.toml"] == hash_of(text)


def test_adding_does_not_forgive_an_edit(folder):
    edited = folder / "cause-of-concern-1.toml"
    edited.write_text(edited.read_text() + "\n")
    assert policy_hashes.main(["--add"], folder) == 1


def test_line_ends_of_the_host_do_not_change_a_hash():
    assert hash_of("a = 1\r\nb = 2\r\n") == hash_of("a = 1\nb = 2\n") != hash_of("a = 1\nb = 3\n")
