"""An oversight body keeps its own contacts, deputies and leave cover, as bodies do."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from lifecycle.dates import local_date
from models.tables import Contact, ContactCover
from tests.console.test_body import words

pytestmark = [pytest.mark.server]
OVERSIGHT = "cleveland-pcc"
HOME = f"/oversight/{OVERSIGHT}/contacts"
ROLE = f"{HOME}/oversight"


@pytest.fixture
def browser(there):
    with there.as_(f"oversight-{OVERSIGHT}") as one:
        yield one


def since():
    today = local_date(datetime.now(UTC))
    return {"since-day": today.day, "since-month": today.month, "since-year": today.year}


def test_it_names_a_deputy_and_a_new_mailbox_which_is_asked_to_confirm(there, browser):
    assert 'aria-current="page" href="/oversight/cleveland-pcc/contacts"' in browser.get(HOME).text
    assert browser.get(f"{ROLE}/cover").status_code == 200
    deputy = {"kind": "deputy", "who": "Deputy commissioner", "mailbox": "deputy@pcc.example", **since()}
    assert browser.post(f"{ROLE}/cover", data=deputy).status_code == 303
    assert browser.get(f"{ROLE}/mailbox").status_code == 200
    named = {"office": "Office of the PCC", "mailbox": "office@pcc.example", **since()}
    assert browser.post(f"{ROLE}/mailbox", data=named).status_code == 303
    page = words(browser.get(HOME))
    assert "office@pcc.example" in page
    assert "Told too" in page
    assert "Correspondence officer" in page, "who changed it"

    link = there.link_in(there.mail_to("office@pcc.example", "Confirm this mailbox"))
    with there.as_(None) as reader:
        assert "office@pcc.example" in reader.get(link).text

    with there.database.reading() as session:
        cover = session.exec(select(ContactCover).where(ContactCover.owner == OVERSIGHT)).one()
        rows = session.exec(select(Contact).where(Contact.owner == OVERSIGHT)).all()
    assert len(rows) == 2, "what was stays"
    assert browser.post(f"{HOME}/cover/{cover.id}/end").status_code == 303
    assert "Over" in words(browser.get(HOME))


def test_what_does_not_fit_is_refused(browser):
    wrong = browser.post(f"{ROLE}/mailbox", data={"office": "O", "mailbox": "nobody", **since()})
    assert wrong.status_code == 422
    assert "Enter one email address" in wrong.text
    assert browser.get(f"{HOME}/liaison/mailbox").status_code == 404, "a role that is a body's"


def test_others_see_and_change_nothing(there):
    with there.as_("oversight-kent-pcc") as other:
        assert other.get(HOME).status_code == 404
        assert other.post(f"{ROLE}/mailbox", data={}).status_code == 404
    with there.as_("inspector-1") as reader:
        assert reader.get(HOME).status_code == 200
        assert "Change the mailbox" not in reader.get(HOME).text
        assert reader.post(f"{ROLE}/cover", data={}).status_code == 403
