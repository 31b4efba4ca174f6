"""Faults and mail, seen and mended in the browser: typed confirmations, and each act once."""

import pytest

from activities.ledger.repairs import close_repair, open_repair
from models.tables import Attempt, MailState, Repair
from tests.console.ops_mail import a_submission, accepted, in_doubt, mail_about, state_of

pytestmark = [pytest.mark.server]


def put_up(there, kind: str, case: str, named: str = "") -> str:
    with there.database.writing() as session:
        return open_repair(session, named or f"{kind}/{case}", case, kind, "A cause.", "A remedy.").id


def repair(there, named: str) -> Repair:
    with there.database.reading() as session:
        found: Repair = session.get_one(Repair, named)
        return found


def test_a_send_in_doubt_is_resolved_only_by_a_typed_reference(there):
    case = a_submission(there, "durham")
    reference = case.split("/")[1]
    mail = in_doubt(there, case)
    with there.as_("ops-1") as browser:
        listed = browser.get("/ops/stuck", params={"kind": "unknown_send"}).text
        assert "Send in doubt" in listed
        assert case in listed
        assert (
            f"/ops/mail/{mail.id}"
            in browser.get("/ops/repair", params={"id": f"unknown_send/{mail.id}"}).text
        )
        page = browser.get(f"/ops/mail/{mail.id}").text
        assert f"Type “{reference}” to confirm" in page
        assert mail.message_id.strip("<>") in page

        slip = browser.post(f"/ops/mail/{mail.id}/arrived", data={"confirm": "durham"})
        assert slip.status_code == 422
        assert f"Type {reference} to confirm. Nothing was done." in slip.text
        assert state_of(there, mail.id) == MailState.unknown

        done = browser.post(f"/ops/mail/{mail.id}/arrived", data={"confirm": reference.upper()})
        assert (done.status_code, done.headers["location"]) == (303, f"/ops/mail/{mail.id}")
        assert state_of(there, mail.id) == MailState.accepted
        assert repair(there, f"unknown_send/{mail.id}").closed_by == "ops-1"

        late = browser.post(f"/ops/mail/{mail.id}/again", data={"confirm": "send again"})
        assert late.status_code == 422
        assert "not unknown" in late.text


def test_a_send_in_doubt_goes_again_under_the_same_message_id(there):
    mail = in_doubt(there, a_submission(there, "cleveland"))
    with there.as_("ops-1") as browser:
        assert browser.post(f"/ops/mail/{mail.id}/again", data={"confirm": "Send again"}).status_code == 303
        again = accepted(there, mail.id)
        assert again.message_id == mail.message_id
        page = browser.get(f"/ops/mail/{mail.id}").text
    with there.database.reading() as session:
        assert again.tries == 2
        assert session.get_one(Attempt, (mail.id, 1)).outcome == "unknown"  # what was believed then stays
    assert "unknown" in page


def test_a_lead_looks_and_does_not_press(there):
    mail = mail_about(there, a_submission(there, "cheshire"))
    with there.as_("lead-1") as browser:
        assert browser.get(f"/ops/mail/{mail.id}").status_code == 200
        assert browser.post(f"/ops/mail/{mail.id}/retry", data={"confirm": "send again"}).status_code == 403
        assert browser.get("/ops/mail/no-such-mail").status_code == 404
        assert browser.get("/ops/repair", params={"id": "no/such"}).status_code == 404


def test_the_outbox_is_filtered_by_its_address(there):
    mail = mail_about(there, a_submission(there, "hertfordshire"))
    with there.as_("ops-1") as browser:
        assert mail.id in browser.get("/ops/mail", params={"mailbox": mail.mailbox, "state": "accepted"}).text
        assert (
            mail.id not in browser.get("/ops/mail", params={"mailbox": mail.mailbox, "state": "refused"}).text
        )
        assert "No mail is like that" in browser.get("/ops/mail", params={"mailbox": "%"}).text


def test_a_case_is_seated_again_from_its_page_of_repair(there):
    case = there.case_at("issued")
    found = put_up(there, "no_workflow", case.id)
    with there.as_("ops-1") as browser:
        page = browser.get("/ops/repair", params={"id": found}).text
        assert there.page(case) in page
        key = page.split('name="key" value="', 1)[1].split('"', 1)[0]
        form = {"id": found, "key": key, "confirm": case.reference}
        assert browser.post("/ops/repair/reseat", data=form | {"confirm": ""}).status_code == 422
        assert browser.post("/ops/repair/reseat", data=form).status_code == 303
        assert "is seated again" in browser.get("/ops/stuck").text
    assert repair(there, found).closed_by == "ops-1"


def test_a_repair_is_closed_by_hand_unless_it_closes_by_another_act(there):
    case = there.case_at("issued")
    found = put_up(there, "no_contact", case.id, f"no_contact/{case.id}|a|1|b|liaison")
    with there.as_("ops-1") as browser:
        form = {"id": found, "confirm": case.reference}
        assert browser.post("/ops/repair/close", data=form).status_code == 303
        assert repair(there, found).closed_by == "ops-1"
        again = browser.post("/ops/repair/close", data=form)
        assert (again.status_code, "No repair" in again.text) == (422, True)
        refused = put_up(there, "refused", case.id, "refused/some-mail")
        other = browser.post("/ops/repair/close", data={"id": refused, "confirm": case.reference})
        assert "not closed by hand" in other.text
    with there.database.writing() as session:
        close_repair(session, "refused/some-mail", "the test")


def test_jobs_queues_and_arming_are_shown(there):
    with there.as_("lead-1") as browser:
        jobs = browser.get("/ops/jobs").text
        arming = browser.get("/ops/arming").text
    for job in ("dispatch", "reconcile", "digest"):
        assert job in jobs
    assert "last seen" in jobs
    assert "No: mail goes to this machine only" in arming
    assert "smtp://127.0.0.1" in arming
