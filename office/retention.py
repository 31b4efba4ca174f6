"""How long an ended case is kept whole, what forbids disposing of it, and how each stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from lifecycle.dates import plain_date
from models.tables import CaseRow, Disposal, LegalHold, Notice, NoticeState, Repair

EVERYTHING = "everything"
DISPOSED = select(Disposal.case_id).where(col(Disposal.number).is_not(None))
"""The cases that are disposed of, as a query within others: there may be more than a database takes as a list."""
UNSETTLED = (NoticeState.due, NoticeState.claimed, NoticeState.unknown)


@dataclass(frozen=True)
class Kept:
    """An ended case: until when it is kept, and what forbids to dispose of it (nothing when it may be)."""

    case: str
    ended_on: date
    until: date
    forbids: str

    @property
    def under(self) -> str:
        """The rule that asks for its disposal, as the record has it."""
        return f"kept until {plain_date(self.until)}, for it ended on {plain_date(self.ended_on)}"


def kept_until(ended_on: date, years: int) -> date:
    """The first day on which a case may be disposed of: so many years after its end. What ended on 29 February is kept
    to 1 March of a year without that day."""
    try:
        return ended_on.replace(year=ended_on.year + years)
    except ValueError:
        return ended_on.replace(year=ended_on.year + years, day=28) + timedelta(days=1)


def years_before(today: date, years: int) -> date:
    """What ended on this day, or before, is past its time."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def retained(session: Session, years: int, today: date, only: Collection[str] = ()) -> list[Kept]:
    """The ended cases that are not disposed of, the earliest end first; with `only`, those of them alone."""
    query = (
        select(CaseRow)
        .where(col(CaseRow.ended_on).is_not(None), col(CaseRow.id).not_in(DISPOSED))
        .order_by(col(CaseRow.ended_on), col(CaseRow.id))
    )
    if only:
        query = query.where(col(CaseRow.id).in_(only))
    rows = session.exec(query).all()
    stands = _Stands.read(session, today)
    return [stands.of(row, kept_until(row.ended_on, years)) for row in rows if row.ended_on]


def disposed(session: Session) -> set[str]:
    """The cases that are disposed of."""
    return set(session.exec(DISPOSED))


def disposal_of(session: Session, case_id: str) -> Disposal | None:
    """The record of its disposal, when a case is disposed of."""
    return session.exec(
        select(Disposal).where(Disposal.case_id == case_id, col(Disposal.number).is_not(None))
    ).first()


def holds(session: Session) -> Sequence[LegalHold]:
    """The legal holds in force, oldest first."""
    return session.exec(
        select(LegalHold).where(col(LegalHold.lifted_at).is_(None)).order_by(col(LegalHold.id))
    ).all()


@dataclass(frozen=True)
class _Stands:
    today: date
    holds: Mapping[str, LegalHold]
    unsettled: frozenset[str]
    repaired: frozenset[str]

    @classmethod
    def read(cls, session: Session, today: date) -> "_Stands":
        waits = col(Notice.state).in_([state.value for state in UNSETTLED])
        return cls(
            today,
            {hold.subject: hold for hold in holds(session)},
            frozenset(session.exec(select(Notice.case_id).where(waits).distinct())),
            frozenset(session.exec(select(Repair.subject).where(col(Repair.closed_at).is_(None)))),
        )

    def of(self, row: CaseRow, until: date) -> Kept:
        assert row.ended_on is not None
        return Kept(row.id, row.ended_on, until, self._forbids(row, until))

    def _forbids(self, row: CaseRow, until: date) -> str:
        subjects = (row.id, row.report_id, row.body_id, EVERYTHING)
        hold = next((self.holds[one] for one in subjects if one in self.holds), None)
        if hold is not None:
            return f"legal hold {hold.id} on {hold.subject}: {hold.reason}"
        if self.today < until:
            return f"kept until {plain_date(until)}"
        if row.id in self.repaired:
            return "it waits for repair"
        return "mail about it is not settled" if row.id in self.unsettled else ""
