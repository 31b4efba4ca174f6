"""The small acts of a case's own page: a date moved, a case withdrawn, a plan asked for."""

import re

import pytest

from tests.console.house import House

pytestmark = [pytest.mark.server]
LETTERS = "seed-2016-legitimacy-asg"


def key_in(text: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text)
    assert found
    return found[1]


def row(there: House, body: str):
    return next(case for case in there.cases(body=body, open_only=False) if case.reference == LETTERS)


def test_a_date_is_moved_with_a_reason_that_its_body_reads(there):
    path = f"/cases/{LETTERS}/norfolk/move"
    with there.as_("inspector-1") as browser:
        form = {
            "key": key_in(browser.get(path).text),
            "clock": "submission",
            "reason": "A main event that week",
        }
        day = {"due-day": "1", "due-month": "3", "due-year": "2027"}
        done = browser.post(path, data=form | day)
        again = browser.post(path, data=form | day)
        shown = browser.get(f"/cases/{LETTERS}/norfolk").text
    assert (done.status_code, again.status_code) == (303, 303)
    assert done.headers["location"] == f"/cases/{LETTERS}/norfolk"
    assert shown.count("Submission clock moved") == 1
    assert "The date is moved. It is number" in shown
    with there.as_("liaison-norfolk") as browser:
        text = browser.get(f"/cases/{LETTERS}/norfolk").text
    assert "by 11:59pm on Monday 1 March 2027" in text
    assert "A main event that week" in text


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"due-day": "31", "due-month": "2"}, "due", "must be a real date"),
        ({"due-day": ""}, "due", "must include a day"),
        ({"due-day": "", "due-month": "", "due-year": ""}, "due", "Enter the new date"),
        ({"due-year": "1999"}, "due", "is too early"),
        ({"reason": " "}, "reason", "Enter why the date is moved"),
        ({"clock": ""}, "clock", "Choose which date"),
        ({"clock": "implementation"}, "due", "may be moved by lead_inspector, not by inspector"),
        ({"clock": "nonsense"}, "due", "has no running clock"),
    ],
)
def test_a_wrong_move_is_shown_again_with_what_to_mend(there, change, field, said):
    path = f"/cases/{LETTERS}/dorset/move"
    good = {
        "clock": "submission", "reason": "Kept words", "key": "dorset-move",
        "due-day": "1", "due-month": "3", "due-year": "2027",
    }  # fmt: skip
    before = row(there, "dorset").next_due
    with there.as_("inspector-1") as browser:
        answer = browser.post(path, data=good | change)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert re.search(rf'id="{field}"', answer.text)
    assert said in answer.text
    assert key_in(answer.text) == "dorset-move"
    if "reason" not in change:
        assert "Kept words" in answer.text
    assert row(there, "dorset").next_due == before


def test_a_lead_withdraws_a_case_and_its_body_does_not_read_why(there):
    path = f"/cases/{LETTERS}/dyfed-powys/withdraw"
    with there.as_("lead-1") as browser:
        key = key_in(browser.get(path).text)
        assert "Enter why the case is withdrawn" in browser.post(path, data={"key": key}).text
        done = browser.post(path, data={"key": key, "reason": "Issued to the wrong force"})
        assert done.status_code == 303
        assert "Issued to the wrong force" in browser.get(f"/cases/{LETTERS}/dyfed-powys").text
        late = browser.post(path, data={"key": "another", "reason": "Again"})
    assert late.status_code == 422
    assert "has ended" in late.text
    assert row(there, "dyfed-powys").stage == "withdrawn"
    with there.as_("liaison-dyfed-powys") as browser:
        text = browser.get(f"/cases/{LETTERS}/dyfed-powys").text
    assert "Withdrawn" in text
    assert "Issued to the wrong force" not in text


def test_an_inspector_may_not_withdraw(there):
    with there.as_("inspector-1") as browser:
        assert browser.get(f"/cases/{LETTERS}/kent/withdraw").status_code == 403
        assert browser.post(f"/cases/{LETTERS}/kent/withdraw", data={"reason": "x"}).status_code == 403
    assert row(there, "kent").stage == "requested"


def test_a_request_letter_is_read_before_it_is_sent(there):
    case = next(case for case in there.cases(stage="issued") if "request letter" in case.waiting_for)
    _, reference, body = case.id.split("/")
    path = f"/cases/{reference}/{body}/request"
    day = {"due-day": "1", "due-month": "3", "due-year": "2027"}
    with there.as_("inspector-1") as browser:
        shown = browser.get(path)
        assert "within 10 working days of this letter" in shown.text
        key = key_in(shown.text)
        again = browser.post(path, data={"key": key, "deed": "preview", **day})
        assert "by 11:59pm on Monday 1 March 2027" in again.text
        assert next(c for c in there.cases(body=body) if c.id == case.id).stage == "issued"
        assert browser.post(path, data={"key": key, "deed": "send", **day}).status_code == 303
        refused = browser.post(path, data={"key": "second", "deed": "send"})
        assert refused.status_code == 422
    with there.as_(f"liaison-{body}") as browser:
        text = browser.get(f"/cases/{reference}/{body}").text
    assert "Request letter, " in text
    assert "by 11:59pm on Monday 1 March 2027" in text
