"""A body submits: in parts, for several recommendations at once; gets a receipt; replaces it, and takes it back."""

import hashlib
import re

import pytest
from sqlmodel import select

from models.tables import Content, EventRow, SubmissionDraft, Upload
from tests.console.test_body import words

pytestmark = [pytest.mark.server]
BODY = "greater-manchester"
HOME = f"/body/{BODY}"
PLAN = b"What we will do, and by when."
NOBODY = {"file": ("", b"", "application/octet-stream")}


@pytest.fixture
def browser(there):
    with there.as_(f"liaison-{BODY}") as one:
        yield one


def begun(browser, *references):
    answer = browser.post(f"{HOME}/submit", data={"cases": references})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def write(browser, draft, do="save", file=None, **fields):
    files = {"file": (*file, "application/octet-stream")} if file else NOBODY
    return browser.post(draft, data={"answer": "plan", "text": "", "do": do, **fields}, files=files)


def submitted(browser, draft):
    answer = browser.post(f"{draft}/check")
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def test_one_submission_answers_several_recommendations_with_a_receipt(there, browser):
    shown = browser.get(f"{HOME}/submit", params={"cases": "gmp2021-rtp-1"})
    assert re.search(r'value="gmp2021-rtp-1"\s+checked', shown.text)

    draft = begun(browser, "gmp2021-rtp-1", "gmp2021-rtp-2")
    assert write(browser, draft, "upload", ("plan.txt", PLAN), text="Our plan.").status_code == 303
    assert write(browser, draft, "upload", ("more.txt", b"more"), text="Our plan.").status_code == 303
    assert "Our plan." in browser.get(draft).text, "words are kept when a file is uploaded"
    onward = write(browser, draft, "check", text="Our whole plan.")
    assert onward.headers["location"] == f"{draft}/check"
    check = words(browser.get(f"{draft}/check"))
    for said in ("gmp2021-rtp-1", "gmp2021-rtp-2", "Our whole plan.", "plan.txt", "more.txt"):
        assert said in check

    receipt = submitted(browser, draft)
    assert submitted(browser, draft) == receipt, "pressed twice, it is one submission"
    page = words(browser.get(receipt))
    assert "We have received it" in page
    assert hashlib.sha256(PLAN).hexdigest() in page
    for reference in ("gmp2021-rtp-1", "gmp2021-rtp-2"):
        with there.database.reading() as session:
            events = session.exec(
                select(EventRow).where(
                    EventRow.stream == f"recommendation/{reference}/{BODY}", EventRow.kind == "submitted"
                )
            ).all()
        assert len(events) == 1
        assert f"{reference} :" in page
        assert str(events[0].seq) in page

    mail = there.mail_to(f"liaison@{BODY}.police.example", "Receipt")
    assert hashlib.sha256(PLAN).hexdigest() in "".join(mail.split())
    assert "recorded as number" in mail

    draft = begun(browser, "gmp2021-rtp-1", "gmp2021-rtp-2")
    write(browser, draft, "check", text="A better plan.")
    better = submitted(browser, draft)
    assert "it replaced an earlier one" in words(browser.get(better))
    assert "replaced or withdrawn since" in words(browser.get(receipt))

    form = browser.get(f"{better}/withdraw")
    key = re.search(r'name="key" value="([^"]+)"', form.text)
    assert key
    assert "Enter why" in browser.post(f"{better}/withdraw", data={"key": key[1]}).text
    for _ in range(2):
        done = browser.post(f"{better}/withdraw", data={"key": key[1], "reason": "Wrong file."})
    assert "replaced or withdrawn since" in words(browser.get(better))
    assert done.status_code == 422, "there is nothing left to withdraw"
    assert browser.get(f"{better}/withdraw").status_code == 404
    assert "Action plan gmp2021-rtp-1" in words(browser.get(HOME)), "it is owed again"


def test_nothing_to_report_and_already_reported_are_answers(browser):
    draft = begun(browser, "gmp2020-4")
    assert "Enter why there is nothing" in write(browser, draft, "check", answer="nothing_to_report").text
    missing = write(browser, draft, "check", answer="already_reported")
    assert missing.status_code == 422
    assert "Enter the reference" in missing.text
    write(browser, draft, "check", answer="already_reported", reference="PEEL-2019-7")
    receipt = submitted(browser, draft)
    assert "Already reported under another reference: PEEL-2019-7" in words(browser.get(receipt))


@pytest.mark.parametrize(
    ("references", "said"),
    [
        ([], "Choose at least one recommendation"),
        (["gmp2020-4", "gmp2021-rtp-1"], "of one report only"),
        (["gmp2020-4", "unheard-of"], "unheard-of takes no submission now"),
    ],
)
def test_what_cannot_be_answered_together_is_said(browser, references, said):
    refused = browser.post(f"{HOME}/submit", data={"cases": references})
    assert refused.status_code == 422
    assert said in words(refused)


def test_a_draft_survives_and_can_be_discarded(there, browser):
    draft = begun(browser, "gmp2021-rtp-2")
    write(browser, draft, "later", ("part.txt", b"a first part, kept for later"), text="Half a plan.")
    with there.as_(f"liaison-{BODY}") as another:
        assert draft in another.get(f"{HOME}/submit").text
        kept = another.get(draft).text
        assert "Half a plan." in kept
        assert "part.txt" in kept
        assert begun(another, "gmp2021-rtp-2") == draft, "for the same recommendations it goes on"
        assert another.post(f"{draft}/discard").status_code == 303
        assert another.get(draft).status_code == 404
    digest = hashlib.sha256(b"a first part, kept for later").hexdigest()
    with there.database.reading() as session:
        assert session.get(SubmissionDraft, draft.rsplit("/", 1)[1]) is None
        assert session.get(Content, digest) is None


def test_a_refused_file_keeps_the_words_and_says_what_to_do(browser):
    draft = begun(browser, "gmp2021-rtp-2")
    refused = write(browser, draft, "upload", ("plan.exe", b"MZ"), text="Words that stay.")
    assert refused.status_code == 422
    assert "The selected file must be a PDF" in refused.text
    assert "Words that stay." in refused.text
    assert "The selected file is empty" in write(browser, draft, "upload", ("plan.txt", b"")).text
    write(browser, draft, "upload", ("plan.txt", PLAN))
    assert "already uploaded" in write(browser, draft, "upload", ("plan.txt", PLAN)).text
    page = browser.get(draft).text
    upload = re.search(r'name="remove" value="([^"]+)"', page)
    assert upload
    write(browser, draft, "", remove=upload[1])
    assert "plan.txt" not in words(browser.get(draft))
    empty = write(browser, draft, "check", text=" ")
    assert "Enter what you have done or plan to do" in empty.text
    browser.post(f"{draft}/discard")


def test_nobody_sees_another_s_draft_or_receipt(there, browser):
    draft = begun(browser, "gmp2021-rtp-2")
    write(browser, draft, "upload", ("mine.txt", b"mine alone"), text="Mine.")
    with there.as_("ops-1") as other:
        assert other.get(draft).status_code == 404
        assert other.post(draft, data={"text": "x"}).status_code == 404
    with there.database.reading() as session:
        upload = session.exec(select(Upload).where(Upload.name == "mine.txt")).one()
    with there.as_("liaison-essex") as other:
        assert other.get(draft).status_code == 404
        taken = other.post("/body/essex/submit", data={"cases": ["872"]})
        if taken.status_code == 303:
            theirs = taken.headers["location"]
            write(other, theirs, "", remove=upload.id)
            other.post(f"{theirs}/discard")
    assert "mine.txt" in browser.get(draft).text
    browser.post(f"{draft}/discard")


def test_a_receipt_of_another_body_is_not_there(there):
    case = there.case_at("submitted")
    with there.database.reading() as session:
        events = session.exec(
            select(EventRow).where(EventRow.stream == case.id, EventRow.kind == "submitted")
        ).all()
    submission = events[-1].details["submission"]
    with there.as_(f"liaison-{case.body}") as browser:
        assert browser.get(f"/body/{case.body}/receipts/{submission}").status_code == 200
    other = "essex" if case.body != "essex" else "kent"
    with there.as_(f"liaison-{other}") as browser:
        assert browser.get(f"/body/{other}/receipts/{submission}").status_code == 404


def test_what_is_refused_at_the_end_gives_the_files_back(there, browser):
    """The assessment was completed while the draft was written."""
    draft = begun(browser, "seed-2016-legitimacy-asg")
    write(browser, draft, "upload", ("late.txt", b"too late"), text="A replacement.")
    case = f"recommendation/seed-2016-legitimacy-asg/{BODY}"
    found = [f"{one}=unclear" for one in ("strategy", "ccu-review", "it-monitoring", "support-bodies")]
    findings = [word for one in found for word in ("--finding", one)]
    done = there.there.run(
        "case", "assess", case, "--outcome", "not_started", *findings, "--text", "Read.", actor="inspector-1"
    )
    assert done.returncode == 0, done.stderr
    refused = browser.post(f"{draft}/check")
    assert refused.status_code == 422
    assert "a submission needs it to be" in words(refused)
    page = browser.get(draft).text
    assert "A replacement." in page
    assert 'name="remove"' in page
    assert write(browser, draft, "save", text="Other words.").status_code == 303
    assert "Other words." in browser.get(draft).text
    browser.post(f"{draft}/discard")
