"""An assessment by the browser alone: from the submission to the authorised letter, and what the ledger then holds."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from activities.ledger.append import append
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.dates import local_date
from models.messages import Append
from models.tables import AssessmentDraft, CaseRow, Conflict, Mail, Order, Repair, Report, SealedText
from office import cover
from tests.console.casework import (
    ask_for_plan,
    base_in,
    events,
    import_report,
    key_in,
    line,
    submit,
    take,
)
from tests.console.house import House

pytestmark = [pytest.mark.server]
REFERENCE = "ins-1"
WEEK = timedelta(days=7)
BODIES = ("kent", "essex", "surrey", "sussex", "dorset", "cumbria", "suffolk", "norfolk", "gwent")
SECRET = "Between us: the chief told me otherwise."


def case(body: str) -> str:
    return f"recommendation/{REFERENCE}/{body}"


def at(body: str, what: str) -> str:
    return f"/inspect/{REFERENCE}/{body}/{what}"


@pytest.fixture(scope="module")
def submitted(there: House) -> House:
    """A report of this module's own, asked for, and answered by all bodies but Gwent."""
    import_report(there, "inspect-tests", REFERENCE, BODIES)
    for body in BODIES:
        ask_for_plan(there, case(body))
    for body in BODIES[:-1]:
        submit(there, case(body))
    return there


def draft(base: str, **change: str) -> dict[str, str]:
    return {
        "base": base,
        "finding-1": "included_commenced",
        "note-1": "Page 4 of the plan.",
        "finding-2": "not_included",
        "note-2": "Nothing on this.",
        "narrative": "A desk-based review.",
        "outcome": "started",
        "private": SECRET,
    } | change


def assess(there: House, body: str, person: str = "inspector-1") -> None:
    """Save a draft and complete it, as a person does."""
    with there.as_(person) as browser:
        base = base_in(browser.get(at(body, "assess")).text)
        saved = browser.post(at(body, "assess"), data=draft(base, then="check"))
        assert saved.headers["location"] == at(body, "check"), saved.text
        page = browser.get(at(body, "check")).text
        version = page.split('name="version" value="')[1].split('"')[0]
        done = browser.post(at(body, "complete"), data={"version": version, "key": key_in(page)})
        assert done.status_code == 303, done.text
        again = browser.post(at(body, "complete"), data={"version": version, "key": key_in(page)})
        assert again.status_code == 303  # a double press


def allocate(there: House, person: str, *bodies: str) -> str:
    with there.as_("lead-1") as browser:
        answer = browser.post(
            "/inspect/allocation", data={"person": person, "cases": [case(body) for body in bodies]}
        )
    return answer.text


def test_from_submission_to_letter_by_the_browser_alone(submitted):
    there = submitted
    assert "given to inspector-1" in allocate(there, "inspector-1", "kent")
    submit(there, case("kent"), "A better plan.", "better.txt")
    there.mail_to("inspector-1@inspectorate.example", "", saying="Kent Police")

    with there.as_("inspector-1") as browser:
        assert at("kent", "assess") in browser.get("/inspect?whose=own").text
        page = browser.get(at("kent", "assess")).text
        assert "A better plan." in page
        assert "better.txt" in page
        assert "Not scanned for viruses" in page
        assert "Replaced: submitted" in page
    assess(there, "kent")

    with there.as_("inspector-1") as browser:
        back = browser.post(at("kent", "take-back"), data={"reason": "One more look", "key": "kent-back"})
        assert back.status_code == 303, back.text
        assert "Page 4 of the plan." in browser.get(at("kent", "assess")).text
    assess(there, "kent")
    with there.as_("lead-1") as browser:
        page = browser.get(at("kent", "review")).text
        assert SECRET in page  # leads read it
        assert '"Limb 1 is done": your plans include this, and the work had begun' in page.replace(
            "&#34;", '"'
        )
        returned = browser.post(at("kent", "return"), data={"key": "kent-return", "reason": "Say where."})
        assert returned.status_code == 303
    with there.as_("inspector-1") as browser:
        assert "Returned to you by a lead" in browser.get("/inspect?returned=1").text
    assess(there, "kent")
    with there.as_("lead-1") as browser:
        assert browser.post(at("kent", "authorise"), data={"key": "kent-auth"}).status_code == 303
        letter = re.search(r'name="letter" value="(.+?)"', browser.get(at("kent", "letter")).text)
        assert letter is not None
        other = browser.post(at("kent", "letter"), data={"key": "kent-other", "letter": "letter-of-mine"})
        assert other.status_code == 422
        assert "this is another, letter-of-mine" in other.text
        sent = browser.post(at("kent", "letter"), data={"key": "kent-letter", "letter": letter[1]})
        assert sent.status_code == 303, sent.text

    told = events(there, case("kent"))
    assert [(row.kind, row.actor) for row in told[1:]] == [
        ("requested", "lead-1"),
        ("submitted", "liaison-kent"),
        ("submitted", "liaison-kent"),
        ("assessed", "inspector-1"),
        ("taken_back", "inspector-1"),
        ("assessed", "inspector-1"),
        ("returned", "lead-1"),
        ("assessed", "inspector-1"),
        ("authorised", "lead-1"),
        ("letter_sent", "lead-1"),
    ]
    assert told[-3].details["findings"] == {"c1": "included_commenced", "c2": "not_included"}
    with there.database.reading() as session:
        assert told[-1].details["letter"] == told[-2].details["letter"]
        assert "Dear Chief" in session.get_one(SealedText, str(told[-1].details["letter"])).text
        assessment = session.get_one(SealedText, str(told[-3].details["assessment"])).text
    assert "Page 4 of the plan." in assessment


def test_private_notes_stay_inside(submitted):
    there = submitted
    assess(there, "essex")
    with there.database.reading() as session:
        assert any(row.private == SECRET for row in session.exec(select(AssessmentDraft)))
        sealed = [f"{row.text} {row.meta}" for row in session.exec(select(SealedText))]
        mails = [row.text for row in session.exec(select(Mail))]
    assert not any(SECRET in text for text in (*sealed, *mails))
    with there.as_("liaison-essex") as browser:
        assert browser.get(at("essex", "assess")).status_code == 403
        assert SECRET not in browser.get(f"/cases/{REFERENCE}/essex").text
    with there.as_("inspector-2") as browser:
        assert SECRET not in browser.get(at("essex", "check")).text


def test_two_editors_lose_no_words(submitted):
    there = submitted
    with there.as_("inspector-1") as first, there.as_("inspector-2") as second:
        one, two = (base_in(each.get(at("surrey", "assess")).text) for each in (first, second))
        assert first.post(at("surrey", "assess"), data=draft(one, narrative="First's")).status_code == 303
        clash = second.post(at("surrey", "assess"), data=draft(two, narrative="Second's", outcome=""))
        assert clash.status_code == 409
        assert "inspector-1 saved another version while you wrote" in clash.text
        assert "First&#39;s" in clash.text
        assert "Second&#39;s" in clash.text
        by_itself = second.post(
            at("surrey", "assess"), data=draft(two, narrative="Auto"), headers={"Accept": "application/json"}
        )
        assert (by_itself.status_code, by_itself.json()["aside"]) == (200, True)
        assert "First&#39;s" in first.get(at("surrey", "assess")).text  # the first's stands
        merged = draft(base_in(clash.text), narrative="First's and Second's")
        assert second.post(at("surrey", "assess"), data=merged).status_code == 303
        assert second.post(at("surrey", "assess"), data=merged).status_code == 303  # a double press
        kept = first.get(at("surrey", "versions")).text
    with there.database.reading() as session:
        rows = session.exec(
            select(AssessmentDraft)
            .where(AssessmentDraft.case_id == case("surrey"))
            .order_by(col(AssessmentDraft.version))
        ).all()
    assert [(row.narrative, row.set_aside) for row in rows] == [
        ("First's", False),
        ("Second's", True),
        ("Auto", True),
        ("First's and Second's", False),
    ]
    assert all(words in kept for words in ("First&#39;s", "Second&#39;s", "Auto"))
    assert kept.count("Set aside") == 2


def test_what_was_checked_is_what_is_completed(submitted):
    with submitted.as_("inspector-1") as browser:
        browser.post(at("suffolk", "assess"), data=draft("0"))
        page = browser.get(at("suffolk", "check")).text
        browser.post(at("suffolk", "assess"), data=draft("1", narrative="Changed since"))
        late = browser.post(at("suffolk", "complete"), data={"version": "1", "key": key_in(page)})
        assert late.status_code == 422
        assert "saved another version since you checked" in late.text
        browser.post(at("suffolk", "assess"), data=draft("2", **{"finding-2": "", "outcome": ""}))
        page = browser.get(at("suffolk", "check")).text
        assert "Choose a finding for criterion 2" in page
        assert "Choose the overall outcome" in page
        forced = browser.post(at("suffolk", "complete"), data={"version": "3", "key": "forced"})
        assert forced.status_code == 422
    assert line(submitted, case("suffolk")).stage == "submitted"


def test_a_case_without_submission_is_assessed_only_when_that_is_overdue(submitted):
    with submitted.as_("inspector-1") as browser:
        assert "Nothing has been submitted" in browser.get(at("gwent", "assess")).text
        browser.post(at("gwent", "assess"), data=draft("0"))
        refused = browser.post(at("gwent", "complete"), data={"version": "1", "key": "gwent"})
    assert refused.status_code == 422
    assert "has not passed" in refused.text
    assert line(submitted, case("gwent")).stage == "requested"


def test_a_conflict_is_refused_by_page_and_by_office(submitted):
    there = submitted
    with there.as_("lead-2") as browser:
        said = browser.post(
            "/inspect/people/conflicts",
            data={"who": "lead-2", "body": "sussex", "reason": "I served there."},
        )
        assert said.status_code == 303, said.text
    assess(there, "sussex")
    assert "conflict of interest with sussex" in allocate(there, "lead-2", "sussex")
    with there.as_("lead-2") as browser:
        assert browser.get(at("sussex", "review")).status_code == 403
        assert browser.post(at("sussex", "authorise"), data={"key": "sussex-no"}).status_code == 403
        batch = browser.post("/inspect/authorise", data={"cases": case("sussex"), "key": "sussex-batch"})
        assert "not done. lead-2 has a conflict of interest with sussex" in batch.text
        assert case("sussex") not in browser.get("/inspect").text
    with there.as_("inspector-2") as browser:
        assert "I served there." not in browser.get("/inspect/people").text
    by_command = there.there.run("case", "authorise", case("sussex"), actor="lead-2")
    assert by_command.returncode != 0
    assert "conflict of interest" in by_command.stderr
    assert line(there, case("sussex")).stage == "assessed"
    with there.database.writing() as session:
        for row in session.exec(select(Conflict)):
            session.delete(row)


def test_a_batch_names_the_case_that_cannot_be_and_does_the_others(submitted):
    there = submitted
    assess(there, "dorset", "lead-1")
    assess(there, "cumbria", "inspector-2")
    with there.as_("lead-1") as browser:
        page = browser.get(f"/inspect/authorise?reference={REFERENCE}").text
        assert f'value="{case("cumbria")}"' in page
        assert f'value="{case("dorset")}"' not in page  # never one's own, and it says why
        assert "Not by you: you assessed it" in page
        both = {"cases": [case("cumbria"), case("dorset"), case("norfolk")], "key": key_in(page)}
        done = browser.post("/inspect/authorise", data=both).text
        assert f"<strong>{REFERENCE}/cumbria</strong>: done, recorded as entry" in done
        assert f"<strong>{REFERENCE}/dorset</strong>: not done. lead-1 completed this assessment" in done
        assert f"<strong>{REFERENCE}/norfolk</strong>: not done." in done
        again = browser.post("/inspect/authorise", data=both).text
        assert f"<strong>{REFERENCE}/cumbria</strong>: done" in again  # the same key, the same receipt
        letters = browser.post(
            "/inspect/letters", data={"cases": [case("cumbria"), case("dorset")], "key": "letters"}
        ).text
        assert f"<strong>{REFERENCE}/cumbria</strong>: done" in letters
        assert f"<strong>{REFERENCE}/dorset</strong>: not done." in letters
        none = browser.post("/inspect/authorise", data={"key": "none"})
        assert none.status_code == 422
    assert line(there, case("cumbria")).stage == "letter_sent"
    assert line(there, case("dorset")).stage == "assessed"
    assert [row.kind for row in events(there, case("cumbria"))].count("authorised") == 1


def test_one_criterion_across_all_bodies(submitted):
    with submitted.as_("inspector-2") as browser:
        page = browser.get(f"/inspect/moderation/{REFERENCE}?criterion=c2").text
        assert "Nothing on this." in page
        only = browser.get(f"/inspect/moderation/{REFERENCE}?criterion=c2&finding=none").text
        assert "Norfolk Constabulary" in only
        assert "Dorset Police" not in only
        some = browser.get(f"/inspect/moderation/{REFERENCE}?criterion=c2&finding=not_included").text
        assert "Dorset Police" in some
        assert "Norfolk Constabulary" not in some
        assert browser.get("/inspect/moderation/nothing-of-the-kind").status_code == 404


def test_leave_is_covered_in_the_list_and_in_the_post(submitted):
    there = submitted
    allocate(there, "inspector-1", "norfolk")
    with there.as_("inspector-2") as browser:
        assert at("norfolk", "assess") not in browser.get(f"/inspect?reference={REFERENCE}").text
    days = {"since-day": "1", "since-month": "1", "since-year": "2020"}
    soon = {"last-day": "1", "last-month": "1", "last-year": "2100"}
    with there.as_("inspector-1") as browser:
        wrong = browser.post("/inspect/people/cover", data={"cover": "inspector-2"} | days | soon)
        assert wrong.status_code == 422
        assert "handover" in wrong.text
    now = datetime.now(UTC)
    cover.arrange(
        there.database, "inspector-1", "inspector-1", "inspector-2", now.date(), now.date() + WEEK, now
    )
    try:
        submit(there, case("norfolk"), "While they are away.")
        there.mail_to("inspector-2@inspectorate.example", "", saying="Norfolk")
        with there.as_("inspector-2") as browser:
            listed = browser.get(f"/inspect?reference={REFERENCE}").text
            assert at("norfolk", "assess") in listed
            assert "You cover for inspector-1" in listed
    finally:
        with there.as_("lead-1") as browser:
            cover_id = browser.get("/inspect/people").text.split('name="cover_id" value="')[1].split('"')[0]
            assert browser.post("/inspect/people/cover/end", data={"cover_id": cover_id}).status_code == 303


def test_an_inspector_takes_what_nobody_has_and_gives_it_back(submitted):
    with submitted.as_("inspector-2") as browser:
        taken = browser.post(at("gwent", "take"))
        assert taken.headers["location"] == at("gwent", "assess")
        assert "Second inspector (inspector-2)" in browser.get(at("gwent", "allocation")).text
        assert browser.post(at("gwent", "allocation"), data={"person": "inspector-1"}).status_code == 403
    with submitted.as_("inspector-1") as browser:
        assert browser.post(at("gwent", "take")).status_code == 422
    with submitted.as_("inspector-2") as browser:
        assert browser.post(at("gwent", "give-back")).status_code == 303
        assert "it is everybody’s" in browser.get(at("gwent", "allocation")).text


def test_a_document_is_asked_for_and_requests_and_questions_are_answered(submitted):
    there = submitted
    of = case("gwent")
    clock = "submission"
    due = line(there, of).next_due
    assert due
    later = due.replace(year=due.year + 1)
    take(
        there,
        of,
        a.AskForTime(key="g1", actor="liaison-gwent", clock=clock, due=later, reason="x"),
        "reason",
        "Floods.",
    )
    take(there, of, a.AskQuestion(key="g2", actor="liaison-gwent", question="x"), "question", "Which format?")
    with there.as_("inspector-1") as browser:
        listed = browser.get(f"/inspect?reference={REFERENCE}").text
        assert "Answer a request for time" in listed
        page = browser.get(at("gwent", "answer")).text
        assert "Floods." in page
        assert "Which format?" in page
        empty = browser.post(at("gwent", "answer/time"), data={"clock": clock})
        assert empty.status_code == 422
        assert "Choose whether to give more time" in empty.text
        granted = {
            "key": "g3", "clock": clock, "decision-submission": "until", "reason-submission": "A month, then.",
            "due-submission-day": str(later.day), "due-submission-month": str(later.month),
            "due-submission-year": str(later.year),
        }  # fmt: skip
        assert browser.post(at("gwent", "answer/time"), data=granted).status_code == 303
        number = page.split('name="number" value="')[1].split('"')[0]
        answer = {"key": "g4", "number": number, f"answer-{number}": "Any."}
        assert browser.post(at("gwent", "answer/question"), data=answer).status_code == 303
        assert "Nothing waits for an answer" in browser.get(at("gwent", "answer")).text
        asked = browser.post(
            at("norfolk", "document"), data={"key": "n1", "document": "The terms of reference"}
        )
        assert asked.status_code == 303, asked.text
        twice = browser.post(at("norfolk", "document"), data={"key": "n2", "document": "Another"})
        assert twice.status_code == 422
        assert "still due" in twice.text
        late = browser.post(at("norfolk", "late"), data={"key": "n3", "reason": "Floods"})
        assert late.status_code == 422
        assert "was not late" in late.text
    assert [row.kind for row in events(there, of)][-2:] == ["time_granted", "question_answered"]
    assert line(there, of).next_due == later


def test_a_late_submission_is_accepted_with_a_reason(there):
    of = "seed-2016-legitimacy-asg/west-yorkshire"
    with there.as_("inspector-1") as browser:
        assert "days late" in browser.get(f"/inspect/{of}/assess").text
        done = browser.post(f"/inspect/{of}/late", data={"key": "wy-late", "reason": "They told us in time."})
        assert done.status_code == 303, done.text
        assert "and accepted" in browser.get(f"/inspect/{of}/assess").text
    assert [row.kind for row in events(there, f"recommendation/{of}")][-1] == "late_accepted"


def test_a_follow_up_inspection_is_recorded(submitted):
    with submitted.as_("inspector-1") as browser:
        path = at("kent", "inspection")
        wrong = browser.post(path, data={"key": "k-i1", "result": "reissued", "narrative": "More to do."})
        assert wrong.status_code == 422
        assert "names the reference that follows" in wrong.text
        done = browser.post(path, data={"key": "k-i2", "result": "verified", "narrative": "All done."})
        assert done.status_code == 303, done.text
    assert line(submitted, case("kent")).stage == "closed"


def published(there: House, of: str) -> None:
    """As the order to publish records it on a case."""
    now = datetime.now(UTC)
    event = e.Published(at=now, on=local_date(now), actor="lead-1", order="long-order")
    request = Append(stream=of, expected_seq=len(events(there, of)), act_key=f"long/{of}", events=(event,))
    with there.database.writing() as session:
        append(session, request)


def test_a_large_report_is_published_while_its_page_says_how_far_it_has_come(there):
    """As the ledger stands in the middle: the order is recorded, one case is published, one is on its way."""
    import_report(there, "long-tests", "long-1", ["dorset", "gwent", "cumbria"])
    with there.database.writing() as session:
        for body in ("gwent", "cumbria"):
            session.get_one(CaseRow, f"recommendation/long-1/{body}").stage = "letter_sent"
        stuck = "recommendation/long-1/cumbria"
        session.add(
            Repair(
                id="long",
                kind="parked",
                subject=stuck,
                cause="A fault.",
                remedy="Reseat it.",
                opened_at=datetime.now(UTC),
            )
        )
        session.add(
            Order(
                id="long-order",
                kind="publish",
                report_id="long-tests",
                actor="lead-1",
                on=local_date(datetime.now(UTC)),
                effective_at=datetime.now(UTC),
                details={"left_out": {}, "sample": True},
            )
        )
    published(there, "recommendation/long-1/dorset")
    with there.as_("lead-1") as browser:
        page = browser.get("/inspect/publish/long-tests?ordered=1")
        assert "1 of 3 cases are published." in page.text
        assert "1 case waits for repair" in page.text
        assert page.headers["refresh"] == "5"
        stopped = browser.get("/inspect/publish/long-tests?ordered=1&still=1")
        assert "refresh" not in stopped.headers
        assert "Look again" in stopped.text
        published(there, "recommendation/long-1/gwent")
        with there.database.writing() as session:
            session.get_one(CaseRow, "recommendation/long-1/dorset").stage = "closed"
        waits = browser.get("/inspect/publish/long-tests?ordered=1")
        assert "2 of 3 cases are published." in waits.text, (
            "what was published stays so when its case goes on"
        )
        assert "refresh" not in waits.headers, "a repair takes longer than anybody watches"


def test_an_order_that_the_ledger_does_not_show_yet_is_said_so(there):
    import_report(there, "waits-tests", "waits-1", ["dorset"])
    with there.as_("lead-1") as browser:
        now = int(datetime.now(UTC).timestamp())
        page = browser.get(f"/inspect/publish/waits-tests?ordered={now}")
        assert "the ledger does not show it yet" in page.text
        assert page.headers["refresh"] == "5"
        assert "refresh" not in browser.get("/inspect/publish/waits-tests").headers

        page = browser.get(f"/inspect/publish/waits-tests?ordered={now - 60}")
        assert "The order is not recorded, and nothing is published by it." in page.text
        assert "refresh" not in page.headers, "it was refused after it was taken up: nothing comes any more"
        with there.database.writing() as session:
            session.get_one(Report, "waits-tests").overview_published_on = local_date(datetime.now(UTC))
        page = browser.get(f"/inspect/publish/waits-tests?ordered={now}")
        assert "were published on" in page.text
        assert "refresh" not in page.headers


def test_a_report_is_published_when_its_name_is_typed(there):
    import_report(there, "publish-tests", "pub-1", ["lancashire", "humberside"])
    ready, late = "recommendation/pub-1/lancashire", "recommendation/pub-1/humberside"
    ask_for_plan(there, ready)
    submit(there, ready)
    findings = {"c1": "in_place", "c2": "in_place"}
    act = a.CompleteAssessment(
        key="p1", actor="inspector-1", assessment="x", outcome="all_in_place", findings=findings
    )
    take(there, ready, act, "assessment", "Seen.")
    with there.as_("lead-1") as browser:
        browser.post("/inspect/authorise", data={"cases": ready, "key": "p2"})
        browser.post("/inspect/letters", data={"cases": ready, "key": "p3"})
        page = browser.get("/inspect/publish/publish-tests").text
        assert "1 of 2 cases have no letter yet" in page
        untyped = browser.post("/inspect/publish/publish-tests", data={"key": "p4", "confirmation": "yes"})
        assert untyped.status_code == 422
        typed = {"key": "p5", "confirmation": "publish-tests"}
        refused = browser.post("/inspect/publish/publish-tests", data=typed)
        assert refused.status_code == 422
        assert line(there, ready).stage == "letter_sent"
        left = {"key": "p6", "confirmation": "publish-tests", f"leave:{late}": "Their plan is not due yet."}
        done = browser.post("/inspect/publish/publish-tests", data=left)
        assert done.status_code == 303, done.text
        onward = done.headers["location"]
        assert re.fullmatch(r"/inspect/publish/publish-tests\?ordered=\d{10}", onward)
        there.until(lambda: line(there, ready).stage == "published")
        page = browser.get(onward)
        assert "were published on" in page.text
        assert "refresh" not in page.headers, "there is nothing to wait for"
    assert line(there, late).stage == "issued"
