"""The agendas of every stream of a ledger, folded from its events as they come: what falls due next, and where."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from activities.ledger.chain import to_event
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold
from lifecycle.rules import rules_for
from models.database import Database
from models.tables import CaseRow, EventRow


@dataclass(frozen=True)
class _Seen:
    case: Case
    next: datetime | None


class Agendas:
    """Reads only what is new at each `refresh`. Pure rules over the ledger: no workflow is asked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._seen: dict[str, _Seen] = {}

    def refresh(self) -> None:
        """Fold the events that came since the last time."""
        changed: dict[str, Case] = {}
        for row in self._new_events():
            case = changed.get(row.stream) or self._case(row.stream)
            changed[row.stream] = fold(case, to_event(row))
        for stream, case in changed.items():
            self._seen[stream] = _Seen(case, _next(case))

    def open_streams(self) -> list[str]:
        """The cases and responses that have not ended."""
        return sorted(stream for stream, seen in self._seen.items() if not seen.case.ended)

    def known(self, stream: str) -> bool:
        return stream in self._seen

    def next_instant(self) -> datetime | None:
        """When something falls due next, if nobody acts."""
        return min((seen.next for seen in self._seen.values() if seen.next), default=None)

    def behind(self, instant: datetime) -> list[str]:
        """Streams on whose agenda something stands that fell due by the instant, and is not in the ledger yet."""
        return sorted(stream for stream, seen in self._seen.items() if seen.next and seen.next <= instant)

    def _case(self, stream: str) -> Case:
        seen = self._seen.get(stream)
        return seen.case if seen else Case(id=stream)

    def _new_events(self) -> list[EventRow]:
        heads = {stream: seen.case.seq for stream, seen in self._seen.items()}
        with self.database.reading() as session:
            there = session.exec(select(CaseRow.id, CaseRow.seq)).all()
            grown = [stream for stream, seq in there if seq > heads.get(stream, 0)]
            if not grown:
                return []
            rows = session.exec(
                select(EventRow)
                .where(col(EventRow.stream).in_(grown))
                .order_by(col(EventRow.stream), col(EventRow.seq))
            )
            return [row for row in rows if row.seq > heads.get(row.stream, 0)]


def _next(case: Case) -> datetime | None:
    return next_instant(case, rules_for(case.policy_hash, case.calendar_hash, case.division))
