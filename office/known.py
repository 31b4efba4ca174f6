"""Lists of cases as the person who asks may know them, a page at a time: two queries, at any size of page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.ledger.chain import to_recorded
from config.policy_files import load_policies
from lifecycle.agenda import Entry
from lifecycle.rules import Rules, UnknownRules, rules_for
from lifecycle.words import Side, Stage
from models.database import Database
from models.messages import Recorded
from models.tables import CaseRow, ClockRow, EventRow
from office.disclosure import BEFORE_THE_LETTER, Disclosed, disclose
from office.reach import Reach


@dataclass(frozen=True)
class Wanted:
    """Which cases: all given conditions hold."""

    kind: str = "recommendation"
    body: str | None = None
    oversight: str | None = None
    report: str | None = None
    reference: str | None = None
    stage: Stage | None = None
    overdue: bool = False
    open_only: bool = True


@dataclass(frozen=True)
class After:
    """Where the page before ended. Outside the inspectorate `due` is not told: its order would tell our own dates."""

    due: date | None
    id: str


@dataclass(frozen=True)
class Known:
    """A case as one side may know it."""

    row: CaseRow
    seen: Disclosed

    @property
    def stage(self) -> Stage:
        return self.seen.case.stage

    @property
    def outcome(self) -> str | None:
        return self.seen.case.outcome

    @property
    def next_due(self) -> date | None:
        return None if self.row.ended_on else self.seen.case.next_due()

    @property
    def waiting_for(self) -> str:
        """In words; to the inspectorate alone, since it names the inspectorate's own duties."""
        return self.row.waiting_for if self.seen.side is Side.inspectorate else ""

    def days_late(self, today: date) -> int:
        return max(0, (today - self.next_due).days) if self.next_due else 0

    @property
    def ends(self) -> After:
        return After(self.row.next_due if self.seen.side is Side.inspectorate else None, self.row.id)


def known_cases(
    database: Database, reach: Reach, wanted: Wanted, today: date, *, after: After | None, size: int
) -> list[Known]:
    """A page of the cases wanted, and one more when there are more. The inspectorate reads the most urgent first."""
    query = select(CaseRow).where(reach.cases(), *_conditions(wanted, reach, today))
    if reach.everything:
        query = query.order_by(col(CaseRow.next_due).is_(None), col(CaseRow.next_due), col(CaseRow.id))
    else:
        query = query.order_by(col(CaseRow.id))
    if after is not None:
        query = query.where(_beyond(after, by_due=reach.everything))
    with database.reading() as session:
        rows = session.exec(query.limit(size + 1)).all()
        events = _events(session, [row.id for row in rows])
    return [Known(row, _seen(row, events[row.id], reach.side(row))) for row in rows]


def coming(known: Iterable[Known], until: datetime) -> list[tuple[Known, Entry]]:
    """What happens to these cases until then if nobody acts, in order of time."""
    found = [(one, entry) for one in known for entry in one.seen.agenda if entry.at <= until]
    return sorted(found, key=lambda pair: (pair[1].at, pair[0].row.id, pair[1].clock))


def _seen(row: CaseRow, events: Sequence[Recorded], side: Side) -> Disclosed:
    return disclose(row.id, events, (), (), side, _rules(row))


def _rules(row: CaseRow) -> Rules | None:
    try:
        return rules_for(row.policy_hash, row.calendar_hash, row.division)
    except UnknownRules:
        return None


def _events(session: Session, streams: Sequence[str]) -> dict[str, list[Recorded]]:
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_(streams))
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    found: dict[str, list[Recorded]] = defaultdict(list)
    for row in rows:
        found[row.stream].append(to_recorded(row))
    return found


def _conditions(wanted: Wanted, reach: Reach, today: date) -> Iterable[ColumnElement[bool]]:
    yield col(CaseRow.kind) == wanted.kind
    for column, value in (
        (CaseRow.body_id, wanted.body),
        (CaseRow.oversight_id, wanted.oversight),
        (CaseRow.report_id, wanted.report),
        (CaseRow.reference, wanted.reference),
    ):
        if value is not None:
            yield col(column) == value
    if wanted.stage is not None:
        yield col(CaseRow.stage).in_(_stages(wanted.stage, reach))
    if wanted.open_only:
        yield col(CaseRow.ended_on).is_(None)
    if wanted.overdue:
        yield col(CaseRow.id).in_(_overdue(reach, today))


def _stages(stage: Stage, reach: Reach) -> set[str]:
    """The stages that this person knows by this name: outside, a case is submitted until its letter is sent."""
    if reach.everything:
        return {stage.value}
    if stage in BEFORE_THE_LETTER:
        return set()
    hidden = BEFORE_THE_LETTER if stage is Stage.submitted else ()
    return {stage.value, *(one.value for one in hidden)}


def _overdue(reach: Reach, today: date) -> SelectOfScalar[str]:
    """Cases with a running clock that is late; outside, the clocks of the inspectorate do not count."""
    late = select(ClockRow.case_id).where(ClockRow.state == "running", col(ClockRow.due) < today)
    return late if reach.everything else late.where(col(ClockRow.kind).in_(_outward()))


def _outward() -> set[str]:
    """The kinds of clocks that are not the inspectorate's, in any policy."""
    return {
        rule.kind
        for policy in load_policies()
        for rule in policy.clocks.values()
        if rule.owner is not Side.inspectorate
    }


def _beyond(after: After, *, by_due: bool) -> ColumnElement[bool]:
    later = col(CaseRow.id) > after.id
    if not by_due:
        return later
    due = col(CaseRow.next_due)
    if after.due is None:
        return and_(due.is_(None), later)
    return or_(due > after.due, and_(due == after.due, later), due.is_(None))
