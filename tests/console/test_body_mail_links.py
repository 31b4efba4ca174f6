"""From a mail: a signed link to a page with a button. Opening it acts on nothing; pressing records who pressed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from activities.mail.links import ACKNOWLEDGE
from config.keys import keys_for
from config.settings import load
from models.tables import Contact, ContactChange, EventRow, Person
from tests.console.test_body import words

pytestmark = [pytest.mark.server]


BODY = "cambridgeshire-frs"
REPORT = """
[report]
id = "links-by-mail"
title = "A report of its own"
published = 2026-06-01
source = "https://inspectorate.example/links-by-mail"
s55 = false

[[recommendation]]
reference = "LINKS-1"
number = 1
kind = "recommendation"
title = "Answer letters"
summary = "The service answers letters."
wording = "within six months"
bodies = ["cambridgeshire-frs"]
"""


@pytest.fixture(scope="module")
def asked(there, tmp_path_factory):
    """A case whose plan was asked for just now, and the mail's link."""
    file = tmp_path_factory.mktemp("report") / "report.toml"
    file.write_text(REPORT, "utf-8")
    done = there.there.run("report", "import", str(file))
    assert done.returncode == 0, done.stderr
    case = there.cases(body=BODY)[0]
    done = there.there.run("case", "request", case.id)
    assert done.returncode == 0, done.stderr
    with there.database.reading() as session:
        liaison = select(Contact.mailbox).where(Contact.owner == BODY, Contact.role == "liaison")
        mail = there.mail_to(session.exec(liaison).one(), "Plan requested")
    link = re.search(r"(/mail/acknowledge/\S+)", mail)
    assert link
    assert there.page(case) in mail
    return case, link[1]


def acknowledged(there, case):
    with there.database.reading() as session:
        return session.exec(
            select(EventRow).where(EventRow.stream == case.id, EventRow.kind == "acknowledged")
        ).all()


def test_opening_acts_on_nothing_and_shows_who_would_act(there, asked):
    case, link = asked
    with there.as_(None) as scanner:
        for _ in range(3):
            page = scanner.get(link)
        assert page.status_code == 200
        assert "Acknowledge as Liaison officer" in page.text
        assert case.reference in page.text
        assert scanner.head(link).status_code in (200, 405)
    assert not acknowledged(there, case)


def test_nobody_else_can_act_by_it(there, asked):
    case, link = asked
    with there.as_(None) as browser:
        for person in ("", "lead-1", "liaison-kent", f"oversight-{case.body}-pcc"):
            refused = browser.post(link, data={"person": person})
            assert refused.status_code == 422
            assert "Choose who you are" in refused.text
        assert browser.post(link[:-3] + "xyz", data={"person": f"liaison-{case.body}"}).status_code == 410
        assert browser.post(link.replace("acknowledge", "contact")).status_code == 410
    assert not acknowledged(there, case)


def test_pressing_records_it_for_the_person_once(there, asked):
    case, link = asked
    with there.as_(None) as browser:
        for _ in range(2):
            assert browser.post(link, data={"person": f"liaison-{case.body}"}).status_code == 303
        assert "It has been acknowledged" in words(browser.get(link))
    [event] = acknowledged(there, case)
    assert event.actor == f"liaison-{case.body}"
    assert str(event.details["source"]).startswith("link in mail ")


def test_a_link_that_is_too_old_or_about_nothing_says_so(there, asked):
    case, _ = asked
    keys = keys_for(load(home=there.there.home))
    now = datetime.now(UTC)
    old = keys.sign_until(ACKNOWLEDGE, ["mail", case.id], now - timedelta(seconds=1))
    empty = keys.sign_until(ACKNOWLEDGE, ["no-such-mail", case.id], now + timedelta(days=1))
    with there.as_(None) as browser:
        assert "too old" in browser.get(f"/mail/acknowledge/{old}").text
        for link in (f"/mail/acknowledge/{old}", f"/mail/acknowledge/{empty}", "/mail/contact/1"):
            assert browser.get(link).status_code == 410


def test_a_new_mailbox_is_asked_to_confirm_itself(there):
    body, mailbox = "shropshire-frs", "liaison-new@shropshire-frs.example"
    today = datetime.now(UTC).date()
    form = {"office": "Liaison", "mailbox": mailbox}
    form |= {"since-day": str(today.day), "since-month": str(today.month), "since-year": str(today.year)}
    with there.as_(f"liaison-{body}") as browser:
        assert browser.post(f"/body/{body}/contacts/liaison/mailbox", data=form).status_code == 303
    link = there.link_in(there.mail_to(mailbox, "Confirm this mailbox"))
    with there.as_(None) as reader:
        assert "Nobody is registered at this mailbox yet" in reader.get(link).text
        assert reader.post(link, data={"person": f"liaison-{body}"}).status_code == 422
        with there.database.writing() as session:
            session.get_one(Person, f"liaison-{body}").mailbox = mailbox
        assert reader.post(link, data={"person": f"liaison-{body}"}).status_code == 303
    with there.database.reading() as session:
        said = session.exec(select(ContactChange.said).where(ContactChange.owner == body)).all()
    assert any("confirmed" in one for one in said)
