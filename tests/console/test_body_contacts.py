"""A body keeps its contacts, deputies and leave cover; nothing that was is overwritten, and mail goes where it says."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from lifecycle.dates import local_date
from models.tables import Contact, ContactChange, ContactCover
from office.reference import load_reference
from tests.console.test_body import words

pytestmark = [pytest.mark.server]
BODY = "cleveland"
HOME = f"/body/{BODY}/contacts"
LIAISON = f"{HOME}/liaison"


@pytest.fixture
def browser(there):
    with there.as_(f"liaison-{BODY}") as one:
        yield one


def day(field, when):
    return {f"{field}-day": when.day, f"{field}-month": when.month, f"{field}-year": when.year}


def today():
    return local_date(datetime.now(UTC))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mailbox": "nobody"}, "Enter one email address"),
        ({"mailbox": "a@b.example, c@d.example"}, "Enter one email address"),
        ({"mailbox": "a@b.example\nBcc: c@d.example"}, "Enter one email address"),
        ({"office": " "}, "Enter the title of the office"),
        ({"since-year": "2020"}, "what was cannot be changed"),
        ({"since-year": "2099"}, "Check the year"),
        ({"since-day": "32"}, "must be a real date"),
        ({"mailbox": f"liaison@{BODY}.police.example", "office": "Force liaison officer"}, "already"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_nothing_changes(there, browser, change, said):
    form = {"office": "Force liaison", "mailbox": "new@cleveland.example", **day("since", today())} | change
    refused = browser.post(f"{LIAISON}/mailbox", data=form)
    assert refused.status_code == 422
    assert said in words(refused)
    with there.database.reading() as session:
        assert not session.exec(select(ContactChange).where(ContactChange.owner == BODY)).all()


def test_a_mailbox_changes_from_a_day_on_and_the_old_one_stays_visible(there, browser):
    assert browser.get(f"{LIAISON}/mailbox").status_code == 200
    form = {"office": "Force liaison", "mailbox": "new@cleveland.example", **day("since", today())}
    assert browser.post(f"{LIAISON}/mailbox", data=form).status_code == 303
    page = words(browser.get(HOME))
    assert "new@cleveland.example" in page
    assert f"liaison@{BODY}.police.example" in page
    assert "is at new@cleveland.example from" in page
    assert "Liaison officer, Cleveland" in page, "who changed it"
    load_reference(there.database)
    with there.database.reading() as session:
        rows = session.exec(select(Contact).where(Contact.owner == BODY, Contact.role == "liaison")).all()
    assert {(row.mailbox, row.until) for row in rows} == {
        (f"liaison@{BODY}.police.example", today()),
        ("new@cleveland.example", None),
    }, "the files do not win over people"


def test_leave_cover_has_an_end_and_a_deputy_is_told_what_the_role_is_told(there, browser):
    form = {"kind": "leave", "who": "Deputy liaison", "mailbox": "deputy@cleveland.example"}
    form |= day("since", today())
    refused = browser.post(f"{LIAISON}/cover", data=form)
    assert "Enter the last day of the leave" in refused.text
    backwards = browser.post(f"{LIAISON}/cover", data=form | day("last", today() - timedelta(days=1)))
    assert "The last day must be" in backwards.text
    assert "Choose whether" in browser.post(f"{LIAISON}/cover", data=form | {"kind": ""}).text
    assert "Enter the office or name" in browser.post(f"{LIAISON}/cover", data=form | {"who": ""}).text
    last = day("last", today() + timedelta(days=5))
    assert browser.post(f"{LIAISON}/cover", data=form | last).status_code == 303
    page = browser.get(HOME)
    assert "Told too" in page.text

    case = next(one for one in there.cases(body=BODY) if one.stage in ("issued", "requested"))
    asked = there.there.run("case", "submit", case.id, "--text", "Our plan.", actor=f"liaison-{BODY}")
    assert asked.returncode == 0, asked.stderr
    assert "cover for this office" in " ".join(there.mail_to("deputy@cleveland.example", "Receipt").split())
    assert "Our plan." in there.mail_to("new@cleveland.example", "Receipt")

    ending = re.search(rf'action="({HOME}/cover/\d+/end)"', page.text)
    assert ending
    assert browser.post(ending[1]).status_code == 303
    assert "Over" in words(browser.get(HOME))
    assert browser.post(ending[1]).status_code == 404
    with there.database.reading() as session:
        assert session.exec(select(ContactCover).where(ContactCover.owner == BODY)).one().until == today()


def test_others_see_and_change_nothing(there):
    with there.as_("liaison-kent") as other:
        assert other.get(HOME).status_code == 404
        assert other.post(f"{LIAISON}/mailbox", data={}).status_code == 404
        assert other.post(f"{HOME}/cover/1/end").status_code == 404
        assert other.post("/body/kent/contacts/cover/1/end").status_code == 404
        assert other.get("/body/kent/contacts/inspector/cover").status_code == 404
    with there.as_("inspector-1") as reader:
        assert reader.get(HOME).status_code == 200
        assert "Change the mailbox" not in reader.get(HOME).text
        assert reader.post(f"{LIAISON}/mailbox", data={}).status_code == 403
