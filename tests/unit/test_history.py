"""Histories: read whole or refused by file, line and key; and what they say of what people do, and when."""

import ast
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from lifecycle.dates import local_date
from lifecycle.words import Finding
from rehearsal import history, history_file
from rehearsal.deeds import deeds, ends_on, opens_at
from rehearsal.errors import HistoryError
from rehearsal.history import History
from rehearsal.history_file import find_history, read_history
from rehearsal.result import ReplayResult

SEED = find_history("bedfordshire-2017")
EXAMPLE = find_history("example")


@pytest.fixture(scope="module")
def seed() -> History:
    return read_history(SEED)


@pytest.fixture
def refused(tmp_path):
    """What is said of the example when texts in it are replaced: refused((old, new), …)."""

    def changed(*changes: tuple[str, str]) -> str:
        text = EXAMPLE.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(HistoryError) as error:
            read_history(path)
        return str(error.value)

    return changed


def line_of(words: str) -> int:
    return next(
        number
        for number, line in enumerate(EXAMPLE.read_text(encoding="utf-8").splitlines(), 1)
        if line.startswith(words)
    )


@pytest.mark.parametrize("path", sorted(history_file.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_history_is_read_by_its_name(path):
    assert read_history(find_history(path.stem)).name == path.stem


def test_the_seed_case_is_of_43_forces_with_the_national_result(seed):
    assert len({body.id for body in seed.body}) == 43
    assert Counter(body.outcome for body in seed.body) == {
        "insufficient_information": 11,
        "not_started": 15,
        "started": 15,
        "all_in_place": 2,
    }


def test_known_findings_are_those_of_the_letters(seed):
    found = {body.id: tuple(body.findings[each].value for each in seed.criteria) for body in seed.body}
    assert found["bedfordshire"] == ("included", "unclear", "included_commenced", "included_commenced")
    assert found["leicestershire"] == (
        "not_included",
        "no_information",
        "included_commenced",
        "no_information",
    )
    assert found["staffordshire"] == (
        *("not_included", "no_information", "no_information"),
        Finding.seen_earlier.value,
    )
    assert found["derbyshire"] == found["merseyside"] == ("in_place",) * 4


def test_only_what_is_known_is_not_marked_illustrative(seed):
    known = {body.id: {"outcome", "findings"} - set(body.illustrative) for body in seed.body}
    assert {body for body, facts in known.items() if facts == {"outcome", "findings"}} == {
        "derbyshire",
        "merseyside",
    }
    assert {body for body, facts in known.items() if facts == {"findings"}} == {
        "bedfordshire",
        "leicestershire",
        "staffordshire",
    }
    days = {"submitted", "assessed", "authorised", "responded", "inspected", "result"}
    assert all(days <= set(body.illustrative) for body in seed.body)


def test_the_seed_case_keeps_its_dates(seed):
    assert {body.requested for body in seed.body} == {date(2017, 5, 16)}
    assert {body.letter for body in seed.body} == {date(2017, 10, 2)}
    assert max(body.submitted for body in seed.body) == date(2017, 5, 31)
    assert {body.assessed.month for body in seed.body} == {6}
    assert max(body.responded for body in seed.body) <= date(2017, 11, 29)
    assert sum(body.responded > date(2017, 11, 1) for body in seed.body) == 2


def test_deeds_come_in_order_of_time_and_of_the_process(seed):
    told = deeds(seed)
    assert [(deed.at, deed.rank) for deed in told] == sorted((deed.at, deed.rank) for deed in told)
    assert all(deed.at > opens_at(seed) for deed in told)
    mine = [deed.kind for deed in told if deed.body == "bedfordshire"]
    assert mine == [
        "send_request_letter",
        "record_submission",
        "complete_assessment",
        "authorise",
        "send_letter",
        "record_response",
        "record_inspection",
    ]


def test_a_deed_says_where_it_is_known_from_or_what_in_it_is_made_up(seed):
    sources = {deed.kind: deed.source for deed in deeds(seed) if deed.body == "bedfordshire"}
    assert sources["send_letter"] == "The letter to Bedfordshire Police, 2 October 2017"
    assert sources["complete_assessment"] == "illustrative: assessed, outcome"


def test_one_who_assesses_never_authorises(seed):
    actors = {
        kind: {d.actor for d in deeds(seed) if d.kind == kind}
        for kind in ("complete_assessment", "authorise")
    }
    assert not actors["complete_assessment"] & actors["authorise"]


def test_extra_acts_have_their_own_time_and_the_clocks_go_on_to_the_day_named():
    told = read_history(EXAMPLE)
    [asked] = [deed for deed in deeds(told) if deed.kind == "ask_for_document"]
    assert (local_date(asked.at), f"{asked.at:%H:%M}", asked.actor) == (
        date(2024, 3, 18),
        "11:30",
        "inspector-1",
    )
    assert ends_on(told) == date(2025, 3, 31)


def test_an_unknown_name_is_told_which_are_shipped():
    with pytest.raises(HistoryError, match="Shipped: bedfordshire-2017, example"):
        find_history("bedfordshire")


def test_a_wrong_key_is_named_with_its_line(refused):
    assert refused(("phrase =", "fraze =")) == (
        f"mine.toml: line {line_of('phrase =')}, recommendation.fraze: unknown key"
    )


def test_a_wrong_value_is_named_with_its_line(refused):
    said = refused(("submitted = 2024-03-14", "submitted = 'in March'"))
    assert said.startswith(f"mine.toml: line {line_of('submitted =')}, body[1].submitted: ")


def test_what_is_wrong_for_every_body_is_said_once(refused):
    said = refused(("letter = 2024-04-22", "letter = 'later'"))
    assert said.startswith(f"mine.toml: line {line_of('letter =')}, every_body.letter: ")
    assert said.count("\n") == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "authorised = 2024-04-09",
            "authorised = 2024-04-01",
            "northfield: 2024-04-01 is before assessed, 2024-04-04",
        ),
        ('outcome = "started"', 'outcome = "splendid"', "'splendid' is not one of insufficient_information"),
        (
            'lead = "lead-1"',
            'lead = "inspector-1"',
            "this is an inspector too; another person must authorise",
        ),
        ('lead = "lead-1"', 'lead = "somebody"', "somebody is not in config/bodies/people.csv"),
        (', training = "not_included" }', " }", "northfield: nothing is said of training"),
        ('name = "Northfield Police" ', 'led_by = "Nobody" ', "'northfield' is not in config/bodies"),
        ('id = "southmoor"', 'id = "northfield"', "body 'northfield' stands twice"),
        ('spotlight = "northfield"', 'spotlight = "eastwick"', "there is no body 'eastwick'"),
        ('followed_by = "custody-2025-1"', "", "a result of reissued needs followed_by"),
        ("at = 11:30:00", "at = 11:31:00", "give a quarter of an hour"),
        ('limit = "3 months"', 'limit = "soon"', "is not a limit"),
        ('kind = "recommendation"', 'kind = "hint"', "no policy is for 'hint'"),
        ("[letter]", "[letter", "not TOML"),
    ],
)
def test_what_does_not_hang_together_is_refused(refused, old, new, said):
    problem = refused((old, new))
    assert problem.startswith("mine.toml: ")
    assert said in problem


def test_every_problem_is_said_at_once(refused):
    said = refused(("authorised = 2024-04-09", "authorised = 2024-04-01"), ('lead = "lead-1"', 'lead = "x"'))
    assert [line.split(": ")[1].split(", ")[1] for line in said.splitlines()] == [
        "people.lead",
        "body[1].authorised",
    ]


@pytest.mark.parametrize("name", ["independent", "independent_rules", "independent_offices"])
def test_the_independent_count_shares_no_code_with_the_engine(name):
    tree = ast.parse((Path(__file__).parents[2] / "rehearsal" / f"{name}.py").read_text(encoding="utf-8"))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    others = {each for each in imported if each.split(".")[0] not in sys.stdlib_module_names}
    assert others <= {
        "audit.days",
        "audit.shelf",
        "rehearsal.independent_rules",
        "rehearsal.independent_offices",
    }


@pytest.mark.parametrize(
    "model",
    [
        History,
        history.Report,
        history.Recommendation,
        history.Criterion,
        history.LetterWords,
        history.People,
        history.BodyHistory,
        history.ExtraAct,
        ReplayResult,
    ],
)
def test_every_key_of_the_format_and_of_the_result_is_documented(model):
    page = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z_0-9]+)`", page)) | set(re.findall(r"`\[+[a-z_.]+\.([a-z_]+)\]+`", page))
    tables = {"report", "recommendation", "letter", "people", "body", "history"}
    assert set(model.model_fields) - tables <= written | {"act", "title"}
