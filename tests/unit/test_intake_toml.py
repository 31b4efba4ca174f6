"""Import from TOML: the example of the documentation, and each mistake with its line and key."""

import re
from datetime import date
from pathlib import Path

import pytest

from models.database import Database
from office.intake_csv import COLUMNS
from office.intake_lines import Lines
from office.intake_toml import CRITERION, RECOMMENDATION, REPORT
from tests.unit.intake_files import (
    TOML,
    apply,
    entry,
    opened,
    problems,
    read,
    refused,
    toml,
    warned,
    with_bodies,
)

DOC = Path(__file__).parents[2] / "docs" / "import.md"


@pytest.fixture
def ledger(database: Database) -> Database:
    return with_bodies(database)


def _example(page: str) -> str:
    """The example of a whole report; the page's other one is of a past."""
    [whole] = [str(one) for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[report]" in one]
    return whole


def test_the_example_of_the_documentation_is_imported(ledger):
    text = _example(DOC.read_text(encoding="utf-8"))
    file = read(text.encode(), "report.toml")
    [report] = file.reports
    assert (report.id, report.s55, file.warnings) == ("vetting-2026", True, ())
    first, second, third = report.recommendations
    assert (first.reference, first.number, len(first.bodies)) == ("vet-2026-1", "1", 43)
    assert first.due.limit == "6 months"
    assert [(one.id, one.due.limit) for one in first.criteria] == [
        ("guidance", "3 months"),
        ("records", None),
    ]
    assert (second.bodies, second.due.day) == (("bedfordshire", "btp"), date(2026, 9, 30))
    assert (third.policy, third.issued, third.due.plan) == ("cause-of-concern", date(2026, 1, 22), True)
    assert third.source == "https://inspectorate.example/vetting-2026/letter"
    openings = apply(ledger, file).openings
    assert len(openings) == 46
    opened(openings)
    assert {own.criterion for own in openings[0].own_limits} == {None, "guidance"}


def test_every_key_of_the_format_is_documented():
    page = DOC.read_text(encoding="utf-8")
    text = _example(page)
    for key in (REPORT | RECOMMENDATION | CRITERION) - {"sample", "criterion", "limit"}:
        assert re.search(rf"^{key} = ", text, re.MULTILINE), key
    assert all(f"`{column}`" in page or column in page for column in COLUMNS)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said"),
    [
        (
            'id = "vetting"',
            'id = "Vetting 2026"',
            3,
            "id",
            "Write small letters, digits and hyphens: vetting-2026.",
        ),
        ('id = "vetting"\n', "", 2, "id", "This is empty. Fill it in."),
        ("published = 2026-01-20", 'published = "2026-01"', 5, "published", "2026-01 names no day."),
        ("published = 2026-01-20\n", "", 2, "published", "This is empty. Write the day of publication"),
        ("published = 2026-01-20", "published = 2026-01-20T10:00:00Z", 5, "published", "is not a date."),
        ("published = 2026-01-20", "published = 20260120", 5, "published", "'20260120' is not a date."),
        ('title = "Vetting"', "title = 7", 4, "title", "7 is not text. Put it in quotation marks."),
        ('title = "Vetting"', 'title = "Vetting"\ns55 = "yes"', 5, "s55", "This must be true or false."),
        (
            'title = "Vetting"',
            'title = "Vetting"\ncolour = "red"',
            5,
            "colour",
            "This key is not known. Known: id",
        ),
        (
            "[[recommendation]]",
            "[recommendation]",
            7,
            "recommendation",
            "Begin each one with [[recommendation]]",
        ),
        ("[report]", "[[report]]", 2, "report", "This must be a table. Write [report]."),
        ("[report]", "[reports]", 2, "reports", "This is not known here. A file has [report]"),
        ("[report]", "[report", 2, "", "This is not TOML:"),
        ('kind = "recommendation"', 'kind = "hint"', 9, "kind", "No policy is for the kind 'hint'."),
        (
            'kind = "recommendation"',
            'kind = "recommendation"\npolicy = "x"',
            10,
            "policy",
            "no policy 'x'. Known: ",
        ),
        ('reference = "VET-1"\n', "", 7, "reference", "This is empty."),
        ('bodies = ["bedfordshire"]', "", 7, "bodies", "This must be a list of words"),
        ('bodies = ["bedfordshire"]', 'bodies = "kent"', 13, "bodies", "This must be a list of words"),
        ('bodies = ["bedfordshire"]', "bodies = []", 13, "bodies", "This list is empty. Name at least one."),
        ('["bedfordshire"]', '["bedfordshire", "narnia"]', 13, "bodies", "'narnia' is not a known body."),
        (
            'wording = "within six months"',
            'limit = "soon"',
            12,
            "limit",
            '"soon" is not a limit: write "6 months"',
        ),
        ('wording = "within six months"', "due = 2025-01-01", 12, "due", "before its day of issue"),
        ('wording = "within six months"', 'issued = "2026-1"', 12, "issued", "2026-1 names no day."),
        (
            "bodies =",
            "criterion = 3\nbodies =",
            13,
            "criterion",
            "Begin each one with [[recommendation.criterion]]",
        ),
    ],
)
def test_a_mistake_in_toml_is_named_with_line_and_key(old, new, line, column, said):
    found = [one for one in problems(toml(old, new), "report.toml") if one[1] == column]
    assert [(found[0][0], found[0][1])] == [(line, column)]
    assert said in found[0][2]


def test_lines_are_right_after_long_strings_and_comments():
    text = TOML.replace('"Decisions are explained."', '"""\n[report]\nkind = 3\n"""  # """').replace(
        '"within six months"', '"""within six months"""\n# bodies = """\nissued = "May"'
    )
    assert [(line, column) for line, column, _ in problems(text.encode(), "report.toml")] == [(17, "issued")]


def test_criteria_are_checked_one_by_one():
    text = (
        TOML
        + '[[recommendation.criterion]]\nid = "a b"\n[[recommendation.criterion]]\nid = "c"\nsummary = "x"\n'
    )
    text += '[[recommendation.criterion]]\nid = "c"\nsummary = "y"\nlimit = "P900Y"\nwidth = 2\n'
    assert [(line, column) for line, column, _ in problems(text.encode(), "report.toml")] == [
        (14, "summary"),
        (15, "id"),
        (20, "id"),
        (22, "limit"),
        (23, "width"),
    ]


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_toml_that_no_parser_likes_is_refused(text):
    assert "This is not TOML" in refused(text.encode(), "report.toml")[2]


def test_the_second_of_two_tables_has_its_own_lines():
    lines = Lines('[report]\nid = "a"\n[[x]]\nk = 1\n[[x.y]]\nk = 2\n[[x.y]]\n[[x]]\n[[x.y]]\nk = 3\n')
    assert lines.of(("x", 0, "y", 0, "k")) == 6
    assert lines.of(("x", 0, "y", 1, "k")) == 7
    assert lines.of(("x", 1, "y", 0, "k")) == 10
    assert lines.of(("z",)) == 1


@pytest.mark.parametrize(
    ("new", "day", "warnings"),
    [
        ("limit = '28 days'", date(2026, 2, 17), 0),
        ("limit = 'P6M'\nwording = 'within six months'", date(2026, 7, 20), 0),
        ("limit = '28 days'\nwording = 'within six months'", date(2026, 2, 17), 1),
        ("limit = '28 days'\ndue = 2026-03-01", date(2026, 3, 1), 1),
        ("quoted = 'Within six months, act.'", date(2026, 7, 20), 0),
        ("wording = 'in due course'", None, 2),
    ],
)
def test_a_date_wins_over_a_limit_and_a_limit_over_the_words(new, day, warnings):
    content = toml('wording = "within six months"', new)
    assert entry(content, "report.toml").due.day == day
    assert len(warned(content, "report.toml")) == warnings
