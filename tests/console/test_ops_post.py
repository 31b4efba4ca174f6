"""Tomorrow's post in the browser: what is forecast is shown; what is held or stopped stays."""

import time
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from lifecycle.dates import local_date, long_date
from models.tables import Notice, NoticeState
from office import reading
from office.morrow import post_of
from tests.console.ops_mail import a_submission, mail_about

pytestmark = [pytest.mark.server]
ROUNDS = 12.0
"""Seconds in which the dispatcher runs at least twice."""


def states(there, case: str) -> set[str]:
    with there.database.reading() as session:
        return set(session.exec(select(Notice.state).where(Notice.case_id == case, Notice.clock == "act")))


def test_stop_all_sending_stops_until_it_goes_on(there):
    with there.as_("ops-1") as browser:
        slip = browser.post("/ops/post/stop", data={"reason": "", "confirm": "yes"})
        assert slip.status_code == 422
        assert "Say why" in slip.text
        assert "Type stop all sending to confirm" in slip.text

        form = {"reason": "the relay moves", "confirm": "stop all sending"}
        assert browser.post("/ops/post/stop", data=form).status_code == 303
        try:
            case = a_submission(there, "humberside")
            time.sleep(ROUNDS)
            assert states(there, case) == {NoticeState.due}
            for page in ("/ops", "/ops/map", "/ops/mail"):
                assert "by ops-1: the relay moves" in browser.get(page).text
            assert case in browser.get("/ops/post").text
        finally:
            assert browser.post("/ops/post/resume").status_code == 303
        assert mail_about(there, case)
        assert "the relay moves" not in browser.get("/ops").text


def test_a_hold_of_a_body_keeps_its_mail_and_nobody_elses(there):
    with there.as_("ops-1") as browser:
        vague = browser.post("/ops/post/hold", data={"body": "lancashire", "report": "x", "reason": "y"})
        assert (vague.status_code, "Choose one report" in vague.text) == (422, True)
        form = {"body": "lancashire", "reason": "a new chief officer"}
        assert browser.post("/ops/post/hold", data=form).status_code == 303
        page = browser.get("/ops/post").text
        order = page.split('name="order" value="', 1)[1].split('"', 1)[0]
        try:
            held, other = a_submission(there, "lancashire"), a_submission(there, "lincolnshire")
            assert mail_about(there, other)
            assert states(there, held) == {NoticeState.due}
            assert "a new chief officer" in page
        finally:
            lifted = browser.post("/ops/post/lift", data={"order": order})
        assert lifted.status_code == 303
        assert mail_about(there, held)
        again = browser.post("/ops/post/lift", data={"order": order})
        assert (again.status_code, "not in force any more" in again.text) == (422, True)


def test_one_notice_is_held_and_released(there):
    with there.as_("ops-1") as browser:
        form = {"reason": "for this test", "confirm": "stop all sending"}
        browser.post("/ops/post/stop", data=form)
        try:
            case = a_submission(there, "cambridgeshire")
            with there.database.reading() as session:
                of_case = select(Notice).where(Notice.case_id == case, Notice.clock == "act")
                notice = session.exec(of_case).first()
            assert notice
            assert browser.post(f"/ops/post/notices/{notice.id}/hold").status_code == 303
        finally:
            browser.post("/ops/post/resume")
        time.sleep(ROUNDS)
        assert NoticeState.due in states(there, case)
        assert "Held" in browser.get("/ops/post").text
        assert browser.post(f"/ops/post/notices/{notice.id}/release").status_code == 303
        assert browser.post(f"/ops/post/notices/{notice.id}/release").status_code == 422
        deadline = time.monotonic() + ROUNDS * 2
        while NoticeState.due in states(there, case):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_the_post_of_a_day_is_what_the_agendas_say(there):
    now = datetime.now(UTC)
    cases = [case.id for case in there.cases()]
    coming = [one for one in reading.coming(there.database, cases) if one.reason is None and one.at > now]
    day = local_date(coming[0].at)
    expected = {
        (one.case, one.clock, one.template, role)
        for one in coming
        if local_date(one.at) == day
        for role in one.roles
    }
    found = post_of(there.database, day, size=len(cases)).coming
    assert {(one.case, one.clock, one.template, one.role) for box in found for one in box.letters} == expected
    with there.as_("lead-1") as browser:
        page = browser.get("/ops/post", params={"day": day.isoformat()}).text
        assert f"Falls due on {long_date(day)}" in page
        assert coming[0].case in page
        assert "Stop all sending" not in page
        assert browser.get("/ops/post", params={"day": "yesterday"}).status_code == 404
