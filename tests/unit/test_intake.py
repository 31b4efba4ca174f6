"""Import from CSV: what is read, what is refused and in which words; the register; and any bytes at all."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.policy_files import fill_shelf
from models.database import Database
from office import intake_text
from office.intake import IntakeError, Parsed
from office.intake_bodies import bodies_of_files
from office.intake_csv import COLUMNS
from office.intake_openings import openings_of
from tests.unit.intake_files import (
    HEADER,
    ROW,
    TOML,
    entry,
    imported,
    opened,
    problems,
    put_cases,
    read,
    refused,
    sheet,
    warned,
    with_bodies,
)

REGISTER = Path(__file__).parents[3] / "shared" / "data" / "recommendations.csv"
given_register = pytest.mark.skipif(not REGISTER.is_file(), reason="the register is not beside this checkout")


@pytest.fixture
def ledger(database: Database) -> Database:
    return with_bodies(database)


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
    assert "at most 100 bytes (20 MB) are taken. Split it by report." in refused(sheet())[2]


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
        found = len(read(content, name).reports)
    except IntakeError as error:
        found = sum(1 for one in error.problems if one.message and one.line >= 0)
    assert found > 0


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
