"""The operations page: figures as the ledger has them, kept fresh by a stream that ends with the session."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from office import post
from office.access import end, sessions_of
from office.overview import heat_map, overview
from tests.console.ops_mail import a_submission, mail_about

pytestmark = [pytest.mark.server]


def figure(page: str, name: str) -> str:
    return page.split(f'data-live="{name}">', 1)[1].split("<", 1)[0]


def test_the_figures_are_the_ledgers(there):
    with there.as_("ops-1") as browser:
        page = browser.get("/ops").text
    now = overview(there.database, datetime.now(UTC))
    assert figure(page, "open") == f"{now.open:,}"
    assert figure(page, "overdue") == f"{now.overdue:,}" == f"{len(there.cases(overdue=True)):,}"
    assert figure(page, "stage-requested") == f"{len(there.cases(stage='requested')):,}"
    assert figure(page, "workers") == "1"
    assert figure(page, "engine") == "answers"
    assert figure(page, "job-dispatch") == "well"
    assert "/cases?overdue=1" in page


def test_the_map_is_a_table_whose_cells_lead_to_their_lists(there):
    case = there.case_at("requested")
    found = heat_map(there.database)
    with there.as_("lead-1") as browser:
        page = browser.get("/ops/map").text
        of_report = browser.get("/ops/map", params={"report": case.report}).text
        of_none = browser.get("/ops/map", params={"report": "no-such-report"}).text
    assert sum(found.totals().values()) == len(there.cases())
    assert f"/cases?body={case.body}&stage=requested" in page.replace("&amp;", "&")
    assert f"stage=requested&report={case.report}" in of_report.replace("&amp;", "&")
    assert "No case is open under this report" in of_none
    assert "style=" not in page


@contextmanager
def stream(browser, last: str = "") -> Iterator[Iterator[dict[str, str]]]:
    headers = {"Last-Event-ID": last} if last else {}
    with browser.stream("GET", "/ops/stream", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    event: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "event" in event:
            yield event
            event = {}


def test_the_stream_tells_of_an_act_and_resumes_where_it_was(there):
    with there.as_("ops-1") as browser, stream(browser) as heard:
        first = next(heard)
        assert first["event"] == "figures"
        assert json.loads(first["data"])["sending"] == "goes on"
        post.stop_sending(there.database, "ops-2", "a rehearsal")
        try:
            stopped = next(one for one in heard if "a rehearsal" in one["data"])
            assert json.loads(stopped["data"])["sending"] == "stopped by ops-2: a rehearsal"
        finally:
            post.resume_sending(there.database, "ops-2")
        after = next(one for one in heard if "a rehearsal" not in one["data"])

    with there.as_("ops-1") as browser, stream(browser, last=after["id"]) as heard:
        post.stop_sending(there.database, "ops-2", "another")
        try:
            assert "another" in next(heard)["data"]  # not again what was heard before
        finally:
            post.resume_sending(there.database, "ops-2")


def test_the_stream_ends_with_the_session(there):
    with there.as_("ops-2") as browser, stream(browser) as heard:
        next(heard)
        now = datetime.now(UTC)
        for session in sessions_of(there.database, "ops-2", now):
            end(there.database, session.id, "ops-2", now)
        assert "Sign in again" in next(one for one in heard if one["event"] == "ended")["data"]
        assert next(heard, None) is None


def test_search_finds_what_people_have_at_hand(there):
    case = there.case_at("requested")
    mail = mail_about(there, a_submission(there, "gwent"))
    with there.as_("ops-1") as browser:

        def found(words: str) -> str:
            return str(browser.get("/ops/search", params={"q": words}).text)

        assert f"/cases?reference={case.reference}" in found(case.reference)
        assert there.page(case) in found(f"{case.reference}/{case.body}")
        assert f"/cases?body={case.body}" in found(case.body)
        assert f"/cases?report={case.report}" in found(case.report)
        assert "/ops/people/lead-1" in found("lead-1@inspectorate")
        assert f"/ops/mail/{mail.id}" in found(mail.message_id)
        assert "Nothing has" in found("%%%")
        assert "at least two" in found("x")
        assert browser.get("/ops", params={"q": "kent"}).headers["location"].endswith("/ops/search?q=kent")


@pytest.mark.parametrize(
    "path", ["/ops/search?q=a%00b", "/ops/mail?mailbox=%00a", "/ops/mail/%00", "/ops/map?report=%00"]
)
def test_no_address_has_a_nul(there, path):
    with there.as_("ops-1") as browser:
        assert browser.get(path).status_code == 404
