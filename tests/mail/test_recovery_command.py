"""`followthrough mail recovery` on a ledger whose mail is years late, beside no running installation."""

import json
from pathlib import Path

from lifecycle.rules import Rules
from models.tables import Person, PersonRole
from tests.cli.running import Installation
from tests.conftest import SQLiteFiles
from tests.mail.misbehaving import Misbehaving
from tests.mail.post import LETTER, Post


def test_it_shows_the_plan_and_carries_it_out_once(
    tmp_path: Path, sqlite_template: Path, rules: Rules
) -> None:
    there = Installation(tmp_path / "home")
    there.home.mkdir()
    files = SQLiteFiles(there.home, sqlite_template)
    post = Post(files.new(), rules, Misbehaving()).settle_in()
    post.add(
        Person(id="ops-1", name="O"), PersonRole(person_id="ops-1", role="operations", owner="inspectorate")
    )
    post.take(post.story(), LETTER)
    files.close()
    there.environ["DATABASE_URL"] = post.database.url

    shown = there.json("mail", "recovery", actor=None)
    assert isinstance(shown, dict)
    assert shown["counts"] == {"useful": 0, "merged": 0, "obsolete": 0, "needs_person": 3}
    assert shown["held_since"]
    refused = there.run("mail", "recovery", "--go", actor="nobody")
    assert (refused.returncode, "not a registered person" in refused.stderr) == (77, True)

    done = there.run("mail", "recovery", "--go", "--reason", "we were away", "--json", actor="ops-1")
    assert (done.returncode, json.loads(done.stdout)["released"]) == (0, True), done.stderr
    again = there.run("mail", "recovery", "--go", actor="ops-1")
    assert (again.returncode, "nothing to release" in again.stderr) == (65, True)
    assert "No mail is held back." in there.run("mail", "recovery").stderr
