"""A body acknowledges, asks for time, asks a question, declares; sees the answers; and reads what it was sent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from config.policy_files import load_policies
from lifecycle.dates import local_date
from models.tables import CaseRow, Mail, Notice
from tests.console.test_body import words

pytestmark = [pytest.mark.server]
BODY = "essex"
HOME = f"/body/{BODY}"


@pytest.fixture
def browser(there):
    with there.as_(f"liaison-{BODY}") as one:
        yield one


@pytest.fixture(scope="module")
def case(there):
    """A case whose plan is due."""
    return next(one for one in there.cases(body=BODY) if one.stage in ("issued", "requested"))


def fields(day):
    return {"due-day": day.day, "due-month": day.month, "due-year": day.year}


def test_it_acknowledges_once(there, browser, case):
    path = f"{there.page(case)}/acknowledge"
    assert f"{path}" in browser.get(HOME).text
    key = re.search(r'name="key" value="([^"]+)"', browser.get(path).text)
    assert key
    assert "Choose what you acknowledge" in browser.post(path, data={"key": key[1]}).text
    form = {"key": key[1], "paper": "recommendation"}
    first, again = browser.post(path, data=form), browser.post(path, data=form)
    assert first.status_code == again.status_code == 303, "pressed twice, it is one act"
    refused = browser.post(path, data=form | {"key": "another"})
    assert refused.status_code == 422
    assert "acknowledged already" in refused.text
    assert f'"{path}"' not in browser.get(HOME).text


def test_it_asks_for_time_and_reads_the_answer(there, browser, case):
    path = f"{there.page(case)}/more-time"
    shown = browser.get(path)
    clock = re.search(r'name="clock" type="radio" value="([^"]+)"', shown.text)
    assert clock
    wanted = local_date(datetime.now(UTC)) + timedelta(days=400)
    form = {"key": "time-1", "clock": clock[1], "reason": "Two of us are ill."}
    for wrong, said in (
        (form | {"due-day": "31", "due-month": "2", "due-year": "2027"}, "must be a real date"),
        (form, "Enter the date you ask for"),
        (form | fields(wanted) | {"reason": " "}, "Enter why you need more time"),
        (form | fields(local_date(datetime.now(UTC)) - timedelta(days=900)), "is too early"),
        (form | fields(wanted) | {"clock": ""}, "Choose for which date you ask"),
    ):
        refused = browser.post(path, data=wrong)
        assert refused.status_code == 422
        assert said in words(refused)
    assert browser.post(path, data=form | fields(wanted)).status_code == 303
    assert "There is no answer yet: this date holds until there is" in words(browser.get(HOME))
    assert "No answer yet" in words(browser.get(f"{HOME}/asked"))
    there.there.run(
        "case", "answer-time", case.id, "--clock", clock[1], "--refuse", "--text", "Two weeks are enough."
    )
    asked = words(browser.get(f"{HOME}/asked"))
    assert "More time not given: the date stays" in asked
    assert "Two weeks are enough." in asked
    assert "Two of us are ill." in asked


def test_it_asks_a_question_and_reads_the_answer(there, browser, case):
    path = f"{there.page(case)}/question"
    assert "Enter your question" in browser.post(path, data={"key": "q", "question": ""}).text
    assert "at most 5,000" in browser.post(path, data={"key": "q", "question": "x" * 5001}).text
    asked = browser.post(path, data={"key": "q1", "question": "Does it <b>include</b> volunteers?"})
    assert asked.status_code == 303
    page = browser.get(f"{HOME}/asked").text
    assert "Does it &lt;b&gt;include&lt;/b&gt; volunteers?" in page
    number = there.there.json("case", "show", case.id)["timeline"]
    seq = next(one["seq"] for one in number if one["kind"] == "question_asked")
    done = there.there.run("case", "answer", case.id, str(seq), "--text", "Yes, it does.")
    assert done.returncode == 0, done.stderr
    assert "Yes, it does." in browser.get(f"{HOME}/asked").text


def test_it_declares_whole_or_in_part(there, browser, case):
    path = f"{there.page(case)}/declare"
    assert browser.get(path).status_code == 200
    missing = browser.post(path, data={"key": "d"})
    assert "Choose what is implemented" in missing.text
    assert "Enter what was done" in missing.text
    wrong = browser.post(path, data={"key": "d", "criterion": "no-such", "statement": "Done."})
    assert wrong.status_code == 422
    assert "has no criterion" in wrong.text
    assert browser.post(path, data={"key": "d", "criterion": "all", "statement": "Done."}).status_code == 303
    assert "declared it implemented already" in browser.get(path).text


@pytest.mark.parametrize("act", ["acknowledge", "more-time", "question", "declare", "withdraw-submission"])
def test_another_body_s_case_is_not_there(there, case, act):
    with there.as_("liaison-kent") as browser:
        assert browser.get(f"{there.page(case)}/{act}").status_code == 404
        assert browser.post(f"{there.page(case)}/{act}").status_code in (404, 405)


def test_every_letter_and_mail_is_shown_as_it_was_sent(there, browser, case):
    there.mail_to(f"liaison@{BODY}.police.example", "Answer to your question")
    listed = browser.get(f"{HOME}/post")
    assert "Answer to your question" in listed.text
    link = re.search(rf'href="({HOME}/post/[0-9a-f]+)"', listed.text)
    assert link
    with there.database.reading() as session:
        mail = session.get_one(Mail, link[1].rsplit("/", 1)[1])
    page = browser.get(link[1])
    assert mail.message_id.strip("<>") in page.text
    assert " ".join(mail.text.split()) in words(page).replace("&#39;", "'")
    kept = browser.get(f"{link[1]}/html")
    assert kept.text == mail.html
    assert kept.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert kept.headers["content-disposition"].startswith("attachment")
    with there.as_("liaison-kent") as other:
        assert other.get(link[1].replace(BODY, "kent")).status_code == 404


def test_mail_to_others_about_its_cases_is_not_its_own(there, browser):
    with there.database.reading() as session:
        inside = session.exec(
            select(Mail.id)
            .join(Notice, Notice.mail_id == Mail.id)  # type: ignore[arg-type]
            .join(CaseRow, CaseRow.id == Notice.case_id)  # type: ignore[arg-type]
            .where(CaseRow.body_id == BODY, Notice.role == "inspector")
        ).all()
    assert inside, "the inspector was told of the question"
    for mail in inside:
        assert browser.get(f"{HOME}/post/{mail}").status_code == 404


def test_a_letter_is_read_by_its_body_alone(there):
    case = there.case_at("published")
    with there.as_(f"liaison-{case.body}") as browser:
        listed = browser.get(f"/body/{case.body}/post").text
        link = re.search(r'href="([^"]+/post/letters/[^"]+)"', listed)
        assert link
        assert "SHA-256" in browser.get(link[1]).text
    with there.as_(f"liaison-{BODY}") as other:
        assert other.get(link[1].replace(case.body, BODY)).status_code == 404


def test_under_an_old_policy_both_sides_are_told_that_no_date_is_set_for_the_answer(there):
    """As for a case opened before requests had clocks: its rules are never edited."""
    old = next(one for one in load_policies() if (one.name, one.version) == ("national-recommendation", 1))
    case = next(one for one in there.cases(stage="requested") if one.body == "lincolnshire")
    with there.as_(f"liaison-{case.body}") as browser:
        page = f"/cases/{case.reference}/{case.body}"
        assert "no date is set for our answer" not in words(browser.get(f"{page}/more-time"))
        with there.database.writing() as session:
            session.get_one(CaseRow, case.id).policy_hash = old.hash
        for form in ("more-time", "question"):
            said = words(browser.get(f"{page}/{form}"))
            assert "no date is set for our answer, and the inspector is not reminded by mail" in said
