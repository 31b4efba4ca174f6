"""What the API says of cases."""

from datetime import date, datetime

from console.api.door import Told
from lifecycle.case import ClockState
from lifecycle.words import Role, Side, Stage
from models.tables import NoticeState, ScanState


class Case(Told):
    """One recommendation × one body, or one report × one oversight body, as its reader may know it.

    Outside the inspectorate it is `submitted` until the letter is sent, and only clocks of one's own side count.
    """

    id: str
    reference: str
    body: str
    oversight: str | None
    report: str
    kind: str
    stage: Stage
    outcome: str | None
    next_due: date | None
    due: str | None
    """The same in words: "by 11:59pm on Friday 4 December 2026"."""
    days_late: int
    issued_on: date
    ended_on: date | None
    href: str


class Cases(Told):
    cases: tuple[Case, ...]
    next: str | None


class Clock(Told):
    """A duty: whose, from when to when, and why it is due on that day, step by step."""

    id: str
    title: str
    owner: str
    started: date
    due: date | None
    state: ClockState
    stopped_on: date | None
    statutory: bool
    why: tuple[str, ...]


class Happened(Told):
    """One event of the ledger, in words. `actor` is an id in the inspectorate, an office across the table."""

    seq: int
    at: datetime
    on: date
    kind: str
    actor: str
    words: str


class Coming(Told):
    """What happens if nobody acts. `reason` is set when it will be recorded and not sent."""

    at: datetime
    case: str
    clock: str
    rung: str
    roles: tuple[Role, ...]
    template: str
    due: date
    reason: str | None


class Agenda(Told):
    until: datetime
    coming: tuple[Coming, ...]
    next: str | None


class Notice(Told):
    """The duty to tell one role about one rung or act, and what became of it."""

    clock: str
    rung: str
    role: Role
    template: str
    due: date | None
    fell_at: datetime
    state: NoticeState
    reason: str
    mail: str | None


class Sent(Told):
    """A mail about this case."""

    id: str
    mailbox: str
    subject: str
    composed_at: datetime
    state: str


class Document(Told):
    """A document of a submission. Its bytes are had from the case's page, once they may be opened."""

    submission: str
    name: str
    size: int
    sha256: str
    scan: ScanState


class CaseFile(Told):
    """All that its reader may know of a case. `seq` is where its ledger stands: receipts name that number."""

    case: Case
    side: Side
    title: str
    summary: str
    report_title: str
    policy: str
    seq: int
    waiting_for: str | None
    clocks: tuple[Clock, ...]
    timeline: tuple[Happened, ...]
    agenda: tuple[Coming, ...]
    notices: tuple[Notice, ...]
    mails: tuple[Sent, ...]
    documents: tuple[Document, ...]
