"""What a body owes, what of it is with the inspectorate, and what is closed: in a fixed number of queries at any size.

As in `office.disclosure`, a body learns nothing of the inspectorate's own dates, nor an assessment before its letter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, distinct, exists, false, func, or_
from sqlalchemy import case as when
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from config.policy_files import load_policies
from lifecycle.policy import Policy
from lifecycle.words import WITH_INSPECTORATE, Side, Stage
from models.database import Database
from models.tables import Body, CaseRow, ClockRow, Recommendation, Report
from office.ordering import By, Columns, Order
from office.owing import IMPLEMENTATION, RUNNING, SUBMISSION, SUBMITTABLE, Duty, Row, told

INSPECTION = "inspection"
ELSEWHERE = (*(stage.value for stage in WITH_INSPECTORATE), Stage.published.value)
"""Stages in which the next duty is the inspectorate's."""


class View(StrEnum):
    """The three heaps of a body's cases."""

    owed = "owed"
    inspectorate = "inspectorate"
    closed = "closed"


@dataclass(frozen=True)
class Sought:
    """Which of a body's duties: all given conditions hold. `words` are looked for in reference and title."""

    body: str
    view: View = View.owed
    report: str = ""
    overdue: bool = False
    words: str = ""


class Kinds(NamedTuple):
    """What the policies on file say of whose duties clocks are, for conditions in SQL."""

    owed: Mapping[str, tuple[str, ...]]
    undated: tuple[str, ...]

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> "Kinds":
        known = tuple(policies)
        return cls(
            {one.hash: tuple(r.kind for r in one.clocks.values() if r.owner is Side.body) for one in known},
            tuple(one.hash for one in known if not one.needs_request and SUBMISSION not in one.clocks),
        )


@dataclass(frozen=True)
class Owed:
    """A page of duties, how many there are in all, and the reports that the body's cases belong to."""

    duties: tuple[Duty, ...]
    count: int
    heaps: Mapping[View, int]
    overdue: int
    reports: Mapping[str, str] = field(default_factory=dict)


USUAL = Order("")
"""The most urgent first; of what is closed, the newest."""
COLUMNS: Columns = {
    "due": (col(ClockRow.due), col(CaseRow.reference), col(ClockRow.id)),
    "duty": (col(ClockRow.kind), col(ClockRow.due), col(CaseRow.reference), col(ClockRow.id)),
    "reference": (col(CaseRow.reference), col(ClockRow.id)),
    "report": (col(CaseRow.report_id), col(CaseRow.reference), col(ClockRow.id)),
    "stage": (col(CaseRow.stage), col(CaseRow.reference), col(ClockRow.id)),
    "ended": (col(CaseRow.ended_on), col(CaseRow.id)),
}


def owed(
    database: Database,
    kinds: Kinds,
    sought: Sought,
    today: date,
    *,
    page: int,
    size: int,
    order: Order = USUAL,
) -> Owed:
    """A page (from 1) of what is sought."""
    with database.reading() as session:
        heaps, overdue = _heaps(session, kinds, sought.body, today)
        rows = session.exec(_select(kinds, sought, today, order, (page - 1) * size, size)).all()
        whole = sought == Sought(sought.body, sought.view)
        return Owed(
            duties=told(session, rows),
            count=heaps[sought.view] if whole else _count(session, kinds, sought, today),
            heaps=heaps,
            overdue=overdue,
            reports=_reports(session, sought.body),
        )


def all_owed(
    database: Database, kinds: Kinds, sought: Sought, today: date, order: Order = USUAL
) -> tuple[Duty, ...]:
    """Everything that is sought."""
    with database.reading() as session:
        rows = session.exec(_select(kinds, sought, today, order)).all()
        return told(session, rows)


def of_cases(database: Database, kinds: Kinds, body: str, references: Sequence[str]) -> tuple[Duty, ...]:
    """The cases of a body with these references, each once; those that have ended, or are not there, are left out."""
    with database.reading() as session:
        query = _joined(kinds).where(
            CaseRow.body_id == body,
            CaseRow.kind == "recommendation",
            col(CaseRow.reference).in_(references),
            col(CaseRow.ended_on).is_(None),
        )
        rows = session.exec(query.order_by(col(CaseRow.reference)))
        return told(session, _once(rows))


def submittable(database: Database, kinds: Kinds, body: str) -> tuple[Duty, ...]:
    """The cases of a body that a submission may answer now, each once, by report."""
    with database.reading() as session:
        query = _joined(kinds).where(
            CaseRow.body_id == body,
            CaseRow.kind == "recommendation",
            col(CaseRow.ended_on).is_(None),
            col(CaseRow.stage).in_(SUBMITTABLE),
            col(CaseRow.policy_hash).not_in(kinds.undated),
        )
        rows = session.exec(query.order_by(col(CaseRow.report_id), col(CaseRow.reference)))
        return told(session, _once(rows))


def _once(rows: Iterable[Row]) -> list[Row]:
    """Each case once, with the clock of its plan or document rather than that of carrying it out."""
    found: dict[str, Row] = {}
    for row in rows:
        _, clock, _, _ = row
        if row[0].id not in found or (clock and clock.kind != IMPLEMENTATION):
            found[row[0].id] = row
    return list(found.values())


def _joined(kinds: Kinds) -> Select[CaseRow, ClockRow, Recommendation, Report]:
    """Cases with each running clock of the body's own, those without one once."""
    return (
        select(CaseRow, ClockRow, Recommendation, Report)
        .select_from(CaseRow)
        .join(ClockRow, _own(kinds), isouter=True)
        .join(Recommendation, col(Recommendation.reference) == CaseRow.reference, isouter=True)
        .join(Report, col(Report.id) == CaseRow.report_id, isouter=True)
    )


def _own(kinds: Kinds) -> ColumnElement[bool]:
    return and_(col(ClockRow.case_id) == col(CaseRow.id), col(ClockRow.state) == RUNNING, _theirs(kinds))


def _none() -> ColumnElement[bool]:
    """No clock at all, found by index: on a plain false() SQLite reads every clock for each case."""
    return and_(col(ClockRow.case_id) == col(CaseRow.id), col(ClockRow.id).is_(None))


def _theirs(kinds: Kinds) -> ColumnElement[bool]:
    """Is this clock the body's duty, by the policy that its case holds? Policies that agree are one condition."""
    agreed: dict[tuple[str, ...], list[str]] = {}
    for policy, theirs in kinds.owed.items():
        agreed.setdefault(tuple(sorted(theirs)), []).append(policy)
    return or_(
        false(),
        *(
            and_(col(ClockRow.kind).in_(theirs), col(CaseRow.policy_hash).in_(policies))
            for theirs, policies in agreed.items()
        ),
    )


def _select(
    kinds: Kinds, sought: Sought, today: date, asked: Order, first: int = 0, most: int | None = None
) -> Select[CaseRow, ClockRow, Recommendation, Report]:
    """What is sought, in order. Names are joined to the page alone: sorting all of them took most of the time."""
    order = _order(sought, asked)
    found = _keys(kinds, sought, today).order_by(*order).limit(most).offset(first).subquery()
    return (
        select(CaseRow, ClockRow, Recommendation, Report)
        .select_from(found)
        .join(CaseRow, col(CaseRow.id) == found.c.case)
        .join(
            ClockRow,
            and_(col(ClockRow.case_id) == found.c.case, col(ClockRow.id) == found.c.clock),
            isouter=True,
        )
        .join(Recommendation, col(Recommendation.reference) == CaseRow.reference, isouter=True)
        .join(Report, col(Report.id) == CaseRow.report_id, isouter=True)
        .order_by(*order)
    )


def _keys(kinds: Kinds, sought: Sought, today: date) -> Select[str, str]:
    """Cases with each running clock of the body's own; where nothing is owed, each case once."""
    query: Select[str, str] = (
        select(col(CaseRow.id).label("case"), col(ClockRow.id).label("clock"))
        .select_from(CaseRow)
        .join(ClockRow, _own(kinds) if sought.view is View.owed else _none(), isouter=True)
    )
    if sought.words:
        query = query.join(Recommendation, col(Recommendation.reference) == CaseRow.reference, isouter=True)
    return query.where(*_conditions(kinds, sought, today))


def _order(sought: Sought, order: Order) -> list[By]:
    if order != USUAL:
        return order.of(COLUMNS)
    if sought.view is View.closed:
        return [col(CaseRow.ended_on).desc(), col(CaseRow.id)]
    due = col(ClockRow.due)
    return [due.is_(None), due, col(CaseRow.reference), col(ClockRow.id)]


def _count(session: Session, kinds: Kinds, sought: Sought, today: date) -> int:
    return session.exec(select(func.count()).select_from(_keys(kinds, sought, today).subquery())).one()


def _heaps(session: Session, kinds: Kinds, body: str, today: date) -> tuple[dict[View, int], int]:
    """How many there are in each heap, and how many are overdue: all that is open in one reading."""
    owes = or_(col(ClockRow.id).is_not(None), _undated(kinds))
    late = and_(owes, col(ClockRow.due) < today)
    elsewhere = or_(col(CaseRow.stage).in_(ELSEWHERE), ~owes)
    owed, overdue, inspectorate = session.exec(
        select(
            func.count(when((owes, 1))),
            func.count(when((late, 1))),
            func.count(distinct(when((elsewhere, CaseRow.id)))),
        )
        .select_from(CaseRow)
        .join(ClockRow, _own(kinds), isouter=True)
        .where(*_of(body), col(CaseRow.ended_on).is_(None))
    ).one()
    closed: SelectOfScalar[int] = (
        select(func.count()).select_from(CaseRow).where(*_of(body), col(CaseRow.ended_on).is_not(None))
    )
    heaps = {View.owed: owed, View.inspectorate: inspectorate, View.closed: session.exec(closed).one()}
    return heaps, overdue


def _of(body: str) -> tuple[ColumnElement[bool], ...]:
    return col(CaseRow.body_id) == body, col(CaseRow.kind) == "recommendation"


def _conditions(kinds: Kinds, sought: Sought, today: date) -> Iterable[ColumnElement[bool]]:
    yield from _of(sought.body)
    if sought.view is View.closed:
        yield col(CaseRow.ended_on).is_not(None)
    else:
        yield col(CaseRow.ended_on).is_(None)
        if sought.view is View.owed:
            yield or_(col(ClockRow.id).is_not(None), _undated(kinds))
        else:
            yield _with_inspectorate(kinds)
    if sought.report:
        yield col(CaseRow.report_id) == sought.report
    if sought.overdue and sought.view is View.owed:
        yield col(ClockRow.due) < today
    for word in sought.words.lower().split():
        like = f"%{word.replace('%', '').replace('_', ' ')}%"
        yield or_(
            func.lower(CaseRow.reference).like(like),
            func.lower(func.coalesce(Recommendation.title, "")).like(like),
        )


def _with_inspectorate(kinds: Kinds) -> ColumnElement[bool]:
    """Its next duty is the inspectorate's. A duty of the body's own may run beside it, and counts there too."""
    runs = exists().where(_own(kinds)).correlate(CaseRow)
    return or_(col(CaseRow.stage).in_(ELSEWHERE), ~or_(runs, _undated(kinds)))


def _undated(kinds: Kinds) -> ColumnElement[bool]:
    """A body owes its declaration without a date: no clock of it ever ran, nor the inspection that it starts."""
    began = (
        exists()
        .where(col(ClockRow.case_id) == CaseRow.id, col(ClockRow.kind).in_((IMPLEMENTATION, INSPECTION)))
        .correlate(CaseRow)
    )
    return and_(col(CaseRow.stage) == Stage.issued.value, col(CaseRow.policy_hash).in_(kinds.undated), ~began)


def _reports(session: Session, body: str) -> dict[str, str]:
    query = (
        select(Report.id, Report.title)
        .where(col(Report.id).in_(select(CaseRow.report_id).where(CaseRow.body_id == body)))
        .order_by(col(Report.published_on).desc())
    )
    return dict(session.exec(query).all())


@cache
def on_file() -> Kinds:
    """By the policies that this program holds."""
    return Kinds.of(load_policies())


def name_of(database: Database, body: str) -> str:
    with database.reading() as session:
        row = session.get(Body, body)
        return row.name if row else body
