"""Mail for the operations pages to show: acts that tell somebody, and sends that went wrong."""

import time

from sqlmodel import col, select

from activities.ledger.repairs import open_repair
from activities.mail.settle import UNKNOWN, repair_id
from models.tables import Attempt, Mail, MailState, Notice, NoticeState
from tests.console.house import WAIT, House

READY = ("requested", "issued")


def a_submission(there: House, body: str) -> str:
    """A case of this body on which a submission has just been recorded, so that its liaison is sent a receipt."""
    cases = [
        case.id
        for case in there.cases(body=body)
        if case.stage in READY and case.id.startswith("recommendation/")
    ]
    for case in cases:
        done = there.there.run("case", "submit", case, "--text", "Our plan.", actor="ops-2")
        if done.returncode == 0:
            return case
    raise AssertionError(f"{body} has no case that takes a submission")


def mail_about(there: House, case: str) -> Mail:
    """The newest mail about a case that the relay accepted; waits for it."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        with there.database.reading() as session:
            found = session.exec(
                select(Mail)
                .where(Mail.case_id == case, Mail.state == MailState.accepted.value)
                .order_by(col(Mail.composed_at).desc())
            ).first()
        if found is not None:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no mail about {case}")


def in_doubt(there: House, case: str) -> Mail:
    """A mail about a case, as the dispatcher leaves one whose connection ended after DATA began."""
    mail_id = mail_about(there, case).id
    with there.database.writing() as session:
        mail = session.get_one(Mail, mail_id)
        mail.state = MailState.unknown.value
        attempt = session.get_one(Attempt, (mail_id, mail.tries))
        attempt.outcome, attempt.phase = "unknown", "data"
        for notice in session.exec(select(Notice).where(Notice.mail_id == mail_id)):
            notice.state = NoticeState.unknown.value
        open_repair(session, repair_id(UNKNOWN, mail_id), case, UNKNOWN, "The connection ended.", "Ask.")
    return mail


def state_of(there: House, mail_id: str) -> str:
    with there.database.reading() as session:
        return session.get_one(Mail, mail_id).state


def accepted(there: House, mail_id: str) -> Mail:
    """A mail once the relay has accepted it; waits for it."""
    deadline = time.monotonic() + WAIT
    while state_of(there, mail_id) != MailState.accepted:
        assert time.monotonic() < deadline, state_of(there, mail_id)
        time.sleep(0.1)
    with there.database.reading() as session:
        return session.get_one(Mail, mail_id)
