"""A whole installation with its console, and people signed in to it: what tests of pages and of the API ask."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx2

from console.rules import case_path
from embedded.mailstore import messages
from models.database import Database
from office import reading
from office.access import Limits, begin
from office.reading import CaseLine, Filter
from office.tokens import Kind, Scope, make_token
from tests.cli.running import Installation

WAIT = 30.0


class House:
    """A running installation: its ledger, its inbox, and browsers without a screen."""

    def __init__(self, there: Installation) -> None:
        self.there = there
        self.address = f"http://127.0.0.1:{there.ports['CONSOLE_PORT']}"
        self.inbox = there.home / "inbox"
        self.database = Database(f"sqlite:///{there.home / 'ledger.db'}")

    def secret(self, person: str) -> str:
        """What the session's cookie holds for a person who is signed in."""
        with self.database.writing() as session:
            return begin(session, person, "link", "a test", datetime.now(UTC), Limits())

    @contextmanager
    def as_(self, person: str | None) -> Iterator[httpx2.Client]:
        """A browser in which this person is signed in; nobody, when None."""
        cookies = {"session": self.secret(person)} if person else {}
        headers = {"Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=self.address, cookies=cookies, headers=headers, timeout=60) as browser:
            yield browser

    @contextmanager
    def api(self, person: str, scope: Scope = Scope.act) -> Iterator[httpx2.Client]:
        """A program that has this person's token."""
        token = make_token(self.database, person, Kind.api, datetime.now(UTC), name="test", scope=scope)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=self.address, headers=headers, timeout=60) as program:
            yield program

    def cases(self, **wanted: str | bool) -> list[CaseLine]:
        return reading.cases(self.database, Filter(**wanted), datetime.now(UTC).date())  # type: ignore[arg-type]

    def case_at(self, stage: str, start: str = "") -> CaseLine:
        """A case at this stage whose reference starts so."""
        return next(case for case in self.cases(stage=stage) if case.reference.startswith(start))

    def page(self, case: CaseLine) -> str:
        """The path of a case's page."""
        return case_path(case.id)

    def mail_to(self, mailbox: str, subject: str, saying: str = "") -> str:
        """The text of the newest mail with this in its subject and that in its text, as received; waits for it."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            for mail in messages(self.inbox):
                if mailbox in mail.mailboxes and subject in mail.subject:
                    text = plain(mail.path)
                    if saying in text:
                        return text
            time.sleep(0.1)
        raise AssertionError([(mail.mailboxes, mail.subject) for mail in messages(self.inbox)])

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this is so."""
        deadline = time.monotonic() + WAIT
        while not holds():
            assert time.monotonic() < deadline, "it never was so"
            time.sleep(0.1)

    def link_in(self, text: str) -> str:
        """The first address of the console in a mail's text."""
        found = re.search(re.escape(self.address) + r"(/\S+)", text)
        assert found, text
        return found[1]


def plain(path: Path) -> str:
    """The text part of a mail as it was received."""
    part = message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
    assert part
    return str(part.get_content())


@contextmanager
def house(home: Path) -> Iterator[House]:
    """An installation that is started, and stopped at the end."""
    there = Installation(home)
    there.environ["FOLLOWTHROUGH_BASE_URL"] = f"http://127.0.0.1:{there.ports['CONSOLE_PORT']}"
    try:
        there.start()
        made = House(there)
        with closing(made.database):
            yield made
    finally:
        if there.process is not None and there.process.poll() is None:
            there.stop()
