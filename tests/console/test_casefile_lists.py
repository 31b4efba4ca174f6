"""The list of cases: every view a link, with filters, order, pages and exports that say the same."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from office.allocation import allocate
from tests.console.house import House

pytestmark = [pytest.mark.server]
LETTERS = "seed-2016-legitimacy-asg"


def get(there: House, path: str, person: str = "inspector-2", code: int = 200):
    with there.as_(person) as browser:
        answer = browser.get(path)
    assert answer.status_code == code, (path, answer.status_code)
    return answer


def listed(there: House, query: str) -> list[str]:
    """The addresses of the cases on the page, in their order."""
    text = get(there, f"/cases{query}").text
    return re.findall(r'<th scope="row"[^>]*><a class="govuk-link" href="([^"]+)"', text)


def test_open_cases_come_the_most_urgent_first(there):
    urgent = [there.page(case) for case in there.cases()]
    assert listed(there, "") == urgent[:50]
    assert listed(there, "?page=2") == urgent[50:100]
    assert f"{len(urgent)} cases" in get(there, "/cases").text


@pytest.mark.parametrize(
    "query", ["stage=requested", "body=kent", f"reference={LETTERS}", "report=peel-legitimacy-2016"]
)
def test_a_filter_keeps_what_it_says(there, query):
    name, _, value = query.partition("=")
    wanted = [there.page(case) for case in there.cases(**{name: value})]
    assert wanted
    assert listed(there, f"?{query}") == wanted[:50]


def test_filters_go_together_and_each_can_be_taken_off(there):
    text = get(there, f"/cases?stage=requested&reference={LETTERS}&kind=police-force").text
    tags = re.findall(r'class="moj-filter__tag" href="([^"]+)"', text)
    assert sorted(tag.replace("&amp;", "&") for tag in tags) == sorted(
        [
            f"/cases?reference={LETTERS}&kind=police-force",
            "/cases?stage=requested&kind=police-force",
            f"/cases?stage=requested&reference={LETTERS}",
        ]
    )


def test_dates_are_read_as_links_and_as_people_write_them(there):
    case = next(case for case in there.cases() if case.next_due)
    assert case.next_due
    before, after = case.next_due + timedelta(days=1), case.next_due - timedelta(days=1)
    iso = f"?due_before={before.isoformat()}&due_after={after.isoformat()}"
    typed = f"?due_before={before.day}/{before.month}/{before.year}&due_after={after.day}/{after.month}/{after.year}"
    assert there.page(case) in listed(there, iso)
    assert listed(there, iso) == listed(there, typed)
    assert len(listed(there, iso)) == sum(one.next_due == case.next_due for one in there.cases())


def test_what_is_late_is_said_in_words(there):
    late = there.cases(overdue=True)
    assert listed(there, "?overdue=1") == [there.page(case) for case in late]
    assert re.search(r"\d+ days? late", get(there, "/cases?overdue=1").text)


def test_whose_duty_is_next_divides_the_list(there):
    whole = len(there.cases())
    each = [
        int(re.findall(r"<strong>(\d+) case", get(there, f"/cases?waiting={side}").text)[0])
        for side in ("body", "inspectorate", "oversight")
    ]
    assert all(each)
    assert sum(each) == whole
    assert listed(there, "?waiting=oversight")[0].startswith("/responses/")


def test_cases_that_have_ended_are_shown_when_asked_for(there):
    ended = [case for case in there.cases(open_only=False) if case not in there.cases()]
    assert ended
    shown = set(listed(there, "?shown=ended"))
    assert {there.page(case) for case in ended} == shown
    assert shown >= set(listed(there, f"?stage={ended[0].stage}"))


def test_every_column_sorts_both_ways(there):
    for sort in ("due", "reference", "body", "stage", "report"):
        up = listed(there, f"?reference={LETTERS}&sort={sort}")
        down = listed(there, f"?reference={LETTERS}&sort={sort}&order=desc")
        assert set(up) == set(down)
        assert len(up) > 20
    bodies = [path.rsplit("/", 1)[1] for path in listed(there, f"?reference={LETTERS}&sort=body&order=desc")]
    assert bodies == sorted(bodies, reverse=True)
    text = get(there, "/cases?sort=body").text
    assert re.search(r'aria-sort="ascending"><a [^>]*href="/cases\?sort=body&amp;order=desc"', text)


def test_what_cannot_be_read_is_said_beside_its_field(there):
    text = get(there, "/cases?due_before=31/2/2026&stage=lost&page=x", code=422).text
    assert '<a href="#due_before">Due before must be a real date' in text
    assert '<a href="#stage">Stage must be one of' in text
    assert 'value="31/2/2026"' in text


@pytest.mark.parametrize(
    "query", ["?page=9999999", "?page=0", "?body=%00", "?reference=%27%22%3C", "?page=99999999999999999999"]
)
def test_odd_addresses_are_answered(there, query):
    get(there, f"/cases{query}")


def test_an_empty_list_says_so(there):
    assert "No case fits these filters" in get(there, "/cases?reference=none-such").text


def test_a_case_can_be_found_by_its_inspector(there):
    case = next(one for one in there.cases(stage="requested") if one.body == "gwent")
    with there.as_("lead-1") as browser:
        assert browser.get("/cases?inspector=inspector-2").status_code == 200
    before = len(listed(there, "?inspector=nobody&reference=" + LETTERS))
    allocate(there.database, "lead-1", [case.id], "inspector-2", "", datetime.now(UTC))
    assert there.page(case) in listed(there, "?inspector=inspector-2")
    assert len(listed(there, "?inspector=nobody&reference=" + LETTERS)) == before - 1


def test_exports_hold_the_filtered_list(there):
    wanted = there.cases(stage="requested")
    answer = get(there, "/cases/export.csv?stage=requested")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"].startswith('attachment; filename="cases-')
    assert [(row["Recommendation"], row["Next date"]) for row in rows] == [
        (case.reference, case.next_due.isoformat() if case.next_due else "") for case in wanted
    ]
    assert rows[0]["Link"].endswith(there.page(wanted[0]))
    sheet = load_workbook(BytesIO(get(there, "/cases/export.xlsx?stage=requested").content)).active
    assert sheet is not None
    assert sheet.max_row == len(wanted) + 1
    assert sheet["A2"].value == wanted[0].reference
    assert "Due before must be" in get(there, "/cases/export.csv?due_before=soon", code=422).text


def test_those_outside_have_no_list(there):
    for person in ("liaison-kent", "oversight-kent-pcc"):
        for path in ("/cases", "/cases/export.csv", "/cases/export.xlsx"):
            get(there, path, person, 403)
