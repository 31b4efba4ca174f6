"""What came of a replay, read back from the ledger it wrote and from what the SMTP server received."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from lifecycle.words import Frozen
from models.database import Database
from models.tables import CaseRow, ClockRow, EventRow, Notice, NoticeState, Report
from rehearsal.history import History
from rehearsal.independent import count
from rehearsal.ledger_digest import ledger_digest

SUMMARY = "replay.json"


class ReplayResult(Frozen):
    """A replay in figures. Dates are those of the ledger; where bodies differ, the earliest.

    `mails` and `duplicates` are counted from what the SMTP server received, `missed` and `unexpected` by the count
    that shares no code with the engine. `illustrative` names, for each body, what is not known of it. `ledger` is a
    hash that two runs share. `folder` is where everything was kept, if it was.
    """

    history: str
    title: str
    until: datetime
    bodies: int
    outcomes: dict[str, int]
    stages: dict[str, int]
    issued_on: date
    implementation_due: date | None
    requested_on: date | None
    submission_due: date | None
    letters_on: date | None
    published_on: date | None
    response_due: date | None
    responses: int
    closed_on: date | None
    notices: int
    notices_sent: int
    notices_explained: int
    mails: int
    duplicates: int
    expected: int
    missed: int
    unexpected: int
    problems: tuple[str, ...]
    illustrative: dict[str, tuple[str, ...]]
    ledger: str
    seconds: float
    folder: str | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values, as `--json` prints them."""
        return self.model_dump(mode="json")


def read_result(
    history: History, database: Database, folder: Path, *, until: datetime, seconds: float
) -> ReplayResult:
    """The result of a run that has ended, from its folder. Leaves `replay.json` there, for the independent count."""
    _note(folder, {"history": history.name, "until": until.isoformat()})
    counted = count(folder)
    with database.reading() as session:
        result = ReplayResult(
            history=history.name,
            title=history.title,
            until=until,
            bodies=len(_cases(session)),
            outcomes=dict(sorted(Counter(case.outcome for case in _cases(session) if case.outcome).items())),
            stages=dict(sorted(Counter(case.stage for case in _cases(session)).items())),
            issued_on=history.report.published_on,
            implementation_due=_due(session, "implementation"),
            requested_on=_on(session, "requested"),
            submission_due=_due(session, "submission"),
            letters_on=_on(session, "letter_sent"),
            published_on=_published(session, history),
            response_due=_due(session, "response"),
            responses=len(_on_all(session, "responded")),
            closed_on=max((case.ended_on for case in _cases(session) if case.ended_on), default=None),
            notices=len(_notices(session)),
            notices_sent=_notices(session).count(NoticeState.sent.value),
            notices_explained=_notices(session).count(NoticeState.not_sent.value),
            mails=counted.received,
            duplicates=counted.duplicates,
            expected=counted.expected,
            missed=len(counted.missed),
            unexpected=len(counted.unexpected),
            problems=(*counted.missed, *counted.unexpected),
            illustrative={body.id: body.illustrative for body in history.body if body.illustrative},
            ledger=ledger_digest(folder / "ledger.db"),
            seconds=round(seconds, 1),
        )
    _note(folder, result.as_json())
    return result


def _note(folder: Path, said: dict[str, object]) -> None:
    (folder / SUMMARY).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _cases(session: Session) -> list[CaseRow]:
    return list(session.exec(select(CaseRow).where(CaseRow.kind == "recommendation")))


def _notices(session: Session) -> list[str]:
    return list(session.exec(select(col(Notice.state))))


def _due(session: Session, kind: str) -> date | None:
    return _first(session.exec(select(col(ClockRow.due)).where(ClockRow.kind == kind)))


def _on(session: Session, kind: str) -> date | None:
    return _first(_on_all(session, kind))


def _on_all(session: Session, kind: str) -> list[date]:
    return list(session.exec(select(col(EventRow.on)).where(col(EventRow.kind) == kind)))


def _published(session: Session, history: History) -> date | None:
    report = session.get(Report, history.report.id)
    return report.overview_published_on if report else None


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)
