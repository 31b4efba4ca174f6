"""People in the browser: joining, leaving and handing over, each recorded with its reason."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from lifecycle.dates import local_date
from models.tables import Allocation, PersonnelChange, PersonRole
from office.allocation import allocate
from office.people import INSPECTORATE

pytestmark = [pytest.mark.server]


def registered(there, browser, person: str, role: str = "", owner: str = "") -> None:
    form = {
        "id": person,
        "name": f"{person.title()} of the test",
        "mailbox": f"{person}@inspectorate.example",
        "role": role,
        "owner": owner,
        "reason": "starts today",
    }
    answer = browser.post("/ops/people-new", data=form)
    assert answer.status_code == 303, answer.text


def held(there, person: str) -> set[tuple[str, str]]:
    with there.database.reading() as session:
        rows = session.exec(select(PersonRole).where(PersonRole.person_id == person))
        return {(row.role, row.owner) for row in rows}


def changes(there, person: str) -> list[tuple[str, str, str]]:
    with there.database.reading() as session:
        rows = session.exec(
            select(PersonnelChange)
            .where(PersonnelChange.person_id == person)
            .order_by(col(PersonnelChange.id))
        )
        return [(row.kind, row.by, row.reason) for row in rows]


def test_somebody_joins_signs_in_and_is_given_more(there):
    with there.as_("ops-1") as browser:
        registered(there, browser, "joiner-a", "liaison", "kent")
        give = {"role": "inspector", "owner": "", "reason": "covers until spring"}
        assert browser.post("/ops/people/joiner-a/give", data=give).status_code == 303
        page = browser.get("/ops/people/joiner-a").text
        assert "inspector for inspectorate" in page
        assert "covers until spring" in page
        unexplained = browser.post("/ops/people/joiner-a/take", data={"held": "liaison:kent", "reason": ""})
        assert (unexplained.status_code, "Say why" in unexplained.text) == (422, True)
        take = {"held": "liaison:kent", "reason": "moved"}
        assert browser.post("/ops/people/joiner-a/take", data=take).status_code == 303
        assert "joiner-a" in browser.get("/ops/people", params={"q": "joiner-a", "role": "inspector"}).text
    assert held(there, "joiner-a") == {("inspector", INSPECTORATE)}
    assert [kind for kind, _, _ in changes(there, "joiner-a")] == [
        "joined",
        "role_given",
        "role_given",
        "role_taken",
    ]
    with there.as_("joiner-a") as browser:
        assert browser.get("/inspect").status_code == 200


def test_what_was_typed_is_kept_when_it_is_refused(there):
    with there.as_("ops-1") as browser:
        form = {"id": "Not Right", "name": "A name to keep", "mailbox": "x@force.example", "reason": "y"}
        answer = browser.post("/ops/people-new", data=form)
        assert answer.status_code == 422
        assert "A name to keep" in answer.text
        assert "small letters" in answer.text
        assert browser.get("/ops/people/nobody-at-all").status_code == 404
    with there.as_("lead-1") as browser:
        assert browser.get("/ops/people/ops-2").status_code == 200
        assert browser.post("/ops/people-new", data=form).status_code == 403
        assert browser.post("/ops/people/ops-2/leave", data={"reason": "x"}).status_code == 403


def test_a_leaver_hands_over_in_one_act_and_their_sessions_end(there):
    case = there.case_at("submitted")
    today = local_date(datetime.now(UTC))
    with there.as_("ops-1") as browser:
        registered(there, browser, "leaver-b", "inspector")
        registered(there, browser, "follower-b")
        [outcome] = allocate(there.database, "lead-1", [case.id], "leaver-b", "", datetime.now(UTC))
        assert outcome.said == "given to leaver-b"
        form = {
            "successor": "follower-b",
            "reason": "retires",
            "day-day": str(today.day),
            "day-month": str(today.month),
            "day-year": str(today.year),
        }
        with there.as_("leaver-b") as leaver, there.api("leaver-b") as program:
            assert leaver.get("/account").status_code == 200
            assert program.get("/api/v1/me").status_code == 200
            assert "Open" in browser.get("/ops/people/leaver-b").text
            assert browser.post("/ops/people/leaver-b/leave", data=form).status_code == 303
            assert leaver.get("/account").status_code == 303
            assert program.get("/api/v1/me").status_code == 401
        page = browser.get("/ops/people/leaver-b").text
        assert "follower-b has 1 more cases and 1 more roles" in page
        assert "retires" in page
        assert "Register again" in page
        assert "Sessions and tokens revoked" in page
        assert "sessions: 1; api tokens: 1" in page
        assert "Revoked" in page
        revoke = {"reason": "laptop lost"}
        assert browser.post("/ops/people/follower-b/revoke", data=revoke).status_code == 422
        with there.as_("follower-b") as follower:
            assert browser.post("/ops/people/follower-b/revoke", data=revoke).status_code == 303
            assert follower.get("/account").status_code == 303
    assert held(there, "follower-b") == {("inspector", INSPECTORATE)}
    with there.database.writing() as session:
        open_ = select(Allocation).where(Allocation.case_id == case.id, col(Allocation.until).is_(None))
        allocation = session.exec(open_).one()
        assert allocation.person_id == "follower-b"
        allocation.until = datetime.now(UTC)


def test_a_day_that_is_none_changes_nothing(there):
    with there.as_("ops-1") as browser:
        form = {"reason": "retires", "day-day": "31", "day-month": "2", "day-year": "2027"}
        answer = browser.post("/ops/people/inspector-2/leave", data=form)
        assert (answer.status_code, "must be a real date" in answer.text) == (422, True)
        past = local_date(datetime.now(UTC)) - timedelta(days=1)
        form |= {"day-day": str(past.day), "day-month": str(past.month), "day-year": str(past.year)}
        answer = browser.post("/ops/people/inspector-2/leave", data=form)
        assert (answer.status_code, "is past" in answer.text) == (422, True)
    assert changes(there, "inspector-2") == []
