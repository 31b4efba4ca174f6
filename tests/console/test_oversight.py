"""An oversight body sees its responses and how their last day is counted; invites comments; records a response."""

import re

import pytest

from tests.console.test_body import words

pytestmark = [pytest.mark.server]
OVERSIGHT, REPORT = "greater-manchester-mayor", "gmp-victims-2020"
HOME = f"/oversight/{OVERSIGHT}"
HERE = f"{HOME}/responses/{REPORT}"
NOBODY = {"file": ("", b"", "application/octet-stream")}


@pytest.fixture
def browser(there):
    with there.as_(f"oversight-{OVERSIGHT}") as one:
        yield one


def test_it_sees_what_is_due_and_how_it_is_counted(browser):
    page = words(browser.get(HOME))
    assert re.search(r"by 11:59pm on Monday|by 11:59pm on \w+day", page)
    assert "56 days beginning with" in page
    assert "Greater Manchester Police: " in page
    one = words(browser.get(HERE))
    assert "(day 1)" in one
    assert "(day 56)" in one
    assert browser.get("/").headers["location"] == HOME


def test_what_is_not_its_own_is_not_there(there, browser):
    for path in ("/oversight/kent-pcc", f"/oversight/kent-pcc/responses/{REPORT}", f"{HOME}/responses/other"):
        assert browser.get(path).status_code == 404
    with there.as_("oversight-kent-pcc") as other:
        for path in (HOME, HERE, f"{HERE}/respond", f"{HERE}/documents/0"):
            assert other.get(path).status_code == 404
        for path in (f"{HERE}/invite", f"{HERE}/respond", f"{HERE}/copies"):
            assert other.post(path, data={"key": "x"}).status_code == 404


def test_a_case_of_its_force_is_seen_and_its_submissions_are_not_taken(there, browser):
    case = there.cases(body="greater-manchester")[0]
    assert browser.get(there.page(case)).status_code == 200
    assert browser.get("/body/greater-manchester").status_code == 404
    assert browser.post(f"{there.page(case)}/acknowledge", data={}).status_code == 403


def test_the_response_is_recorded_with_its_copies(there, browser):
    assert browser.post(f"{HERE}/invite", data={"key": "once"}).status_code == 303
    assert "Invited on" in words(browser.get(HERE))

    day = {"on-day": "1", "on-month": "1", "on-year": "2020"}
    empty = browser.post(f"{HERE}/respond", data={"do": "record"}, files=NOBODY)
    assert empty.status_code == 422
    assert "Enter the day on which" in empty.text
    assert "Enter the response" in empty.text
    wrong = browser.post(f"{HERE}/respond", data={"do": "save"}, files={"file": ("a.exe", b"MZ")})
    assert "The selected file must be a PDF" in wrong.text
    kept = browser.post(
        f"{HERE}/respond",
        data={"do": "save", "text": "Our comments."},
        files={"file": ("response.txt", b"Our published response.")},
    )
    assert kept.status_code == 200
    assert "response.txt" in kept.text
    assert "Our comments." in browser.get(f"{HERE}/respond").text, "it is kept"
    early = browser.post(f"{HERE}/respond", data={"do": "record", "text": "Ours."} | day, files=NOBODY)
    assert early.status_code == 422
    assert "was issued" in words(early), "not before the report"
    shown = browser.get(f"{HERE}/respond").text
    today = {
        f"on-{part}": match[1]
        for part in ("day", "month", "year")
        if (match := re.search(rf'name="on-{part}"[^>]*value="(\d+)"', shown))
    }
    assert len(today) == 3
    record = {"do": "record", "text": "Our comments.", "copy_to_inspectorate": "yes"} | today
    assert browser.post(f"{HERE}/respond", data=record, files=NOBODY).status_code == 303
    page = browser.get(HERE)
    assert "Copy to the Secretary of State: not recorded as sent" in words(page)
    document = re.search(rf'href="({HERE}/documents/[0-9a-f]+)"', page.text)
    assert document
    assert browser.get(document[1]).content == b"Our published response."
    assert browser.get(f"{HERE}/respond").status_code == 303, "recorded once"

    assert browser.post(f"{HERE}/copies", data={"key": "both"}).status_code == 303
    assert "Copy to the Secretary of State: sent" in words(browser.get(HERE))
    assert browser.post(f"{HERE}/copies", data={"key": "both"}).status_code == 404
    assert REPORT in browser.get(f"{HOME}?ended=1").text
    assert "No response is due" in browser.get(HOME).text
