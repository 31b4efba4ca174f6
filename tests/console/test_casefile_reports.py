"""Reports: how all their cases stand, and one with its recommendations, criteria and bodies."""

import re

import pytest

pytestmark = [pytest.mark.server]
REPORT = "peel-legitimacy-2016"


def test_reports_are_listed_with_their_counts(there):
    with there.as_("inspector-2") as browser:
        text = browser.get("/reports").text
        assert browser.get("/reports?page=77").status_code == 200
    open_cases = there.cases(report=REPORT)
    found = re.search(rf'href="/cases\?report={REPORT}">(\d+)<', text)
    assert found
    assert int(found[1]) == len(open_cases)
    assert "Plan requested" in text


def test_a_report_shows_its_recommendations_and_bodies(there):
    with there.as_("inspector-2") as browser:
        text = browser.get(f"/reports/{REPORT}").text
    for case in there.cases(report=REPORT)[:5]:
        assert case.reference in text
        assert f"/cases?body={case.body}&amp;report={REPORT}&amp;shown=all" in text
    assert "4 criteria" in text


def test_a_report_names_the_responses_to_it(there):
    response = next(case for case in there.cases() if case.id.startswith("response/"))
    with there.as_("ops-1") as browser:
        assert there.page(response) in browser.get(f"/reports/{response.report}").text


def test_no_such_report_is_not_there_and_those_outside_have_none(there):
    with there.as_("ops-1") as browser:
        assert browser.get("/reports/none-such").status_code == 404
    with there.as_("liaison-kent") as browser:
        assert browser.get("/reports").status_code == 403
