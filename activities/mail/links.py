"""The links in mails: to a case's page; and, signed, each to a page with a button for one act. None acts by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from config.keys import Keys
from lifecycle.dates import end_of_day
from lifecycle.words import Role, Side
from models.tables import CaseRow, Notice

ACKNOWLEDGE = "acknowledge by mail"
CONFIRM = "confirm a contact by mail"
OPEN_WORDS = "Open in Followthrough"
ACKNOWLEDGE_WORDS = "Acknowledge it without signing in"
LASTS = timedelta(days=30)
"""How long a link is good where no date ends it."""


def case_path(of: str) -> str:
    """The address of a case's page. Responses, which are followed as cases are, have one too."""
    kind, reference, body = of.split("/", 2)
    return (
        f"/cases/{quote(reference)}/{quote(body)}"
        if kind == "recommendation"
        else f"/responses/{reference}/{body}"
    )


@dataclass(frozen=True)
class Door:
    """Where the links of mails lead, and the keys that sign them."""

    base_url: str
    keys: Keys

    def rows(self, mail_id: str, notice: Notice, case: CaseRow | None) -> tuple[tuple[str, str], ...]:
        """The links that one notice has in a mail, each with its words."""
        if case is None:
            return ()
        rows = ((OPEN_WORDS, self.base_url + case_path(case.id)),)
        asks_body = notice.template == "request-letter" and Role(notice.role).side is Side.body
        return (*rows, (ACKNOWLEDGE_WORDS, self._acknowledge(mail_id, notice))) if asks_body else rows

    def confirm(self, contact_id: int, now: datetime) -> str:
        """The page on which whoever reads a mailbox says that it is the right one."""
        return f"{self.base_url}/mail/contact/{self.keys.sign_until(CONFIRM, contact_id, now + LASTS)}"

    def _acknowledge(self, mail_id: str, notice: Notice) -> str:
        """Good until the day by which the plan is due, so that it says the same in every attempt."""
        until = end_of_day(notice.due) if notice.due else notice.fell_at + LASTS
        signed = self.keys.sign_until(ACKNOWLEDGE, [mail_id, notice.case_id], until)
        return f"{self.base_url}/mail/acknowledge/{signed}"
