"""A letter by every door: none sends another than the one that is authorised; the body checks the draft first."""

import re
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError

from lifecycle import acts as a
from lifecycle.words import Finding
from models.messages import Receipt
from models.tables import SealedText
from office.desk import Desk
from tests.console.casework import ask_for_plan, base_in, events, import_report, line, submit, take, with_desk
from tests.console.house import House

pytestmark = [pytest.mark.server]
REFERENCE = "let-1"
BODIES = ("kent", "essex")
FINDINGS = {"c1": Finding.included_commenced, "c2": Finding.unclear}


def case(body: str) -> str:
    return f"recommendation/{REFERENCE}/{body}"


def at(body: str, what: str) -> str:
    return f"/inspect/{REFERENCE}/{body}/{what}"


@pytest.fixture(scope="module")
def assessed(there: House) -> House:
    """Two forces' plans, assessed by inspector-1."""
    import_report(there, "letter-tests", REFERENCE, BODIES)
    for body in BODIES:
        ask_for_plan(there, case(body))
        submit(there, case(body))
        act = a.CompleteAssessment(
            key=f"assess/{body}", actor="inspector-1", assessment="x", outcome="started", findings=FINDINGS
        )
        take(there, case(body), act, "assessment", "Seen.")
    return there


def write(there: House, person: str, body: str, **words: str) -> str:
    """Write these passages; answers what the page then says."""
    with there.as_(person) as browser:
        base = re.search(r'name="base" value="(\d+)"', browser.get(at(body, "write")).text)
        assert base is not None
        given = {f"passage-{name}": said for name, said in words.items()}
        done = browser.post(at(body, "write"), data={"base": base[1], **given})
        assert done.status_code == 303, done.text
        return browser.get(at(body, "write")).text


def authorise(there: House, person: str, body: str) -> tuple[int, str]:
    """Read the letter, and authorise what was read."""
    with there.as_(person) as browser:
        where = "letter" if line(there, case(body)).stage == "authorised" else "review"
        seen = re.search(r'name="seen" value="(\w+)"', browser.get(at(body, where)).text)
        answer = browser.post(
            at(body, "authorise"), data={"key": uuid4().hex, "seen": seen[1] if seen else ""}
        )
        return answer.status_code, answer.text


def raw(there: House, act: a.Act) -> str:
    """Hand the act to the workflow itself; answers its refusal, or nothing."""

    async def deed(desk: Desk) -> str:
        handle = desk.client.get_workflow_handle(case("kent"))
        try:
            await handle.execute_update(act.kind, act, result_type=Receipt)
        except WorkflowUpdateFailedError as failed:
            return str(failed.cause)
        return ""

    return with_desk(there, deed)


def api(there: House, person: str, body: str, **asked: object) -> tuple[int, str]:
    with there.api(person) as program:
        answer = program.post(
            f"/api/v1/cases/{REFERENCE}/{body}/acts", json=asked, headers={"Idempotency-Key": uuid4().hex}
        )
        return answer.status_code, answer.text


def sealed(there: House, letter: object) -> str:
    with there.database.reading() as session:
        return session.get_one(SealedText, str(letter)).text


def last(there: House, body: str) -> dict[str, object]:
    return dict(events(there, case(body))[-1].details)


def test_no_door_sends_another_letter_than_the_authorised_one(assessed):
    there = assessed
    page = write(there, "inspector-1", "kent", verdict="Your plan is a good start.")
    assert "<ins>" in page
    with there.as_("lead-1") as browser:
        review = browser.get(at("kent", "review")).text
        assert "Changed against the template" in review
        assert "good start.</ins>" in review
        stale = browser.post(at("kent", "authorise"), data={"key": "stale", "seen": "0" * 32})
        assert stale.status_code == 422
        assert "was changed since you read it" in stale.text
    assert "Name the letter" in raw(there, a.Authorise(key="raw-1", actor="lead-1"))
    assert authorise(there, "lead-1", "kent")[0] == 303
    first = str(last(there, "kent")["letter"])
    assert "Your plan is a good start." in sealed(there, first)

    # Edited since: what was authorised stays what may be sent, until a second person authorises again.
    write(there, "lead-2", "kent", verdict="Your plan is a very good start.")
    other = a.SendLetter(key="raw-2", actor="lead-1", letter="letter-of-mine")
    assert "this is another, letter-of-mine" in raw(there, other)
    assert "needs it to be letter sent" in raw(there, a.Publish(key="raw-3", actor="lead-1", order="o-1"))
    correction = a.CorrectLetter(
        key="raw-4", actor="lead-1", letter="x", corrects=first, reason="r", written_by=("lead-2",)
    )
    assert "correcting the letter needs it to be letter sent" in raw(there, correction)
    assert there.there.here("case", "letter", case("kent"), "--text", "Mine", actor="lead-1").returncode == 2
    assert api(there, "lead-1", "kent", kind="send_letter", text="Mine")[0] == 422
    assert api(there, "lead-1", "kent", kind="send_letter", letter="letter-of-mine")[0] == 422
    assert api(there, "lead-1", "kent", kind="authorise", letter="letter-of-mine")[0] == 422
    with there.as_("lead-1") as browser:
        wrong = browser.post(at("kent", "letter"), data={"key": "mine", "letter": "letter-of-mine"})
        assert wrong.status_code == 422
        shown = browser.get(at("kent", "letter")).text
        assert "Edited since: not in this letter" in shown
        assert "Authorise the edited letter" in shown
    status, said = authorise(there, "lead-2", "kent")
    assert (status, "wrote in this letter" in said) == (422, True)
    assert authorise(there, "lead-1", "kent")[0] == 303
    assert last(there, "kent")["instead_of"] == first
    old = a.SendLetter(key="raw-5", actor="lead-1", letter=first)
    assert f"this is another, {first}" in raw(there, old)

    # Recalled before it is sent, and authorised again.
    recalled = there.there.here("case", "recall-letter", case("kent"), "--text", "Wait.", actor="lead-1")
    assert recalled.returncode == 0, recalled.stderr
    unsent = there.there.here("case", "letter", case("kent"), actor="lead-1")
    assert unsent.returncode == 65
    assert "No letter of" in unsent.stderr
    assert there.there.here("case", "authorise", case("kent"), actor="lead-1").returncode == 0
    authorised = last(there, "kent")["letter"]
    assert api(there, "ops-1", "kent", kind="send_letter")[0] == 200
    assert last(there, "kent")["letter"] == authorised
    assert "Your plan is a very good start." in there.mail_to(
        "chief.officer@kent.police.example", "Assessment letter"
    )


def test_a_sent_letter_is_corrected_by_two_people_and_stays(assessed):
    there = assessed
    sent = last(there, "kent")["letter"]
    nothing = there.there.here("case", "correct-letter", case("kent"), "--text", "x", actor="lead-1")
    assert nothing.returncode == 65
    write(there, "lead-1", "kent", verdict="Your plan is complete.")
    with there.as_("lead-1") as browser:
        page = browser.get(at("kent", "letter")).text
        assert "Send the corrected letter" in page
        own = browser.post(at("kent", "correct"), data={"key": "own", "correct": "It said too little."})
        assert own.status_code == 422
    with there.as_("inspector-1") as browser:
        assert browser.post(at("kent", "correct"), data={"correct": "x"}).status_code == 403
    # lead-2 wrote in the letter before, so it takes somebody who wrote none of it: the whole is written anew.
    write(there, "lead-1", "kent")
    write(there, "inspector-1", "kent", verdict="Your plan is complete.")
    with there.as_("lead-2") as browser:
        done = browser.post(at("kent", "correct"), data={"key": "fix", "correct": "It said too little."})
        assert done.status_code == 303, done.text
        case_page = browser.get(f"/cases/{REFERENCE}/kent").text
    corrected = last(there, "kent")
    assert corrected["corrects"] == sent
    assert "This letter corrects and replaces my letter of" in sealed(there, corrected["letter"])
    assert "Your plan is a very good start." in case_page
    assert "Your plan is complete." in case_page
    mail = there.mail_to("chief.officer@kent.police.example", "Corrected letter")
    assert "It said too little." in " ".join(mail.split())


def test_words_that_no_longer_fit_the_facts_are_shown_and_put_right(assessed):
    """Edited, taken back, and assessed otherwise: no page of the case is shut by it."""
    there, mine = assessed, "Your plan has begun well."
    assert mine in write(there, "inspector-1", "essex", verdict=mine)
    with there.as_("inspector-1") as browser:
        back = browser.post(at("essex", "take-back"), data={"key": "back", "reason": "A slip."})
        assert back.status_code == 303, back.text
        base = base_in(browser.get(at("essex", "assess")).text)
        said = {
            "finding-1": "included",
            "finding-2": "unclear",
            "outcome": "not_started",
            "narrative": "Read.",
        }
        saved = browser.post(at("essex", "assess"), data={"base": base, "then": "check", **said})
        assert saved.headers["location"] == at("essex", "check"), saved.text
        page = browser.get(at("essex", "check"))
        assert (page.status_code, "No letter can be made now." in page.text) == (200, True)
        version = page.text.split('name="version" value="')[1].split('"')[0]
        done = browser.post(at("essex", "complete"), data={"version": version, "key": "again"})
        assert done.status_code == 303, done.text
    with there.as_("lead-1") as browser:
        for what in ("review", "letter", "draft"):
            shown = browser.get(at("essex", what))
            assert (shown.status_code, at("essex", "write") in shown.text) == (200, True), what
            assert "No letter can be made now." in shown.text
    assert authorise(there, "lead-1", "essex")[0] == 422
    with there.as_("inspector-1") as browser:
        assert "The template now says something else" in browser.get(at("essex", "write")).text
    assert "something else" not in write(there, "inspector-1", "essex", verdict="You have not begun.")
    with there.as_("lead-1") as browser:
        assert "You have not begun." in browser.get(at("essex", "review")).text


def test_the_body_checks_the_draft_and_each_point_is_answered(assessed):
    there = assessed
    here = f"/cases/{REFERENCE}/essex/draft"
    with there.as_("inspector-1") as browser:
        sent = browser.post(at("essex", "draft"), data={"key": "draft"})
        assert sent.status_code == 303, sent.text
    assert "Under embargo" in there.mail_to("chief.officer@essex.police.example", "Draft letter")
    status, said = authorise(there, "lead-1", "essex")
    assert (status, "is checking the draft" in said) == (422, True)
    with there.as_("liaison-essex") as browser:
        assert here in browser.get("/body/essex").text
        page = browser.get(here).text
        assert "Under embargo" in page
        assert browser.post(here, data={"key": "none"}).status_code == 422
        points = {"point-1": "It is 12 officers, not 11.", "point-3": "We began in May."}
        done = browser.post(here, data={"key": "points", **points})
        assert done.status_code == 303, done.text
    with there.as_("liaison-kent") as browser:
        assert browser.get(here).status_code in (403, 404)
    status, said = authorise(there, "lead-1", "essex")
    assert (status, "points 1, 2 have no answer" in said) == (422, True)
    with there.as_("inspector-1") as browser:
        assert "It is 12 officers, not 11." in browser.get(at("essex", "draft")).text
        bare = browser.post(at("essex", "point"), data={"key": "p", "point": "1", "accepted-1": "yes"})
        assert bare.status_code == 422
        for number, accepted in (("1", "yes"), ("2", "no")):
            answer = {
                "key": f"point-{number}",
                "point": number,
                f"accepted-{number}": accepted,
                f"reason-{number}": f"Because of {number}.",
            }
            assert browser.post(at("essex", "point"), data=answer).status_code == 303
    write(there, "inspector-1", "essex", verdict="Your plan, for 12 officers, is a start.")
    with there.as_("lead-1") as browser:
        review = browser.get(at("essex", "review")).text
        assert "Changed since the draft" in review
        assert "Because of 2." in review
    assert authorise(there, "lead-1", "essex")[0] == 303
    assert "Under embargo" not in sealed(there, last(there, "essex")["letter"])
    with there.as_("liaison-essex") as browser:
        page = browser.get(here).text
        assert "Not accepted" in page
        assert "Because of 2." in page


def decide(there: House, person: str, what: str, words: str, sure: str = "yes") -> tuple[int, str]:
    """A decision on the essex letter's publication, on its page."""
    with there.as_(person) as browser:
        given = {"key": uuid4().hex, what: words, "sure": sure}
        done = browser.post(at("essex", f"public/{what}"), data=given)
        return done.status_code, done.text if done.status_code != 303 else browser.get(
            at("essex", "public")
        ).text


def test_a_lead_records_that_another_report_has_the_same_findings(assessed):
    there, here = assessed, "/inspect/publish/letter-tests/same"
    with there.as_("ops-1") as browser:
        assert browser.post(here, data={"report": "x"}).status_code == 403
    with there.as_("lead-1") as browser:
        other = re.search(r'<option value="([^"]+)">', browser.get(here).text)
        assert other is not None
        unsure = browser.post(here, data={"report": other[1], "same": "One finding."})
        assert (unsure.status_code, "Confirm that" in unsure.text) == (422, True)
        given = {"key": "same", "report": other[1], "same": "One finding.", "sure": "yes"}
        assert browser.post(here, data=given).status_code == 303
        assert "One finding." in browser.get(here).text


def test_a_letter_held_back_is_published_later_withdrawn_and_restored_by_a_lead(assessed):
    there, held = assessed, case("essex")
    with there.as_("lead-1") as browser:
        assert "It is under embargo" in browser.get(at("essex", "public")).text
        order = {"key": "out", "confirmation": "letter-tests", f"leave:{held}": "Its plan came late."}
        assert browser.post("/inspect/publish/letter-tests", data=order).status_code == 303
        there.until(lambda: line(there, case("kent")).stage == "published")
        page = browser.get("/inspect/publish/letter-tests").text
        assert "held back" in page
        assert at("essex", "public") in page
        assert "its letter has to be sent" in browser.get(at("essex", "public")).text
    assert api(there, "lead-1", "essex", kind="send_letter")[0] == 200
    assert decide(there, "ops-1", "publish", "It has come.")[0] == 403
    assert decide(there, "lead-1", "publish", "It has come.", sure="")[0] == 422
    assert decide(there, "lead-1", "publish", " ")[0] == 422
    status, page = decide(there, "lead-1", "publish", "It has come.")
    assert (status, line(there, held).stage) == (303, "published")
    assert 'lead-1 published it later: <span class="app-words">It has come.</span>' in page
    status, page = decide(there, "lead-1", "withdraw", "It named the wrong force.")
    assert (status, "a notice stands in its place" in page) == (303, True)
    assert decide(there, "lead-1", "withdraw", "Again.")[0] == 422
    status, page = decide(there, "lead-1", "restore", "It was right.")
    assert (status, "It is public." in page, "It was right." in page) == (303, True, True)


def test_a_letter_on_the_way_is_written_by_one_and_sent_by_another(assessed):
    there, here = assessed, at("kent", "word/progress")
    with there.as_("inspector-1") as browser:
        assert here in browser.get(f"/cases/{REFERENCE}/kent").text
        assert at("kent", "word/revisit") in browser.get(at("kent", "inspection")).text
        assert browser.post(here, data={"verdict": " "}).status_code == 422
        found = {"verdict": "Half of it is done.", "finding-1": "in_place", "seen": "in May"}
        assert browser.post(here, data=found).status_code == 303
        assert browser.post(f"{here}/send", data={"key": "own"}).status_code == 403
    with there.as_("lead-1") as browser:
        page = browser.get(here).text
        assert "Written by inspector-1." in page
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen is not None
        stale = browser.post(f"{here}/send", data={"key": "stale", "seen": "0" * 32})
        assert (stale.status_code, "was changed since you read it" in stale.text) == (422, True)
        done = browser.post(f"{here}/send", data={"key": "word", "seen": seen[1]})
        assert done.status_code == 303, done.text
        reminder = browser.get(at("kent", "word/reminder"))
        assert (reminder.status_code, "nothing that is overdue" in reminder.text) == (200, True)
        assert browser.get(at("kent", "word/none")).status_code == 404
    assert last(there, "kent")["of"] == "progress"
    assert "Half of it is done." in sealed(there, last(there, "kent")["letter"])
    for of in ("revisit", "progress"):  # what was sent is sent: its words are not sent again
        status, said = api(there, "lead-2", "kent", kind="send_word", of=of)
        assert (status, "Nobody has written" in said) == (422, True)
    with there.as_("inspector-1") as browser:
        assert browser.post(here, data=found).status_code == 303
    assert api(there, "lead-2", "kent", kind="send_word", of="progress")[0] == 200


def test_operations_say_who_signs(assessed):
    given = {"owners": "essex", "holder": "Example Person", "offices": "HM Inspector"}
    with assessed.as_("lead-1") as browser:
        assert browser.post("/ops/signatories", data=given).status_code == 403
    with assessed.as_("ops-1") as browser:
        assert browser.post("/ops/signatories", data={**given, "owners": "nowhere"}).status_code == 422
        assert browser.post("/ops/signatories", data=given).status_code == 303
        page = browser.get("/ops/signatories").text
    assert "Example Person" in page
