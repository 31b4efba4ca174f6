"""Commands that need no engine: their data, their talk, their exit codes."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM, Installation

TEXT = "To address this cause of concern, we recommend that within six months, all forces should have a plan."


def run(tmp_path: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return Installation(tmp_path / "home").run(*words, stdin=stdin, actor=None)


def test_a_deadline_is_read_from_words_with_the_keys_that_programs_rely_on(tmp_path: Path) -> None:
    done = run(tmp_path, "deadline", "read", "--from", "2016-12-08", "--json", stdin=TEXT)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert {"governing", "limits", "certain", "why", "kind", "due", "phrase"} <= set(found)
    assert (found["kind"], found["due"], found["phrase"]) == ("period", "2017-06-08", "within six months")
    assert found["governing"]["limit"] == "P6M"
    assert TEXT[found["governing"]["start"] : found["governing"]["end"]] == found["phrase"]
    assert found["certain"] is True


def test_a_date_is_explained_day_by_day(tmp_path: Path) -> None:
    done = run(tmp_path, "deadline", "explain", "10 working days", "--from", "2017-05-16")
    assert done.returncode == 0
    assert "by 11:59pm on Wednesday 31 May 2017" in done.stdout
    assert "Spring bank holiday" in done.stdout


def test_policies_check_and_a_bad_one_names_file_and_key(tmp_path: Path) -> None:
    assert run(tmp_path, "policy", "check").returncode == 0
    bad = tmp_path / "policies"
    bad.mkdir()
    (bad / "wrong-1.toml").write_text('[policy]\nname = "wrong"\n')
    done = run(tmp_path, "policy", "check", str(bad))
    assert done.returncode == 65
    assert "wrong-1.toml: policy.title" in done.stderr


@pytest.mark.parametrize("name", ["national-recommendation", "cause-of-concern", "area-for-improvement"])
def test_a_policy_is_shown(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, "policy", "show", name)
    assert done.returncode == 0
    assert "implementation" in done.stdout
    assert json.loads(run(tmp_path, "policy", "show", name, "--json").stdout)["name"] == name


def test_an_unknown_policy_names_those_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, "policy", "show", "nonsense")
    assert done.returncode == 66
    assert "national-recommendation" in done.stderr


def test_settings_are_shown_with_their_origin(tmp_path: Path) -> None:
    rows = json.loads(run(tmp_path, "config", "show", "--json").stdout)
    assert {"variable", "value", "where"} == set(rows[0])


def test_a_wrong_setting_is_a_message_and_not_a_trace(tmp_path: Path) -> None:
    there = Installation(tmp_path / "home")
    there.environ["FOLLOWTHROUGH_ENGINE_PORT"] = "many"
    done = there.run("doctor")
    assert done.returncode == 78
    assert "FOLLOWTHROUGH_ENGINE_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_usage_errors_exit_2(tmp_path: Path) -> None:
    assert run(tmp_path, "case", "nonsense").returncode == 2
    assert run(tmp_path, "deadline", "read").returncode == 2


def test_every_command_of_the_docs_is_there(tmp_path: Path) -> None:
    for words in (["case"], ["report"], ["mail"], ["policy"], ["deadline"], ["config"], []):
        assert subprocess.run([PROGRAM, *words, "--help"], capture_output=True, check=False).returncode == 0
