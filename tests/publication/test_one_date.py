"""What the letter, the mail, the calendar, the console and the public page say of a date is the same, for one case."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient
from temporalio.client import Client

from activities.ledger.reports import record_publication
from activities.mail.dispatch import Dispatcher
from activities.mail.relay import Relay
from config.policy_files import fill_shelf
from config.settings import load
from console.rules import case_path
from embedded.inbox import Inbox
from embedded.mailstore import messages
from lifecycle import acts as a
from lifecycle.dates import at_local, deadline_text, local_date
from lifecycle.words import Finding
from models.database import Database
from models.installation import establish
from models.messages import RecordOrder
from models.schema import upgrade
from models.tables import Criterion, Recommendation, Report
from office.access import Limits, begin
from office.desk import Desk
from office.letter_papers import request_letter
from office.letter_parts import Letter
from office.reference import load_reference
from office.sealing import seal
from office.tokens import Kind, make_token
from publication.build import build
from tests.console.alone import browser_at
from tests.ledger.story import Story
from tests.mail.post import SENDER
from tests.publication.scene import NATIONAL, rules_of

REFERENCE, BODY, REPORT = "R-1", "bedfordshire", "national"
CASE = f"recommendation/{REFERENCE}/{BODY}"
TODAY = local_date(datetime.now(UTC))
NOW = at_local(TODAY, time())
DUE, MOVED = TODAY + timedelta(days=20), TODAY + timedelta(days=31)
DEADLINE = re.compile(r"by 11:59pm on [A-Z][a-z]+ \d+ [A-Z][a-z]+ \d{4}")


def deadlines(text: str) -> set[str]:
    return set(DEADLINE.findall(" ".join(text.split())))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Database]:
    fill_shelf()
    with closing(Database(f"sqlite:///{tmp_path / 'ledger.db'}")) as database:
        upgrade(database)
        establish(database)
        load_reference(database)
        with database.writing() as session:
            session.add(Report(id=REPORT, title="A national report", published_on=TODAY))
            session.flush()
            session.add(
                Recommendation(
                    reference=REFERENCE,
                    report_id=REPORT,
                    kind="recommendation",
                    title="Seek intelligence",
                    issued_on=TODAY,
                    policy=NATIONAL,
                )
            )
            session.flush()
            session.add(Criterion(reference=REFERENCE, id="a", summary="the national strategy"))
        yield database


@pytest.fixture
def told(ledger: Database) -> Story:
    made = Story(ledger, rules_of(NATIONAL), CASE)
    made.now = NOW
    return made.opened(
        body=BODY,
        oversight=f"{BODY}-pcc",
        report=REPORT,
        reference=REFERENCE,
        issued_on=TODAY,
        criteria=("a",),
        own_limits=(),
    )


def sealed(ledger: Database, text: str) -> str:
    with ledger.writing() as session:
        return seal(session, "letter", text, NOW, of=CASE)


def letter_sent(ledger: Database, told: Story) -> str:
    """The request letter, sent; answers its words."""
    letter = asyncio.run(_requested(ledger))
    told.take(a.SendRequestLetter(key="r", actor="lead-1", letter=sealed(ledger, letter.text), due=DUE))
    return letter.text


async def _requested(ledger: Database) -> Letter:
    engine = await Client.connect("127.0.0.1:1", lazy=True)
    return await request_letter(Desk(engine, ledger), CASE, DUE)


def mailed(ledger: Database, folder: Path) -> str:
    """The mail that brings it to the body, as the SMTP server received it."""
    with Inbox().start(0, 0, folder) as inbox:
        relay = Relay(inbox.smtp_url, armed=False)
        with closing(
            Dispatcher(ledger, relay, SENDER, worker="one", clock=lambda: NOW + timedelta(hours=12))
        ) as post:
            post.run_once(100)
        [mail] = [one for one in messages(folder) if "liaison" in one.mailboxes[0]]
    found = message_from_bytes(mail.path.read_bytes(), policy=default).get_body(("plain",))
    assert found is not None
    return str(found.get_content())


def shown(browser: TestClient, ledger: Database, person: str, path: str) -> str:
    with ledger.writing() as session:
        browser.cookies.set("session", begin(session, person, "link", "a test", datetime.now(UTC), Limits()))
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    return re.sub(r"<[^>]+>", " ", answer.text)


def dates(browser: TestClient, ledger: Database) -> list[object]:
    """The days of the plan's event in the body's calendar."""
    secret = make_token(ledger, f"liaison-{BODY}", Kind.feed, datetime.now(UTC), name="test", owner=BODY)
    calendar = Calendar.from_ical(browser.get(f"/calendar/{secret}.ics").content)
    return [
        one.decoded("dtstart") for one in calendar.walk("VEVENT") if "plan" in str(one["summary"]).lower()
    ]


def published(ledger: Database, told: Story, folder: Path) -> str:
    """The case's public page, when all has taken its course."""
    by = {"actor": "inspector-1"}
    told.now += timedelta(days=1)
    told.take(a.RecordSubmission(key="s", actor="ops-1", submission=sealed(ledger, "Our plan.")))
    told.take(
        a.CompleteAssessment(
            key="a",
            **by,
            assessment=sealed(ledger, "Good."),
            outcome="started",
            findings={"a": Finding.included},
        )
    )
    letter = sealed(ledger, "What we found.")
    told.take(a.Authorise(key="u", actor="lead-1", role="lead_inspector", letter=letter))
    told.take(a.SendLetter(key="l", actor="lead-1", letter=letter))
    order = RecordOrder(report=REPORT, key="p", actor="lead-1", on=local_date(told.now), at=told.now)
    with ledger.writing() as session:
        record_publication(session, order)
    build(ledger, folder, "http://127.0.0.1:8090", local_date(told.now), pdf=False)
    return (folder / "current" / "cases" / REFERENCE / f"{BODY}.html").read_text(encoding="utf-8")


def test_a_date_is_said_alike_everywhere(ledger: Database, told: Story, tmp_path: Path):
    letter = letter_sent(ledger, told)
    assert deadlines(letter) == {deadline_text(DUE)}
    assert deadlines(mailed(ledger, tmp_path / "inbox")) == {deadline_text(DUE)}
    with browser_at(load(home=tmp_path), ledger) as browser:
        assert deadline_text(DUE) in deadlines(shown(browser, ledger, "ops-1", case_path(CASE)))
        assert deadlines(shown(browser, ledger, f"liaison-{BODY}", f"/body/{BODY}")) == {deadline_text(DUE)}
        assert dates(browser, ledger) == [DUE]

        told.now += timedelta(hours=1)
        reason = sealed(ledger, "They asked for time.")
        told.take(
            a.MoveDueDate(
                key="m", actor="lead-1", role="lead_inspector", clock="submission", due=MOVED, reason=reason
            )
        )
        assert deadline_text(MOVED) in deadlines(shown(browser, ledger, "ops-1", case_path(CASE)))
        assert deadlines(shown(browser, ledger, f"liaison-{BODY}", f"/body/{BODY}")) == {deadline_text(MOVED)}
        assert dates(browser, ledger) == [MOVED]
    page = published(ledger, told, tmp_path / "site")
    assert deadline_text(MOVED) in deadlines(page)
    assert deadline_text(DUE) not in page
