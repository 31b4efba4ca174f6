"""Disposal and evidence by the command line and on the case's page."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from config.settings import load
from lifecycle.words import Refused
from models.database import Database
from office import disposal
from office.access import Limits, begin
from tests.console.alone import browser_at
from tests.mail.post import Post
from tests.secrecy.closed import AFTER, SECRET, YEARS, after, ended, staffed

Run = Callable[..., Result]
PAGE = "/cases/R-2016-6085/bedfordshire"


@pytest.fixture
def database(ledger: Database) -> Database:
    return ledger


@pytest.fixture
def world(post: Post) -> Post:
    return staffed(post)


@pytest.fixture
def run(world: Post, tmp_path: Path) -> Run:
    """A command on this ledger, by this person."""

    def go(*words: str, actor: str = "ops-1") -> Result:
        url = world.database.engine.url.render_as_string(hide_password=False)
        env = {
            "FOLLOWTHROUGH_HOME": str(tmp_path / "home"),
            "DATABASE_URL": url,
            "FOLLOWTHROUGH_ACTOR": actor,
        }
        return CliRunner().invoke(app, words, env=env)

    return go


def told(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_from_the_list_to_the_record(run: Run, world: Post) -> None:
    case = ended(world).case.id
    [listed] = told(run("disposal", "list", "--json"))
    assert (listed["case"], listed["until"], listed["stands"]) == (case, "2023-12-08", "may be disposed of")
    assert run("disposal", "hold", case, "--reason", "judicial review").exit_code == 0
    [held] = told(run("disposal", "holds", "--json"))
    assert isinstance(run("disposal", "propose", case, "--reason", "schedule 4").exception, Refused)
    assert run("disposal", "release", str(held["id"]), "--reason", "decided").exit_code == 0
    [proposed] = told(run("disposal", "propose", "--reason", "schedule 4", "--json"))
    [listed] = told(run("disposal", "list", "--json"))
    assert listed["stands"] == f"proposed by ops-1 in {proposed['proposal']}"
    assert isinstance(run("disposal", "dispose", proposed["proposal"]).exception, Refused)
    [done] = told(run("disposal", "dispose", proposed["proposal"], "--json", actor="lead-1"))
    assert (done["case"], done["redacted"]["keys"]) == (case, 1)
    assert told(run("disposal", "list", "--json")) == []
    [gone] = told(run("disposal", "list", "--all", "--json"))
    assert gone["stands"].endswith("by lead-1, proposed by ops-1: schedule 4")
    assert run("audit", "verify").exit_code == 0


def test_a_bundle_and_its_fingerprint(run: Run, world: Post, tmp_path: Path) -> None:
    case, out = ended(world).case.id, tmp_path / "evidence.zip"
    words = ("case", "bundle", case, "--out", str(out), "--at", "2100-01-01T00:00:00+00:00", "--json")
    made = told(run(*words))
    with ZipFile(out) as found:
        found.extract("verify_bundle.py", tmp_path)
    check = [sys.executable, "-I", "verify_bundle.py", out.name, made["fingerprint"], made["head"]]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "whole: nothing was changed")
    assert run(*words).exit_code == 2


def test_the_case_s_page_says_when_it_was_disposed_of_and_to_staff_by_whom(
    world: Post, tmp_path: Path
) -> None:
    ended(world)
    made = disposal.propose(world.database, "ops-1", "schedule 4", YEARS, AFTER)
    disposal.dispose(world.database, "lead-1", made[0].proposal, YEARS, after)
    staff, body = (shown(world.database, tmp_path, person) for person in ("lead-1", "liaison-1"))
    for page in (staff, body):
        assert "on 10 January 2026" in page
        assert "[Disposed of on 10 January 2026." in page
        assert SECRET not in page
    assert "by lead-1; proposed by ops-1: schedule 4" in staff
    assert "schedule 4" not in body
    assert "Ask the workflow" not in staff


def shown(database: Database, home: Path, person: str) -> str:
    url = database.engine.url.render_as_string(hide_password=False)
    with browser_at(load(home=home, database_url=url), database) as browser:
        with database.writing() as session:
            secret = begin(session, person, "link", "a test", AFTER.now(AFTER.tzinfo), Limits())
        browser.cookies.set("session", secret)
        answer = browser.get(PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text
