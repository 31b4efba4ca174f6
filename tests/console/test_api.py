"""The API: the same rights as pages, tokens that read or act, acts taken once, errors that programs know."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from lifecycle.words import Side
from office.known import Wanted, known_cases
from office.reach import Reach
from office.tokens import Scope

pytestmark = [pytest.mark.server]
BODY, OTHER = "bedfordshire", "kent"
INSIDE_ONLY = {"authorisation", "assessment", "publication"}


def of_body(there, body: str, stage: str = "requested"):
    return next(case for case in there.cases(body=body, stage=stage) if case.id.startswith("recommendation/"))


def every(program, path: str, rows: str, **given):
    """All pages of a list, one after the other."""
    found, cursor = [], None
    while True:
        answer = program.get(path, params={**given, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += answer.json()[rows]
        cursor = answer.json()["next"]
        if cursor is None:
            return found


def acts_of(case) -> str:
    return f"/api/v1/cases/{case.reference}/{case.body}/acts"


def hand_in(program, case, key: str = "", **act):
    return program.post(acts_of(case), json=act, headers={"Idempotency-Key": key or str(uuid4())})


def test_it_says_whose_token_it_is(there):
    with there.api("lead-1", Scope.read) as program:
        me = program.get("/api/v1/me").json()
    assert (me["id"], me["scope"]) == ("lead-1", "read")
    assert {"role": "lead_inspector", "owner": "inspectorate"} in me["roles"]


def test_without_a_token_nothing_is_said(there):
    with there.as_("lead-1") as browser:
        answer = browser.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json()["error"] == "sign_in"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_schema_is_public_and_describes_the_token(there):
    with there.as_(None) as stranger:
        schema = stranger.get("/api/v1/openapi.json").json()
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_pages_of_a_list_follow_each_other_in_order(there):
    with there.api("ops-1") as program:
        whole = every(program, "/api/v1/cases", "cases", size=200)
        by_threes = every(program, "/api/v1/cases", "cases", size=3, report=whole[0]["report"])
    assert [case["id"] for case in whole] == [
        case.id for case in there.cases() if case.id.startswith("recommendation/")
    ]
    assert by_threes == [case for case in whole if case["report"] == whole[0]["report"]]


def test_a_body_lists_its_own_cases_alone(there):
    with there.api(f"liaison-{BODY}") as program:
        cases = every(program, "/api/v1/cases", "cases", ended=True)
        theirs = program.get("/api/v1/cases", params={"body": OTHER}).json()
        bodies = every(program, "/api/v1/bodies", "bodies")
    assert cases
    assert {case["body"] for case in cases} == {BODY}
    assert theirs == {"cases": [], "next": None}
    assert [body["id"] for body in bodies] == [BODY]


def test_a_body_does_not_learn_how_far_its_assessment_is(there):
    """Neither from the list, nor by asking for a stage, nor from the case itself."""
    hidden = next(case for stage in ("assessed", "authorised") for case in there.cases(stage=stage))
    with there.api(f"liaison-{hidden.body}") as program:
        listed = every(program, "/api/v1/cases", "cases")
        asked = [
            every(program, "/api/v1/cases", "cases", stage=stage) for stage in ("assessed", "authorised")
        ]
        submitted = every(program, "/api/v1/cases", "cases", stage="submitted")
        whole = program.get(f"/api/v1/cases/{hidden.reference}/{hidden.body}").json()
    assert asked == [[], []]
    line = next(case for case in listed if case["id"] == hidden.id)
    assert (line["stage"], line["outcome"]) == ("submitted", None)
    assert hidden.id in [case["id"] for case in submitted]
    assert whole["case"]["stage"] == "submitted"
    assert whole["side"] == Side.body
    assert whole["waiting_for"] is None
    assert not {clock["id"] for clock in whole["clocks"]} & INSIDE_ONLY
    assert "assessed" not in {event["kind"] for event in whole["timeline"]}
    assert all(notice["role"] in ("liaison", "chief_officer") for notice in whole["notices"])
    with there.api("ops-1") as program:
        inside = program.get(f"/api/v1/cases/{hidden.reference}/{hidden.body}").json()
    assert inside["case"]["stage"] == hidden.stage
    assert inside["waiting_for"]
    assert len(inside["timeline"]) > len(whole["timeline"])


def test_an_answer_that_is_known_already_is_not_sent_again(there):
    case = of_body(there, BODY)
    with there.api("ops-1") as program:
        path = f"/api/v1/cases/{case.reference}/{case.body}"
        first = program.get(path)
        again = program.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_act_is_taken_once_under_its_key(there):
    case, key = of_body(there, BODY), str(uuid4())
    with there.api(f"liaison-{BODY}") as program:
        first = hand_in(program, case, key, kind="ask_question", text="May we answer in Welsh?")
        again = hand_in(program, case, key, kind="ask_question", text="May we answer in Welsh?")
        whole = program.get(f"/api/v1/cases/{case.reference}/{case.body}").json()
    assert first.status_code == 200, first.text
    assert first.json()["key"] == key
    assert again.json()["seq"] == first.json()["seq"] <= whole["seq"]
    asked = [event for event in whole["timeline"] if event["kind"] == "question_asked"]
    assert len([event for event in asked if event["seq"] > first.json()["seq"] - 3]) == 1


def test_a_key_is_for_one_case_and_one_person(there):
    open_ones = [case for case in there.cases() if case.id.startswith("recommendation/")]
    first = next(case for case in open_ones if [one.body for one in open_ones].count(case.body) > 1)
    second = next(case for case in open_ones if case.body == first.body and case.id != first.id)
    key = str(uuid4())
    with there.api(f"liaison-{first.body}") as program:
        assert hand_in(program, first, key, kind="acknowledge").status_code == 200
        other = hand_in(program, second, key, kind="acknowledge")
    assert (other.status_code, other.json()["error"]) == (409, "key_used")
    with there.api("ops-1") as program:
        question = hand_in(program, second, key, kind="ask_question", text="Somebody else's key is not mine")
    assert question.status_code == 200, question.text


def test_words_are_sealed_and_an_act_says_what_is_wrong(there):
    case = of_body(there, BODY)
    with there.api(f"liaison-{BODY}") as program:
        none = hand_in(program, case, kind="ask_question", text="  ")
        empty = hand_in(program, case, kind="record_submission", text="")
        foreign = hand_in(program, case, kind="record_submission", text="Our plan", uploads=["not-mine"])
        early = hand_in(program, case, kind="withdraw_submission", text="We were too quick")
        keyless = program.post(acts_of(case), json={"kind": "acknowledge"})
    assert (none.status_code, none.json()["error"]) == (422, "not_understood")
    assert (empty.status_code, empty.json()["error"]) == (422, "refused")
    assert "Upload it again" in foreign.json()["detail"]
    assert (early.status_code, early.json()["error"]) == (422, "refused")
    assert "idempotency-key" in keyless.json()["detail"]


def test_who_may_not_act_by_pages_may_not_by_the_api(there):
    case = of_body(there, BODY)
    assessment: dict[str, Any] = {"text": "Ours", "outcome": "accepted", "findings": {}}
    with there.api(f"liaison-{BODY}") as program:
        refused = hand_in(program, case, kind="complete_assessment", **assessment)
    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")
    with there.api(f"liaison-{OTHER}") as program:
        unknown = hand_in(program, case, kind="acknowledge")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "not_found")


def test_a_token_for_reading_does_not_act(there):
    case = of_body(there, BODY)
    before = next(one for one in there.cases() if one.id == case.id)
    with there.api(f"liaison-{BODY}", Scope.read) as program:
        refused = hand_in(program, case, kind="ask_question", text="May this pass?")
        path = f"/api/v1/cases/{case.reference}/{case.body}"
        events = program.get(path).json()["timeline"]
    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")
    assert "only read" in refused.json()["detail"]
    assert before == next(one for one in there.cases() if one.id == case.id)
    assert "May this pass" not in str(events)


def until(question, *, seconds: float = 60):
    """What the question answers, once it answers anything."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def test_mail_is_read_with_each_attempt_to_send_it(there):
    case = of_body(there, BODY)
    with there.api(f"liaison-{BODY}") as program:
        assert hand_in(program, case, kind="ask_question", text="Who reads this?").status_code == 200
    with there.api("ops-1") as program:
        mails = until(lambda: every(program, "/api/v1/mails", "mails", size=1, state="accepted"))
        mail = program.get(f"/api/v1/mails/{mails[0]['id']}").json()
    assert mail["mail"] == mails[0]
    assert [attempt["outcome"] for attempt in mail["attempts"]] == ["accepted"]
    assert mail["text"]


def test_reports_bodies_and_agenda_answer(there):
    with there.api("ops-1") as program:
        reports = every(program, "/api/v1/reports", "reports", size=2)
        one = program.get(f"/api/v1/reports/{reports[0]['id']}").json()
        body = program.get(f"/api/v1/bodies/{BODY}").json()
        agenda = program.get("/api/v1/agenda", params={"days": 60, "size": 200}).json()
    assert one["recommendations"]
    assert sum(one["standing"]["stages"].values()) > 0
    assert body["oversight"]
    assert body["contacts"]
    instants = [entry["at"] for entry in agenda["coming"]]
    assert instants == sorted(instants)
    assert instants


def test_outside_reports_are_those_of_ones_own_cases_without_others_standing(there):
    with there.api(f"liaison-{BODY}") as program:
        reports = every(program, "/api/v1/reports", "reports")
        files = [program.get(f"/api/v1/reports/{report['id']}").json() for report in reports]
        agenda = program.get("/api/v1/agenda", params={"days": 300, "size": 200}).json()
        mails = program.get("/api/v1/mails")
    assert {report["id"] for report in reports} == {
        case.report for case in there.cases(body=BODY, open_only=False)
    }
    assert all(file["standing"] is None for file in files)
    assert all(set(entry["roles"]) <= {"liaison", "chief_officer"} for entry in agenda["coming"])
    assert agenda["coming"]
    assert mails.status_code == 403


def test_an_oversight_body_reads_its_responses_and_no_body_does(there):
    with there.api("ops-1") as program:
        responses = every(program, "/api/v1/responses", "cases", ended=True)
    assert responses
    owed = responses[0]
    with there.api(f"oversight-{owed['oversight']}") as program:
        own = every(program, "/api/v1/responses", "cases", ended=True)
        whole = program.get(owed["href"]).json()
        unsure = program.post(
            f"{owed['href']}/acts", json={"kind": "authorise"}, headers={"Idempotency-Key": str(uuid4())}
        )
    assert {case["oversight"] for case in own} == {owed["oversight"]}
    assert whole["side"] == Side.oversight
    assert unsure.status_code == 403
    with there.api(f"liaison-{owed['body']}") as program:
        assert every(program, "/api/v1/responses", "cases", ended=True) == []
        assert program.get(owed["href"]).status_code == 404


def test_a_dry_run_tells_every_problem_and_changes_nothing(there):
    before = there.cases(open_only=False)
    with there.api("ops-1") as program:
        bad = program.post("/api/v1/imports/dry-run", json={"name": "a.csv", "content": "nonsense\n1\n"})
        wrong = program.post("/api/v1/imports/dry-run", json={"name": "a.exe", "content": ""})
    assert bad.json()["acceptable"] is False
    assert bad.json()["problems"]
    assert wrong.status_code == 422
    assert before == there.cases(open_only=False)
    with there.api(f"liaison-{BODY}") as program:
        assert program.post("/api/v1/imports/dry-run", json={}).status_code == 403


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "WzEsMl0", "WyIyMDI2LTEzLTAxIiwgIngiXQ"])
def test_a_cursor_of_somebody_else_is_refused(there, cursor):
    with there.api("ops-1") as program:
        for path in ("cases", "reports", "mails", "bodies", "agenda", "responses"):
            answer = program.get(f"/api/v1/{path}", params={"cursor": cursor})
            assert (answer.status_code, answer.json()["error"]) == (422, "refused"), path


def test_what_the_api_does_not_know_it_says_in_json(there):
    with there.api("ops-1") as program:
        nowhere = program.get("/api/v1/nowhere")
        method = program.delete("/api/v1/me")
    assert (nowhere.status_code, nowhere.json()["error"]) == (404, "not_found")
    assert (method.status_code, method.json()["error"]) == (405, "no_such_method")
    assert "GET" in method.headers["allow"]


def test_a_filter_that_is_misspelt_or_given_twice_filters_nothing_by_mistake(there):
    with there.api("ops-1") as program:
        misspelt = program.get("/api/v1/cases?boddy=kent")
        twice = program.get("/api/v1/cases?body=kent&body=bedfordshire")
    assert (misspelt.status_code, misspelt.json()["error"]) == (422, "not_understood")
    assert "boddy" in misspelt.json()["detail"]
    assert twice.status_code == 422


@pytest.mark.parametrize("reach", [Reach(True), Reach(False, bodies=("essex", "greater-manchester"))])
def test_a_list_is_two_queries_at_any_size(there, reach):
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    counts, sizes = set(), set()
    event.listen(there.database.engine, "before_cursor_execute", note)
    for size in (1, 3, 200):
        asked.clear()
        found = known_cases(there.database, reach, Wanted(), datetime.now(UTC).date(), after=None, size=size)
        sizes.add(len(found))
        counts.add(len([one for one in asked if one.startswith("SELECT")]))
    event.remove(there.database.engine, "before_cursor_execute", note)
    assert len(sizes) == 3
    assert counts == {2}
