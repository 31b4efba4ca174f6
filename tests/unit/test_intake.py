"""Import of reports: what is read, what is refused and in which words, and what loading again does."""

import csv
import io
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from config.policy_files import fill_shelf
from lifecycle.acts import SendRequestLetter
from lifecycle.opening import Opening, open_case
from lifecycle.rules import rules_for
from models.database import Database
from models.tables import CaseRow, Criterion, Person, PersonRole, Recommendation, Report
from office import intake, intake_text
from office.intake import ImportResult, IntakeError, Parsed
from office.intake_bodies import bodies_of_files
from office.intake_csv import COLUMNS
from office.intake_entries import RecommendationEntry
from office.intake_lines import Lines
from office.intake_openings import openings_of
from office.intake_toml import CRITERION, RECOMMENDATION, REPORT
from office.people import NotAllowed
from office.reference import load_reference

REGISTER = Path(__file__).parents[3] / "shared" / "data" / "recommendations.csv"
DOC = Path(__file__).parents[2] / "docs" / "import.md"
TODAY = date(2026, 2, 2)
HEADER = ",".join(COLUMNS)
ROW = {
    "row_id": "1",
    "rec_number": "VET-1",
    "kind": "recommendation",
    "report_title": "Vetting",
    "report_published": "2026-01-20",
    "directed_at": "the force",
    "body": "bedfordshire",
    "text": "Within six months, the force should explain its decisions.",
    "due_wording": "Within six months",
    "source_url": "https://inspectorate.example/vetting",
}

given_register = pytest.mark.skipif(not REGISTER.is_file(), reason="the register is not beside this checkout")


def sheet(*rows: dict[str, str], header=COLUMNS, **changes: str) -> bytes:
    """CSV with these rows, each a change of ROW."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows or [changes])
    return out.getvalue().encode()


def read(content: bytes, name: str = "register.csv", **options: bool) -> Parsed:
    return intake.read_bytes(content, name, **options)


def problems(content: bytes, name: str = "register.csv") -> list[tuple[int, str, str]]:
    with pytest.raises(IntakeError) as caught:
        read(content, name)
    return [(one.line, one.column, one.message) for one in caught.value.problems]


def refused(content: bytes, name: str = "register.csv") -> tuple[int, str, str]:
    [problem] = problems(content, name)
    return problem


def entry(content: bytes, name: str = "register.csv") -> RecommendationEntry:
    [report] = read(content, name).reports
    [found] = report.recommendations
    return found


def warned(content: bytes, name: str = "register.csv") -> list[str]:
    return [f"{one.column}: {one.message}" for one in read(content, name).warnings]


# CSV: what is read


def test_a_row_becomes_a_recommendation_of_its_report():
    [report] = read(sheet()).reports
    assert (report.id, report.title, report.published) == ("vetting-2026-01-20", "Vetting", date(2026, 1, 20))
    [found] = report.recommendations
    assert (found.reference, found.number, found.line) == ("vet-1", "VET-1", 2)
    assert (found.kind, found.policy) == ("recommendation", "national-recommendation")
    assert found.issued == date(2026, 1, 20)
    assert found.bodies == ("bedfordshire",)
    assert found.summary == found.title == ROW["text"]
    assert (found.due.phrase, found.due.limit, found.due.day) == (
        "Within six months",
        "6 months",
        date(2026, 7, 20),
    )


def test_columns_may_stand_in_any_order():
    assert read(sheet(header=tuple(reversed(COLUMNS)))) == read(sheet())


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_order_marks_and_line_ends_do_not_matter(start, end):
    assert read(start + sheet().replace(b"\n", end)) == read(sheet())


def test_empty_rows_are_passed_over():
    assert read(sheet() + b"\n" + b"," * 16 + b"\n").reports == read(sheet()).reports


def test_clocks_start_on_the_day_of_issue_where_it_is_given():
    found = entry(sheet(issued_date="2026-01-22"))
    assert (found.issued, found.due.day) == (date(2026, 1, 22), date(2026, 7, 22))


def test_without_a_day_of_publication_the_day_of_issue_is_the_reports():
    [report] = read(sheet(report_published="", issued_date="2026-01-22")).reports
    assert (report.published, report.id) == (date(2026, 1, 22), "vetting-2026-01-22")


def test_one_title_on_two_days_is_two_reports():
    content = sheet({}, {"rec_number": "VET-2"}, {"rec_number": "VET-3", "report_published": "2026-01-21"})
    assert [(one.id, len(one.recommendations)) for one in read(content).reports] == [
        ("vetting-2026-01-20", 2),
        ("vetting-2026-01-21", 1),
    ]


def test_long_titles_with_one_beginning_get_ids_of_their_own():
    titles = [f"{'An inspection of everything ' * 5}{n}" for n in (1, 2)]
    content = sheet(*({"rec_number": title[-1], "report_title": title} for title in titles))
    ids = [report.id for report in read(content).reports]
    assert len(set(ids)) == 2
    assert all(len(one) <= 80 for one in ids)


@pytest.mark.parametrize(
    ("directed_at", "body", "count"),
    [
        ("all forces (43)", "ALL", 43),
        ("Chief Constables", "all", 43),
        ("all fire and rescue services", "ALL", 44),
        ("", "all-forces", 43),
        ("", "all-services", 44),
    ],
)
def test_all_means_all_that_the_row_is_directed_at(directed_at, body, count):
    assert len(entry(sheet(directed_at=directed_at, body=body)).bodies) == count


def test_all_services_are_those_of_the_day():
    assert len(entry(sheet(body="all-services", report_published="2020-01-20")).bodies) == 45


def test_s55_asks_for_a_response_where_a_force_is_addressed():
    assert read(sheet()).reports[0].s55
    assert not read(sheet(body="avon-frs")).reports[0].s55


def test_a_cause_of_concern_is_kept_with_its_recommendation():
    found = entry(sheet(cause_of_concern="Decisions are not explained."))
    assert found.summary.endswith("\n\nCause of concern: Decisions are not explained.")


@pytest.mark.parametrize(
    ("kind", "policy"),
    [
        ("recommendation", "national-recommendation"),
        ("Cause of Concern  recommendation", "cause-of-concern"),
        ("accelerated cause of concern recommendation", "accelerated-cause-of-concern"),
        ("area for improvement", "area-for-improvement"),
    ],
)
def test_the_policy_is_the_one_that_is_first_of_all_for_the_kind(kind, policy):
    assert entry(sheet(kind=kind)).policy == policy


@pytest.mark.parametrize(
    "status", ["complete", "Completed", "closed (by 2025-03-07)", "no-further-action-needed", "Superseded"]
)
def test_what_is_finished_opens_no_case_and_says_so(status):
    assert entry(sheet(status=status)).finished == status
    assert warned(sheet(status=status)) == [
        f"status: {status!r}: nothing is left to follow, so no case is opened. Clear it to open one."
    ]


@pytest.mark.parametrize("status", ["", "awaiting-review", "being-progressed", "Open - on track"])
def test_anything_else_opens_one(status):
    assert entry(sheet(status=status)).finished == ""


# CSV: what is refused


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "issued_date",
            "2023-01",
            "2023-01 names no day. Write the whole date, such as 2023-01-17, as the report",
        ),
        ("report_published", "2015", "2015 names no day."),
        ("report_published", "31/08/2015", "Write 2015-08-31 if that is meant."),
        ("issued_date", "1.2.2015", "Write 2015-02-01 if that is meant."),
        ("issued_date", "2015-02-30", "2015-02-30 is not a day in the calendar."),
        ("issued_date", "20150831", "'20150831' is not a date. Write it as 2016-12-08."),
        ("issued_date", "2015-W02-1", "'2015-W02-1' is not a date."),
        ("issued_date", "３０", "is not a date."),
        ("issued_date", "0216-12-08", "8 December 216 is not between 1990 and 2100. Correct the year."),
        ("due_date_if_stated", "2026-13-01", "2026-13-01 is not a day in the calendar."),
        (
            "due_date_if_stated",
            "2026-01-19",
            "before its day of issue, 20 January 2026. Correct one of them.",
        ),
        ("due_date_if_stated", "2096-01-19", "more than 20 years after its issue. Correct the date."),
        (
            "text",
            "By 1 March 2019, the force should act.",
            "It would be due on 1 March 2019, before its day of",
        ),
        ("text", "Within 900 weeks and within 90 years, act.", "more than 20 years after its issue."),
        ("rec_number", "", "This is empty. Fill it in."),
        ("rec_number", "§", "has no letter or digit"),
        ("rec_number", "x" * 81, "is over 80 characters. Shorten it."),
        ("kind", "", "This is empty."),
        (
            "kind",
            "suggestion",
            "No policy is for the kind 'suggestion'. Write one of: accelerated cause of concern",
        ),
        ("kind", "response", "No policy is for the kind 'response'."),
        ("report_title", " ", "This is empty."),
        ("report_title", "x" * 401, "This has 401 characters; at most 400 are taken. Shorten it."),
        ("text", "", "This is empty."),
        ("body", "", "This is empty."),
        ("body", "bedfordshyre", "'bedfordshyre' is not a known body. Did you mean bedfordshire"),
        (
            "body",
            "(one force instance)",
            "'(one force instance)' names no body. Write the body's id, such as essex.",
        ),
        (
            "body",
            "warwickshire / west-mercia (the 'Alliance')",
            "names no single body. Write one row for each body",
        ),
        ("body", "kent, essex", "names no single body."),
        ("body", "isle-of-wight-frs", "isle-of-wight-frs ended on 1 April 2021, before 20 January 2026."),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_its_remedy(column, value, said):
    line, where, message = refused(sheet(**{column: value}))
    assert (line, where) == (2, column)
    assert said in message


def test_all_needs_to_be_told_of_whom():
    line, column, message = refused(sheet(directed_at="", body="ALL"))
    assert (line, column) == (2, "body")
    assert message == "ALL of whom? Write all-forces or all-services, or say so in directed_at."


def test_a_row_without_any_date_is_refused():
    line, column, message = refused(sheet(report_published=""))
    assert (line, column) == (2, "issued_date")
    assert "no clock can start" in message


def test_every_problem_of_every_row_is_told_in_the_order_of_lines():
    content = sheet(
        {"kind": "hint", "body": "nowhere"}, {"rec_number": "VET-2"}, {"rec_number": "", "text": ""}
    )
    assert [(line, column) for line, column, _ in problems(content)] == [
        (2, "body"),
        (2, "kind"),
        (4, "rec_number"),
        (4, "text"),
    ]


@pytest.mark.parametrize("second", ["VET-1", "vet 1", "Vet.1"])
def test_a_number_that_stands_twice_is_refused(second):
    line, column, message = refused(sheet({}, {"rec_number": second}))
    assert (line, column) == (3, "rec_number")
    assert message == "The reference vet-1 stands on line 2 already. Give this one another."


def test_the_same_text_under_two_numbers_is_two_recommendations():
    content = sheet({"rec_number": "872", "body": "essex"}, {"rec_number": "902", "body": "kent"})
    [report] = read(content).reports
    assert [one.reference for one in report.recommendations] == ["872", "902"]


def test_lines_are_right_after_cells_with_line_breaks():
    content = sheet(
        {"cause_of_concern": "One.\nTwo.\n\nFour.", "report_title": "Line\nbreak"},
        {"rec_number": "VET-2", "kind": "hint\n", "text": "First.\nSecond.", "due_date_if_stated": "soon"},
    )
    assert [(line, column) for line, column, _ in problems(content)] == [
        (7, "kind"),
        (9, "due_date_if_stated"),
    ]
    assert problems(content.replace(b"\n", b"\r\n")) == problems(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \n\n", "The file is empty."),
        (HEADER.encode(), "The file has no recommendation."),
        (b"PK\x03\x04rest", "This is an Excel workbook or another packed file. Save it as text"),
        (HEADER.encode("utf-16"), "This is UTF-16 text."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"hello\nworld\n", "The first line must name the columns: row_id,rec_number,"),
        (HEADER.replace(",", ";").encode(), "separated by semicolons, as Excel does in some countries. Save"),
        (HEADER.replace(",", "\t").encode(), "separated by tabs"),
        (sheet(text="Nul\0l"), "A control character (0x00) stands here. Delete it."),
    ],
)
def test_a_file_of_another_sort_is_refused_with_what_to_do(content, said):
    assert said in refused(content)[2]


def test_text_that_is_not_utf_8_is_named_with_its_line():
    content = sheet({}, {"rec_number": "VET-2", "text": "The force’s plan"}).decode().encode("cp1252")
    line, column, message = refused(content)
    assert (line, column) == (3, "")
    assert message.startswith("Byte 0x92 is not UTF-8 text. Save the file as UTF-8: in Excel,")


def test_a_file_over_20_mb_is_refused(monkeypatch):
    assert intake_text.LIMIT == 20 * 1024 * 1024
    monkeypatch.setattr(intake_text, "LIMIT", 100)
    assert "at most 100 (20 MB) are taken. Split it by report." in refused(sheet())[2]


def test_columns_are_exactly_those_of_the_register():
    names = [*COLUMNS[1:], "colour", "text"]
    assert [(column, message) for _, column, message in problems(",".join(names).encode())] == [
        ("colour", "This column is not known. Delete it."),
        ("row_id", "This column is missing. Add it; its cells may be empty."),
        ("text", "This column stands twice. Delete one."),
    ]


@pytest.mark.parametrize("cells", ["1,2,3", "1" + "," * 17])
def test_a_row_with_too_few_or_too_many_cells_is_refused(cells):
    line, _, message = refused(sheet() + cells.encode() + b"\n")
    assert line == 3
    assert f"This row has {cells.count(',') + 1} cells; 17 are expected." in message


@pytest.mark.parametrize(
    "row", ['1,"never closed\n\n\n', '1,"closed" too early,\n', f'1,"{"x" * 140_000}",\n']
)
def test_a_row_that_is_not_csv_is_named_where_it_begins(row):
    line, _, message = refused(sheet() + row.encode())
    assert line == 3
    assert message.startswith("The row that begins here is not CSV")


@pytest.mark.parametrize("name", ["register.xlsx", "register", "register.json"])
def test_a_file_of_another_name_is_refused(name):
    assert "must end in .csv or .toml" in refused(sheet(), name)[2]


def test_the_error_names_the_file_on_each_line():
    with pytest.raises(IntakeError) as caught:
        read(sheet(kind="hint", body=""))
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "register.csv",
        "register.csv",
    ]
    assert "line 2, column body" in str(caught.value)


# Leaving out what is bad


def test_bad_rows_can_be_left_out_and_are_named():
    content = sheet({}, {"rec_number": "VET-2", "body": "nowhere"}, {"rec_number": "VET-1"})
    found = read(content, leave_out_bad=True)
    assert [one.reference for one in found.reports[0].recommendations] == ["vet-1"]
    assert [(one.line, one.column) for one in found.left_out] == [(3, "body"), (4, "rec_number")]


def test_what_is_wrong_with_the_whole_file_still_refuses_it():
    for content in (b"", b"hello", sheet(body="nowhere")):
        with pytest.raises(IntakeError):
            read(content, leave_out_bad=True)


# Limits


@pytest.mark.parametrize(
    ("changes", "day", "warnings"),
    [
        ({}, date(2026, 7, 20), []),
        ({"due_date_if_stated": "2026-07-20"}, date(2026, 7, 20), []),
        (
            {"due_date_if_stated": "2026-06-30"},
            date(2026, 6, 30),
            [
                "due_date_if_stated: The file gives 30 June 2026, the words give 20 July 2026: the file's is taken."
            ],
        ),
        (
            {"due_wording": "Within three months"},
            date(2026, 7, 20),
            [
                'due_wording: The file says "Within three months", and the text is read as "Within six months".'
            ],
        ),
        ({"text": "Take immediate action.", "due_wording": "immediate action"}, date(2026, 1, 20), []),
        ({"text": "The force should act.", "due_wording": "within two weeks"}, date(2026, 2, 3), []),
        ({"text": "The force should act.", "due_wording": ""}, None, []),
        (
            {"text": "By July 2026, the force should act.", "due_wording": "By July 2026"},
            date(2026, 7, 31),
            [
                'text: Please confirm the limit: 31 July 2026 is taken. "By July 2026" names a month, not a day'
            ],
        ),
        (
            {"text": "Within two weeks of the new guidance, act.", "due_wording": "Within two weeks"},
            None,
            [
                'text: Please confirm the limit: no date is taken. "Within two weeks" counts from another event'
            ],
        ),
        (
            {"text": "Within 10 working days, the force should act.", "due_wording": ""},
            date(2026, 2, 3),
            ["text: Please confirm the limit: 3 February 2026 is taken."],
        ),
    ],
)
def test_the_words_are_read_and_compared_and_a_stated_date_wins(changes, day, warnings):
    assert entry(sheet(**changes)).due.day == day
    found = warned(sheet(**changes))
    assert len(found) == len(warnings)
    assert all(one.startswith(start) for one, start in zip(found, warnings, strict=True))


PLAN = "Within 28 days, the service should provide an action plan."
CONCERN = {"kind": "cause of concern recommendation", "body": "avon-frs", "due_wording": "Within 28 days"}


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({**CONCERN, "text": PLAN}, []),
        ({**CONCERN, "text": PLAN.replace("28 days", "six weeks"), "due_wording": ""}, []),
        ({**CONCERN, "text": PLAN.replace("28 days", "three months"), "due_wording": ""}, ["3 months"]),
        ({**CONCERN, "text": "Within 28 days, the service should train its staff."}, ["28 days"]),
        ({"text": PLAN}, ["28 days"]),
        ({}, ["6 months"]),
        ({"text": "Act."}, []),
        ({"text": "Within two weeks of the new guidance, act.", "due_wording": ""}, []),
    ],
)
def test_the_submission_clock_of_a_cause_of_concern_covers_its_action_plan(ledger, changes, limits):
    [opening] = imported(ledger, sheet(**{"due_wording": "", **changes})).openings
    assert [own.limit for own in opening.own_limits] == limits


def test_another_time_for_an_action_plan_than_the_policys_is_pointed_out():
    content = sheet(**{**CONCERN, "text": PLAN.replace("28", "14"), "due_wording": ""})
    [warning] = warned(content)
    assert "The text gives 14 days for an action plan, the policy Cause of concern 28 days" in warning


def test_working_days_are_counted_by_the_bank_holidays_of_each_body(ledger):
    text = "Within 10 working days, act."
    content = sheet(
        {"text": text, "report_published": "2025-07-07"},
        {"rec_number": "VET-2", "body": "psni", "text": text, "report_published": "2025-07-07"},
    )
    openings = imported(ledger, content).openings
    assert [own.due for opening in openings for own in opening.own_limits] == [
        date(2025, 7, 21),
        date(2025, 7, 22),
    ]


# TOML

TOML = """
[report]
id = "vetting"
title = "Vetting"
published = 2026-01-20

[[recommendation]]
reference = "VET-1"
kind = "recommendation"
title = "Decisions explained"
summary = "Decisions are explained."
wording = "within six months"
bodies = ["bedfordshire"]
"""


def toml(old: str = "", new: str = "") -> bytes:
    assert old in TOML
    return TOML.replace(old, new, 1).encode()


def test_the_example_of_the_documentation_is_imported(ledger):
    [text] = re.findall(r"```toml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
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
    [text] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
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


# Into the tables


@pytest.fixture
def ledger(database) -> Database:
    fill_shelf()
    load_reference(database)
    return database


def apply(database: Database, file: Parsed, actor: str = "ops-1", today: date = TODAY) -> ImportResult:
    return intake.apply_import(database, file, actor, today=today)


def imported(database: Database, content: bytes, name: str = "register.csv", **options: bool) -> ImportResult:
    return apply(database, intake.read_bytes(content, name, database, **options))


def opened(openings: tuple[Opening, ...], today: date = TODAY) -> None:
    now = datetime.combine(today, time(12), UTC)
    for opening in openings:
        assert open_case(
            opening, now, rules_for(opening.policy_hash, opening.calendar_hash, opening.division)
        )


def put_cases(database: Database, openings: tuple[Opening, ...]) -> None:
    """The rows that the ledger has of cases that are open."""
    with database.writing() as session:
        for one in openings:
            session.add(
                CaseRow(
                    id=one.id,
                    reference=one.reference,
                    body_id=one.body,
                    report_id=one.report,
                    recommendation_kind=one.recommendation_kind,
                    division=one.division,
                    policy=one.policy,
                    policy_hash=one.policy_hash,
                    calendar_hash=one.calendar_hash,
                    stage="issued",
                    seq=1,
                    head_hash="",
                    issued_on=one.issued_on,
                    opened_at=datetime(2026, 2, 2, tzinfo=UTC),
                )
            )


def test_an_import_writes_its_rows_and_answers_its_openings(ledger):
    result = imported(ledger, sheet(body="south-yorkshire"))
    [opening] = result.openings
    assert opening.id == "recommendation/vet-1/south-yorkshire"
    assert opening.oversight == "south-yorkshire-mayor"
    assert opening.actor == "ops-1"
    assert opening.source == "register.csv, line 2"
    assert result.by_report() == {"vetting-2026-01-20": (opening,)}
    opened(result.openings)
    with ledger.reading() as session:
        assert session.get_one(Report, "vetting-2026-01-20").content_hash
        row = session.get_one(Recommendation, "vet-1")
    assert (row.limit, row.due, row.phrase) == ("6 months", date(2026, 7, 20), "Within six months")
    assert not row.illustrative


def test_who_oversees_is_as_of_the_day_of_the_import(ledger):
    file = intake.read_bytes(sheet(body="south-yorkshire", report_published="2024-04-02"), "r.csv", ledger)
    [opening] = apply(ledger, file, today=date(2024, 5, 6)).openings
    assert opening.oversight == "south-yorkshire-pcc"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(ledger):
    file = intake.read_bytes(sheet(), "register.csv", ledger)
    found = intake.plan_import(file, ledger, today=TODAY)
    assert found.lines() == [
        "new report vetting-2026-01-20",
        "new recommendation vet-1",
        "1 cases to open; 0 are here already",
    ]
    with ledger.reading() as session:
        assert session.exec(select(Report)).all() == []


def test_the_same_file_again_changes_nothing(ledger):
    first = imported(ledger, sheet(body="all-forces"))
    put_cases(ledger, first.openings)
    again = imported(ledger, sheet(body="all-forces"))
    assert again.openings == ()
    rows = (*again.difference.reports, *again.difference.recommendations)
    assert {row.state for row in rows} == {"unchanged"}
    assert len(again.difference.known_cases) == 43


def test_cases_that_were_not_opened_are_asked_for_again(ledger):
    first = imported(ledger, sheet())
    assert imported(ledger, sheet()).openings == first.openings


def test_new_bodies_get_new_cases_and_others_go_on(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    result = imported(ledger, sheet(body="all-forces"))
    assert len(result.openings) == 42
    only_kent = imported(ledger, sheet(body="kent")).difference
    assert only_kent.gone == ("recommendation/vet-1/bedfordshire",)
    assert "recommendation/vet-1/bedfordshire is not in the file, and goes on as it is" in only_kent.lines()


def test_words_can_be_corrected_and_each_difference_is_told(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    better = sheet(text="Within six months, the force must explain its decisions.")
    assert "  title: 'Within six months, the force should explain its decisions.' becomes" in "\n".join(
        intake.plan_import(read(better), ledger, today=TODAY).lines()
    )
    result = imported(ledger, better)
    [row] = result.difference.recommendations
    assert {change.field for change in row.changes} == {"title", "summary"}
    with ledger.reading() as session:
        assert "must explain" in session.get_one(Recommendation, "vet-1").summary


@pytest.mark.parametrize(
    ("changes", "column", "field"),
    [
        ({"issued_date": "2026-01-21"}, "issued_date", "issued_on"),
        ({"due_date_if_stated": "2026-07-21"}, "due_date_if_stated", "due"),
        ({"text": "Within one year, act.", "due_wording": ""}, "due_wording", "limit"),
        ({"kind": "area for improvement"}, "kind", "kind"),
    ],
)
def test_what_running_clocks_depend_on_is_not_changed_by_an_import(ledger, changes, column, field):
    put_cases(ledger, imported(ledger, sheet()).openings)
    with pytest.raises(IntakeError) as caught:
        imported(ledger, sheet(**changes))
    [said] = [one for one in caught.value.problems if f"1 case depends on {field} of vet-1" in one.message]
    assert (said.line, said.column) == (2, column)
    assert "move the clock by an act" in said.message
    with ledger.reading() as session:
        assert session.get_one(Recommendation, "vet-1").issued_on == date(2026, 1, 20)


def test_before_there_are_cases_everything_can_be_corrected(ledger):
    imported(ledger, sheet())
    [opening] = imported(ledger, sheet(issued_date="2026-01-21")).openings
    assert opening.issued_on == date(2026, 1, 21)


def test_refused_changes_are_left_out_with_the_bad_rows(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    content = sheet(
        {"issued_date": "2026-01-21"}, {"rec_number": "VET-2"}, {"rec_number": "VET-3", "body": "x"}
    )
    result = imported(ledger, content, leave_out_bad=True)
    assert [one.reference for one in result.openings] == ["vet-2"]
    assert {one.line for one in result.left_out} == {2, 4}


def test_criteria_are_fixed_once_there_are_cases(ledger):
    text = TOML + '[[recommendation.criterion]]\nid = "a"\nsummary = "A."\nlimit = "3 months"\n'
    result = imported(ledger, text.encode(), "report.toml")
    put_cases(ledger, result.openings)
    assert imported(ledger, text.replace('"A."', '"Better."').encode(), "report.toml").openings == ()
    more = text + '[[recommendation.criterion]]\nid = "b"\nsummary = "B."\n'
    for changed in (more, text.replace("3 months", "4 months"), TOML):
        with pytest.raises(IntakeError, match="1 case depends on criteri"):
            imported(ledger, changed.encode(), "report.toml")
    with ledger.reading() as session:
        [row] = session.exec(select(Criterion))
    assert (row.id, row.summary, row.limit, row.position) == ("a", "Better.", "3 months", 1)


def test_a_criterion_can_go_while_there_are_no_cases(ledger):
    imported(ledger, (TOML + '[[recommendation.criterion]]\nid = "a"\nsummary = "A."\n').encode(), "r.toml")
    imported(ledger, TOML.encode(), "r.toml")
    with ledger.reading() as session:
        assert session.exec(select(Criterion)).all() == []


def test_a_reference_stays_in_its_report(ledger):
    imported(ledger, sheet())
    with pytest.raises(IntakeError, match="vet-1 is in the report vetting-2026-01-20 already"):
        imported(ledger, sheet(report_title="Another"))


def test_the_day_of_publication_stays_once_there_are_cases(ledger):
    put_cases(ledger, imported(ledger, toml(), "r.toml").openings)
    with pytest.raises(IntakeError) as caught:
        imported(ledger, toml("2026-01-20", "2026-01-21"), "r.toml")
    assert [(one.line, one.column) for one in caught.value.problems if "of vetting," in one.message] == [
        (2, "published")
    ]


def test_a_correction_keeps_the_day_on_which_the_overview_was_published(ledger):
    imported(ledger, toml(), "r.toml")
    with ledger.writing() as session:
        session.get_one(Report, "vetting").overview_published_on = date(2026, 2, 1)
    imported(ledger, toml('title = "Vetting"', 'title = "Vetting, again"'), "r.toml")
    with ledger.reading() as session:
        report = session.get_one(Report, "vetting")
    assert (report.title, report.overview_published_on) == ("Vetting, again", date(2026, 2, 1))


def test_a_report_of_tomorrow_is_imported_tomorrow(ledger):
    with pytest.raises(IntakeError, match="3 February 2026 has not come yet"):
        imported(ledger, sheet(report_published="2026-02-03"))
    with pytest.raises(IntakeError, match="has not come yet"):
        imported(ledger, sheet(issued_date="2026-02-03"))


def test_nothing_is_written_when_anything_is_refused(ledger):
    content = sheet({"report_title": "Other"}, {"rec_number": "VET-2", "report_published": "2026-02-03"})
    with pytest.raises(IntakeError):
        imported(ledger, content)
    with ledger.reading() as session:
        assert session.exec(select(Report)).all() == []


@pytest.mark.parametrize("actor", ["inspector-1", "liaison-bedfordshire", "nobody", ""])
def test_only_operations_and_lead_inspectors_import(ledger, actor):
    with pytest.raises(NotAllowed):
        apply(ledger, read(sheet()), actor)


def test_a_ledger_without_the_bodies_says_so(database):
    with database.writing() as session:
        session.add(Person(id="ops-1", name="Operator"))
        session.flush()
        session.add(PersonRole(person_id="ops-1", role="operations", owner="inspectorate"))
    with pytest.raises(IntakeError, match="This ledger does not know bedfordshire"):
        apply(database, read(sheet()))


# The register itself


@given_register
def test_the_register_is_refused_with_exactly_the_rows_that_cannot_be_taken():
    found = problems(REGISTER.read_bytes(), "recommendations.csv")
    assert [(line, column) for line, column, _ in found] == REFUSED


@given_register
def test_the_register_is_imported_without_them(ledger):
    result = imported(ledger, REGISTER.read_bytes(), "recommendations.csv", leave_out_bad=True)
    assert [(one.line, one.column) for one in result.left_out] == REFUSED
    assert len(result.difference.recommendations) == 42 - len(REFUSED)
    opened(result.openings)
    counts = {report: len(openings) for report, openings in result.by_report().items()}
    assert counts["peel-police-legitimacy-2016-a-national-overview-2016-12-08"] == 43
    assert sum(counts.values()) == 223
    assert sum("nothing is left to follow" in one.message for one in result.warnings) == 7
    put_cases(ledger, result.openings)
    again = imported(ledger, REGISTER.read_bytes(), "recommendations.csv", leave_out_bad=True)
    assert again.openings == ()
    assert {row.state for row in again.difference.recommendations} == {"unchanged"}


NO_BODY = [3, 5, 6, 7, 8, 9]
NO_DATE = [15, 16, 17, 18, 25, 26, 28, 29, 30, 31, 38, 39, 43]
MONTH_ONLY = [37, 41, 42]
REFUSED = sorted(
    [
        *((line, "body") for line in NO_BODY),
        *((line, "issued_date") for line in NO_DATE),
        *((line, "report_published") for line in MONTH_ONLY),
    ]
)


# Anything at all


def never_but_with_words(content: bytes, name: str) -> None:
    """A file is read, or refused with problems that have a message."""
    try:
        found = read(content, name).reports
    except IntakeError as error:
        found = tuple(one for one in error.problems if one.message and one.line >= 0)
    assert found


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b'"')
def test_any_bytes_are_read_or_refused(content):
    for name in ("any.csv", "any.toml"):
        never_but_with_words(content, name)


CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*ROW.values(), "ALL", "2016-12-08", "0001-01-01", "9999-12-31", "within 9999 years", "area"]
    ),
    st.sampled_from(
        ["By 31 February 2020", "within 100 years", "within 0 days", "within 5 working days of x"]
    ),
)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, CELLS)), min_size=1, max_size=3))
@settings(max_examples=300)
def test_any_cells_are_read_or_refused_and_what_is_read_can_be_opened(rows):
    never_but_with_words(sheet(*rows), "any.csv")
    try:
        file = read(sheet(*rows), leave_out_bad=True)
    except IntakeError:
        return
    assert openable(file)


@given(st.binary(min_size=1, max_size=3), st.integers(0, 10_000), st.integers(0, 5))
@settings(max_examples=300)
def test_a_file_with_a_few_bytes_changed_is_read_or_refused(junk, at, gone):
    for content, name in ((sheet({}, {"rec_number": "2"}), "any.csv"), (TOML.encode(), "any.toml")):
        at %= len(content)
        never_but_with_words(content[:at] + junk + content[at + gone :], name)


def openable(file: Parsed) -> bool:
    """Whether every case of the file opens, long after."""
    fill_shelf()
    later = date(2101, 1, 1)
    for report in file.reports:
        for one in report.recommendations:
            found = openings_of(report, one, bodies_of_files(), actor="ops-1", today=later, file=file.name)
            opened(tuple(found)[:2], later)
    return True


def test_a_letter_can_be_sent_in_an_imported_case(ledger):
    [opening] = imported(ledger, sheet()).openings
    act = SendRequestLetter(key="k", actor="ops-1", letter="letter-1", on=date(2026, 1, 30))
    opened((opening.model_copy(update={"past": (act,)}),))
