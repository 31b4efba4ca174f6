"""The page of a case over HTTP: what staff, body and oversight body read of the same case, and its documents."""

import re

import pytest

from console.rules import case_path
from tests.console.house import House

pytestmark = [pytest.mark.server]
LETTERS = "seed-2016-legitimacy-asg"
REQUESTED = f"/cases/{LETTERS}/bedfordshire"


def page(there: House, person: str, path: str) -> str:
    with there.as_(person) as browser:
        answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def case_of(there: House, stage: str) -> str:
    """The body of a case at this stage of the recommendation that all forces have."""
    return next(case.body for case in there.cases(stage=stage, reference=LETTERS))


def test_staff_read_the_whole_file(there):
    text = page(there, "ops-1", REQUESTED)
    assert "Plan requested" in text
    assert re.search(r"the body's submission of the plan, due by 11:59pm on \w+", text.replace("&#39;", "'"))
    for heading in (
        "Dates",
        "What happens next if nobody acts",
        "Letters and texts",
        "Documents",
        "What happened",
    ):
        assert f">{heading}</h2>" in text
    assert "verified now: every event follows from the one before" in text
    assert "oversight proposal" in text.lower()
    assert "First operator (ops-1)" in text


def test_the_chart_states_its_finding_without_a_style(there):
    text = page(there, "ops-1", REQUESTED)
    chart = re.search(r"<svg.*?</svg>", text, re.S)
    assert chart
    assert re.search(r"<title id=\"gantt-title\">[^<]+(late|due next)", chart[0])
    assert "<desc" in chart[0]
    assert "style=" not in chart[0]


def test_dates_are_explained_day_by_day(there):
    text = page(there, "liaison-bedfordshire", REQUESTED)
    assert "is working day 1" in text
    assert re.search(r"The last day is \w+day \d+ \w+ \d{4}\.", text)


def test_a_body_reads_its_own_side(there):
    text = page(there, "liaison-bedfordshire", REQUESTED)
    assert "Submit an answer" in text
    assert f"/body/bedfordshire/submit?cases={LETTERS}" in text
    for inside in (
        "oversight proposal",
        "lead inspector",
        "ops-1",
        "Hash of the last",
        "Temporal",
        "Withdraw this",
    ):
        assert inside.lower() not in text.lower(), inside
    assert "by the inspectorate" in text


@pytest.mark.parametrize("outsider", ["liaison-{body}", "oversight-{oversight}"])
def test_an_assessment_is_unknown_outside_until_its_letter(there, outsider):
    body = case_of(there, "assessed")
    path = f"/cases/{LETTERS}/{body}"
    person = outsider.format(body=body, oversight=f"{body}-pcc")
    text = page(there, person, path)
    assert "Submitted" in text
    assert "ssessment completed" not in text
    assert "Assessed" not in text
    assert "uthorisation" not in text
    inside = page(there, "lead-1", path)
    assert "Assessment completed" in inside
    assert "/inspect/authorise" in inside


def test_the_letter_reads_outside_as_it_was_sent(there):
    body = case_of(there, "letter_sent")
    for person in (f"liaison-{body}", f"oversight-{body}-pcc", "inspector-1"):
        assert "Assessment letter" in page(there, person, f"/cases/{LETTERS}/{body}")
    assert ">Assessment, " not in page(there, f"liaison-{body}", f"/cases/{LETTERS}/{body}")


def test_a_response_has_a_page_for_its_oversight_body(there):
    response = next(case for case in there.cases() if case.id.startswith("response/"))
    overseer = response.id.split("/")[2]
    text = page(there, f"oversight-{overseer}", case_path(response.id))
    assert "Response to the report" in text
    assert "(set by statute)" in text
    with there.as_("liaison-bedfordshire") as browser:
        assert browser.get(case_path(response.id)).status_code == 404
    with there.as_("ops-1") as browser:
        assert browser.get(f"/responses/no-such-report/{overseer}").status_code == 404


def test_operations_ask_the_workflow_and_others_do_not(there):
    said = page(there, "ops-1", f"{REQUESTED}?ask=workflow")
    assert "Ledger and workflow agree." in said
    engine = re.search(r'href="(http://127\.0\.0\.1:\d+/namespaces/default/workflows/[^"]+)"', said)
    assert engine
    assert engine[1].endswith(f"recommendation%2F{LETTERS}%2Fbedfordshire")
    assert "Ask the workflow" not in page(there, "inspector-1", f"{REQUESTED}?ask=workflow")


def test_only_the_people_of_a_case_s_inspectorate_are_offered_its_acts(there):
    lead = page(there, "lead-1", REQUESTED)
    assert f"{REQUESTED}/move" in lead
    assert f"{REQUESTED}/withdraw" in lead
    assert f"{REQUESTED}/withdraw" not in page(there, "inspector-1", REQUESTED)
    assert f"{REQUESTED}/request" not in lead
    assert f"{REQUESTED}/move" not in page(there, "ops-1", REQUESTED)


def test_a_document_is_a_file_for_those_who_may_read_its_submission(there, tmp_path):
    body = "suffolk"
    path = f"/cases/{LETTERS}/{body}"
    plan = tmp_path / "plan.txt"
    plan.write_text("What we will do, and by when.\n", "utf-8")
    there.there.json(
        "case", "submit", f"recommendation/{LETTERS}/{body}", "--document", str(plan), actor="ops-1"
    )
    text = page(there, f"liaison-{body}", path)
    found = re.search(rf'href="({path}/documents/[0-9a-f]{{64}})"', text)
    assert found
    assert "Not scanned for viruses" in text
    for person in (f"liaison-{body}", "inspector-1"):
        with there.as_(person) as browser:
            answer = browser.get(found[1])
        assert answer.content == plan.read_bytes()
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "plan.txt" not in page(there, f"oversight-{body}-pcc", path)
    with there.as_(f"oversight-{body}-pcc") as browser:
        assert browser.get(found[1]).status_code == 404
    with there.as_("inspector-1") as browser:
        elsewhere = found[1].replace(path, REQUESTED)
        assert browser.get(elsewhere).status_code == 404
