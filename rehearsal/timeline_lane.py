"""One body in full: every event, notice and mail of its case, and of the response to the report, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from lifecycle.dates import LONDON, local_date, long_date
from models.database import Database
from models.tables import CaseRow, Mail, Notice
from office.reading import CaseFile, case_file
from rehearsal.history import History

ORDER = ("event", "notice", "mail")


@dataclass(frozen=True)
class Entry:
    """One line of the lane."""

    at: datetime
    kind: str
    words: str
    actor: str = ""
    source: str = ""

    @property
    def day(self) -> date:
        return local_date(self.at)

    @property
    def when(self) -> str:
        return f"{long_date(self.day)}, {self.at.astimezone(LONDON):%H:%M}"

    @property
    def illustrative(self) -> bool:
        return self.source.startswith("illustrative")


def entries(history: History, database: Database) -> list[Entry]:
    """Everything that happened to the history's spotlight, in order of time."""
    files = [case_file(database, stream) for stream in _streams(history, database)]
    found = [entry for one in files if one for entry in _of(one)]
    return sorted(found, key=lambda entry: (entry.at, ORDER.index(entry.kind)))


def _streams(history: History, database: Database) -> list[str]:
    """The case, and the response for which the body was named."""
    with database.reading() as session:
        responses = session.exec(
            select(CaseRow.id).where(
                CaseRow.kind == "response",
                CaseRow.report_id == history.report.id,
                col(CaseRow.body_id) == history.spotlight,
            )
        )
        return [history.case_id(history.spotlight), *responses]


def _of(file: CaseFile) -> Iterator[Entry]:
    for event in file.timeline:
        yield Entry(event.at, "event", event.words, event.actor, event.source)
    for notice in file.notices:
        yield Entry(notice.fell_at, "notice", _notice(notice))
    for mail in file.mails:
        yield Entry(mail.composed_at, "mail", _mail(mail))


def _notice(notice: Notice) -> str:
    fate = notice.state.replace("_", " ") + (f": {notice.reason}" if notice.reason else "")
    due = f", due {long_date(notice.due)}" if notice.due else ""
    return (
        f"{notice.template} to {notice.role.replace('_', ' ')} ({notice.clock}, {notice.rung}{due}): {fate}"
    )


def _mail(mail: Mail) -> str:
    return f"{mail.subject}, to {mail.mailbox}: {mail.state}"
