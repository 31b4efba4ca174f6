"""A private calendar feed: read by its secret alone, the same events by the same names, gone when revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select

from models.tables import Person, PersonRole
from office.owed import Sought, all_owed, on_file
from office.tokens import Kind, make_token
from tests.console.test_body import words

pytestmark = [pytest.mark.server]
BODY = "hampshire"
OWING = "buckinghamshire-frs"


def made(there, body):
    """The path of a new feed of this body's liaison, and the id by which it is revoked."""
    with there.as_(f"liaison-{body}") as browser:
        page = browser.post(f"/body/{body}/calendar", data={"name": "Outlook"}).text
        path = re.search(r"(/calendar/ft_[^<]+\.ics)", page)
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert path
        assert token
        return path[1], token[1]


def events(there, path):
    with there.as_(None) as calendar:
        answer = calendar.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_each_due_date_is_a_whole_day_event_that_keeps_its_name(there):
    path, _ = made(there, OWING)
    found = events(there, path)
    duties = [
        one for one in all_owed(there.database, on_file(), Sought(OWING), datetime.now(UTC).date()) if one.due
    ]
    assert len(found) == len(duties) > 0
    assert {one["dtstart"].dt for one in found.values()} == {duty.due for duty in duties}
    for one in found.values():
        assert one["dtend"].dt - one["dtstart"].dt == timedelta(days=1)
        assert "Due: " in one["summary"]
        assert one["last-modified"]

    clock = next(duty for duty in duties if duty.movable)
    assert clock.due
    later = clock.due + timedelta(days=10)
    done = there.there.run(
        "case", "move", clock.case, "--clock", clock.clock, "--due", later.isoformat(), "--text", "Illness."
    )
    assert done.returncode == 0, done.stderr
    moved = events(there, path)
    assert moved.keys() == found.keys(), "a moved date is the same event"
    [one] = [one for uid, one in moved.items() if one["dtstart"].dt != found[uid]["dtstart"].dt]
    assert one["dtstart"].dt == later
    assert one["sequence"] == found[str(one["uid"])]["sequence"] + 1


def test_it_is_gone_when_revoked_and_others_cannot_revoke_it(there):
    path, token = made(there, BODY)
    with there.as_("liaison-kent") as other:
        assert other.post("/body/kent/calendar/revoke", data={"token": token}).status_code == 404
        assert other.post(f"/body/{BODY}/calendar/revoke", data={"token": token}).status_code == 404
        assert other.get(path).status_code == 200, "whoever has the address can read it"
    with there.as_(f"liaison-{BODY}") as browser:
        assert "Outlook" in words(browser.get(f"/body/{BODY}/calendar"))
        assert path.split("/")[2].removesuffix(".ics") not in browser.get(f"/body/{BODY}/calendar").text
        assert browser.post(f"/body/{BODY}/calendar/revoke", data={"token": token}).status_code == 303
        assert browser.get(path).status_code == 404


def test_a_name_is_asked_for(there):
    with there.as_(f"liaison-{BODY}") as browser:
        refused = browser.post(f"/body/{BODY}/calendar", data={"name": " "})
    assert refused.status_code == 422
    assert "Enter where you will use it" in refused.text


def test_a_token_of_the_api_opens_no_feed(there):
    token = make_token(there.database, f"liaison-{BODY}", Kind.api, datetime.now(UTC), owner=BODY)
    with there.as_(None) as browser:
        assert browser.get(f"/calendar/{token}.ics").status_code == 404
        assert browser.get("/calendar/nothing.ics").status_code == 404


def test_it_ends_with_its_holder_s_rights(there):
    with there.database.writing() as session:
        session.add(Person(id="leaver", name="Somebody who leaves"))
        session.flush()
        session.add(PersonRole(person_id="leaver", role="liaison", owner=BODY))
    secret = make_token(there.database, "leaver", Kind.feed, datetime.now(UTC), owner=BODY)
    with there.as_(None) as calendar:
        assert calendar.get(f"/calendar/{secret}.ics").status_code == 200
        with there.database.writing() as session:
            session.delete(session.exec(select(PersonRole).where(PersonRole.person_id == "leaver")).one())
        assert calendar.get(f"/calendar/{secret}.ics").status_code == 404
