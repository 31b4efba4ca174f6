"""What a body sees: what it owes and why that day, its heaps, filters, exports; never what belongs to another."""

import csv
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from console.body.export import HEADS
from console.sheets import harmless, workbook
from office.owed import Sought, on_file, owed

pytestmark = [pytest.mark.server]
BODY, OTHER = "devon-and-cornwall", "essex"
HOME = f"/body/{BODY}"


def words(answer):
    """The main part of a page as a person reads it."""
    main = answer.text[answer.text.index("<main") :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def browser(there):
    with there.as_(f"liaison-{BODY}") as one:
        yield one


def test_a_body_sees_what_it_owes_by_when_and_why(there, browser):
    page = words(browser.get(HOME))
    assert "What we owe" in page
    assert re.search(r"by 11:59pm on \w+day \d+ \w+ 20\d\d", page)
    assert "Why this day" in page
    assert "that day is not counted" in page
    assert browser.get("/").headers["location"] == HOME


def test_the_most_urgent_comes_first(there):
    with there.as_("liaison-greater-manchester") as browser:
        exported = browser.get("/body/greater-manchester/export.csv").content.decode("utf-8-sig")
    dues = [row["Due"] for row in csv.DictReader(StringIO(exported))]
    assert len(dues) > 1
    assert dues == sorted(dues)


def test_each_duty_names_its_next_act_and_the_link_is_a_page(there):
    with there.as_("liaison-greater-manchester") as browser:
        page = browser.get("/body/greater-manchester").text
        links = set(re.findall(r'href="(/(?:cases|body)/[^"]+)"', page))
        acts = [link.replace("&amp;", "&") for link in links if "/cases/" in link or "submit" in link]
        assert any("/submit?cases=" in link for link in acts)
        assert any("/declare" in link for link in acts)
        for link in acts:
            assert browser.get(link).status_code in (200, 303), link


@pytest.mark.parametrize("query", ["view=inspectorate", "view=closed", "view=nonsense", "page=7", "page=x"])
def test_every_view_is_a_link(browser, query):
    assert browser.get(f"{HOME}?{query}").status_code == 200


def test_filters_narrow_and_can_be_taken_off(there):
    home = "/body/greater-manchester"
    with there.as_("liaison-greater-manchester") as browser:
        narrowed = browser.get(home, params={"q": "graded response"})
        assert "gmp2021-rtp-2" in narrowed.text
        assert "gmp2020-4" not in narrowed.text
        assert "take this filter off" in narrowed.text
        by_report = browser.get(home, params={"report": "gmp-victims-2020"})
        assert "gmp2020-4" in by_report.text
        assert "gmp2021-rtp-2" not in by_report.text
        assert "Nothing matches" in browser.get(home, params={"q": "no such words"}).text
        assert "overdue only" in words(browser.get(home, params={"overdue": "1"}))


def test_words_that_mean_something_to_sql_are_only_words(browser):
    for said in ("%", "_", "' OR 1=1 --", "\\"):
        assert browser.get(HOME, params={"q": said}).status_code == 200


def test_what_is_with_the_inspectorate_tells_nothing_of_its_assessment(there):
    case = there.case_at("assessed")
    with there.as_(f"liaison-{case.body}") as browser:
        page = words(browser.get(f"/body/{case.body}?view=inspectorate"))
    assert case.reference in page
    assert "Submitted Not told yet" in page
    assert "Assessed" not in page


def test_a_body_without_duties_is_told_so(there):
    with there.as_("liaison-cheshire-frs") as browser:
        assert "You owe nothing now" in browser.get("/body/cheshire-frs").text


def test_a_declaration_without_a_date_is_owed_all_the_same(there):
    with there.as_("liaison-shropshire-frs") as browser:
        page = words(browser.get("/body/shropshire-frs"))
    assert "No date is set Declare that it is implemented shrops-afi1" in page


@pytest.mark.parametrize(
    "path", ["", "/export.csv", "/export.xlsx", "/submit", "/asked", "/post", "/contacts", "/calendar"]
)
def test_another_body_is_not_there(browser, path):
    assert browser.get(f"/body/{OTHER}{path}").status_code == 404
    assert browser.get(f"/body/atlantis{path}").status_code == 404


def test_the_export_holds_all_that_is_owed_in_both_kinds(browser):
    answer = browser.get(f"{HOME}/export.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="owed-')
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    sheet = load_workbook(BytesIO(browser.get(f"{HOME}/export.xlsx").content)).active
    assert sheet is not None
    assert tuple(rows[0]) == HEADS
    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert sheet.max_row == len(rows)
    assert [row[0] for row in rows[1:]] == [cell.value for cell in sheet["A"][1:]]


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_ever_a_formula(said):
    assert harmless(said) == f"'{said}"
    sheet = load_workbook(BytesIO(workbook("All", HEADS, [(said,) * len(HEADS)]))).active
    assert sheet is not None
    assert {cell.data_type for cell in sheet[2]} == {"s"}


def test_a_workbook_holds_no_control_characters():
    sheet = load_workbook(BytesIO(workbook("All", HEADS, [("a\x00b\x0bc",) * len(HEADS)]))).active
    assert sheet is not None
    assert sheet["A2"].value == "abc"


def test_a_workbook_keeps_spaces_of_every_kind():
    said = "West\u00a0Midlands\tno\u202f1\nand \u00ad2"
    sheet = load_workbook(BytesIO(workbook("All", HEADS, [(said + "\ufffe",) * len(HEADS)]))).active
    assert sheet is not None
    assert sheet["A2"].value == said


def test_the_number_of_queries_is_the_same_at_any_size(there):
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(there.database.engine, "before_cursor_execute", note)
    counts = set()
    for body in ("greater-manchester", "devon-and-cornwall", "cheshire-frs"):
        asked.clear()
        owed(there.database, on_file(), Sought(body), datetime.now(UTC).date(), page=1, size=50)
        counts.add(len([one for one in asked if one.startswith("SELECT")]))
    event.remove(there.database.engine, "before_cursor_execute", note)
    assert len(counts) == 1, counts
