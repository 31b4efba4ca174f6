"""What the timeline page needs of a ledger, read once."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from lifecycle.dates import local_date
from models.database import Database
from models.tables import Body, CaseRow, ClockRow, EventRow, Notice, NoticeState

CLOCKS = {
    "implementation": "Implementation due",
    "submission": "Plans due",
    "publication": "Publication due",
    "response": "Responses due",
}


@dataclass(frozen=True)
class Ledger:
    """Names of bodies, (stream, kind, day) of events, cases, due dates by kind of clock, notices sent by day."""

    names: dict[str, str]
    events: tuple[tuple[str, str, date], ...]
    cases: tuple[CaseRow, ...]
    due: dict[str, Counter[date]]
    sent: Counter[date]

    def span(self) -> tuple[date, date]:
        """The first and the last day of anything."""
        due = (day for days in self.due.values() for day in days)
        days = [*(day for _, _, day in self.events), *due]
        return min(days), max(days)

    def happened(self, kind: str) -> dict[date, int]:
        """How often on each day; the opening of a response is not a case's."""
        return Counter(
            day
            for stream, what, day in self.events
            if what == kind and not (kind == "issued" and stream.startswith("response/"))
        )


def read_ledger(database: Database) -> Ledger:
    with database.reading() as session:
        rows = session.exec(select(EventRow.stream, EventRow.kind, col(EventRow.on)))
        clocks = session.exec(select(ClockRow).where(col(ClockRow.kind).in_(CLOCKS)))
        notices = session.exec(select(Notice).where(Notice.state == NoticeState.sent.value))
        return Ledger(
            names={body.id: body.name for body in session.exec(select(Body))},
            events=tuple((str(stream), str(kind), day) for stream, kind, day in rows),
            cases=tuple(session.exec(select(CaseRow).order_by(col(CaseRow.id)))),
            due=_due_dates(list(clocks)),
            sent=Counter(local_date(notice.fell_at) for notice in notices),
        )


def _due_dates(clocks: list[ClockRow]) -> dict[str, Counter[date]]:
    found: dict[str, Counter[date]] = {}
    for clock in clocks:
        if clock.due is not None:
            found.setdefault(clock.kind, Counter())[clock.due] += 1
    return found
