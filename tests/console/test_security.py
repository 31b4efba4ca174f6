"""What surrounds answers where browsers come by HTTPS; and docs/security.md, whose every test is there."""

import ast
import logging
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import load
from models.database import Database
from models.schema import upgrade
from models.tables import Person
from office.access import make_link
from tests.console.alone import browser_at

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs/security.md"
LEVEL_TWO = 253
"""The requirements of ASVS 5.0.0 at levels 1 and 2."""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.fixture
def secure(tmp_path):
    """A browser at a console behind TLS, in which a person signs in by a link."""
    with closing(Database(f"sqlite:///{tmp_path / 'ledger.db'}")) as database:
        upgrade(database)
        with database.writing() as session:
            session.add(Person(id="jo", name="Jo", mailbox="jo@force.example"))
        settings = load(home=tmp_path, base_url="https://followthrough.inspectorate.example")
        with browser_at(settings, database) as browser:
            made = make_link(database, "jo@force.example", "", datetime.now(UTC))
            assert made
            browser.post(f"/sign-in/{made[0]}", data={"person": "jo"})
            yield browser


def test_cookies_are_bound_to_the_host_and_to_https(secure):
    told = secure.post("/account/sessions/end", data={"session": "none"})
    assert "Signed out there." in secure.get("/account").text
    out = secure.post("/sign-out")
    cookies = [*told.headers.get_list("set-cookie"), *out.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-flash"}
    for cookie in cookies:
        for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert word in cookie, cookie
        assert "Domain" not in cookie


def test_browsers_are_told_to_come_by_https_alone(secure):
    assert secure.get("/help").headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_no_other_site_may_read_an_answer(secure):
    for path in ("/help", "/api/v1/openapi.json", "/healthz"):
        answer = secure.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_methods_that_nobody_needs_are_refused(secure):
    for method in ("TRACE", "CONNECT", "PUT"):
        assert secure.request(method, "/account").status_code == 405


def test_who_was_turned_away_is_in_the_log_and_no_secret_is(secure, caplog):
    with caplog.at_level(logging.INFO):
        secure.get("/sign-in/a-secret-that-nobody-made")
        secure.get("/ops")
    noted = [one.__dict__ for one in caplog.records if one.message == "turned away"]
    assert [(one["code"], one["person"]) for one in noted] == [("spent", "jo"), ("not_allowed", "jo")]
    assert "a-secret-that-nobody-made" not in str(noted)


def test_pages_say_what_they_are_and_in_which_letters(secure):
    assert secure.get("/help").headers["content-type"] == "text/html; charset=utf-8"
    assert secure.get("/api/v1/openapi.json").headers["content-type"] == "application/json"


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(DOCUMENT.read_text("utf-8"))


def test_every_requirement_of_level_two_is_answered_once():
    numbers = [number for row in rows() for number in row[0].split(", ")]
    assert len(numbers) == len(set(numbers)) == LEVEL_TWO
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def test_every_row_names_a_test_or_says_why_there_is_none():
    for number, what, test in rows():
        assert TEST.search(test) or test in (
            "not met",
            "part met",
            "by design",
            "does not apply",
            "operator",
        ), number
        assert len(what) > 5, number


def test_every_test_that_is_named_is_there():
    named = {found for row in rows() for found in TEST.findall(row[2])}
    assert named
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert test in {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }, (
            file,
            test,
        )
