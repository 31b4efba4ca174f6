"""Signing in by mail, and out; sessions that end; what strangers learn: nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from office import access
from office.access import Spent, make_link, who_may

pytestmark = [pytest.mark.server]
LEAD = "lead-1@inspectorate.example"


def test_a_link_by_mail_signs_in_once(there):
    with there.as_(None) as browser:
        asked = browser.get("/account?from=bookmark")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/sign-in?onward=%2Faccount%3Ffrom%3Dbookmark"
        sent = browser.post("/sign-in", data={"mailbox": f" {LEAD.upper()} ", "onward": "/account"})
        assert "on its way" in sent.text
        link = there.link_in(there.mail_to(LEAD, "Sign in to Followthrough"))

        for _ in range(3):  # a scanner opens every link, and again
            page = browser.get(link)
            assert "Sign in as First lead inspector" in page.text
        entered = browser.post(link, data={"person": "lead-1"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/account")
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "First lead inspector" in browser.get("/account").text

    with there.as_(None) as other:
        again = other.post(link, data={"person": "lead-1"})
        assert again.status_code == 410
        assert "works once" in again.text


def _without_nonces(page):
    return re.sub(r'nonce="[^"]*"', "", page)


def test_a_link_that_is_too_old_lets_nobody_in(there):
    now = datetime.now(UTC)
    for minutes, good in ((9, True), (10, False)):
        made = make_link(there.database, LEAD, "", now - timedelta(minutes=minutes))
        assert made
        if good:
            assert who_may(there.database, made[0], now)
        else:
            with pytest.raises(Spent, match="works once, for 10 minutes"):
                who_may(there.database, made[0], now)


def test_a_stranger_is_told_the_same_and_gets_nothing(there):
    before = len(list(there.inbox.glob("*.eml")))
    with there.as_(None) as browser:
        known = browser.post("/sign-in", data={"mailbox": "ops-2@inspectorate.example"})
        unknown = browser.post("/sign-in", data={"mailbox": "nobody@elsewhere.example"})
        wrong = browser.post("/sign-in", data={"mailbox": "nobody"})
    assert _without_nonces(known.text) == _without_nonces(unknown.text)
    assert wrong.status_code == 422
    assert "Enter your work email address" in wrong.text
    assert "Error: Sign in" in wrong.text
    there.mail_to("ops-2@inspectorate.example", "Sign in")
    assert len(list(there.inbox.glob("*.eml"))) >= before + 1
    assert not any(b"nobody@elsewhere" in mail.read_bytes() for mail in there.inbox.glob("*.eml"))


def link(there, mailbox):
    made = access.make_link(there.database, mailbox, "", datetime.now(UTC))
    assert made
    return made[0]


def test_a_link_lets_in_only_those_who_share_its_mailbox(there):
    secret = link(there, LEAD)
    with there.as_(None) as browser:
        assert browser.post(f"/sign-in/{secret}", data={"person": "ops-1"}).status_code == 410
        assert browser.post(f"/sign-in/{secret}", data={"person": "lead-1"}).status_code == 303


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:x",
        "/a\nb",
    ],
)
def test_nobody_is_sent_on_to_another_site(there, onward):
    with there.as_(None) as browser:
        shown = browser.get("/sign-in", params={"onward": onward})
        assert 'name="onward" value=""' in shown.text


def test_signing_out_ends_the_session_itself(there):
    with there.as_("lead-1") as browser:
        kept = dict(browser.cookies)
        assert browser.get("/account").status_code == 200
        out = browser.post("/sign-out")
        assert out.status_code == 303
        assert out.headers["clear-site-data"] == '"cache", "storage"'
    with there.as_(None) as other:
        other.cookies.update(kept)
        assert other.get("/account").status_code == 303


def test_a_session_ends_by_itself_and_can_be_ended_from_another_browser(there):
    now = datetime.now(UTC)
    with there.database.writing() as session:
        secret = access.begin(session, "ops-2", "link", "long ago", now, access.Limits())
    limits = access.Limits()
    assert access.signed_in(there.database, secret, now + limits.idle - limits.idle / 100, limits)
    with there.database.writing() as session:
        idle = access.begin(session, "ops-2", "link", "idle", now, access.Limits())
    assert access.signed_in(there.database, idle, now + limits.idle, limits) is None
    assert access.signed_in(there.database, secret, now + limits.absolute, limits) is None

    with there.as_("ops-2") as browser, there.as_("ops-2") as other:
        page = browser.get("/account").text
        assert "Sign out everywhere else" in page
        assert browser.post("/account/sessions/end", data={"session": "others"}).status_code == 303
        assert browser.get("/account").status_code == 200
        assert other.get("/account").status_code == 303


def test_too_many_tries_are_refused_for_a_while(there):
    with there.as_(None) as browser:
        codes = [
            browser.post("/sign-in", data={"mailbox": "often@force.example"}).status_code for _ in range(6)
        ]
    assert codes == [200] * 5 + [429]
