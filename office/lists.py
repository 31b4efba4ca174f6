"""Lists of cases for the inspectorate: filtered, sorted, a page at a time; a fixed number of queries at any size.

Counting stops at MOST: a list longer than that is not read, it is narrowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from lifecycle.words import Side, Stage
from models.database import Database
from models.tables import Allocation, Body, CaseRow, Person, Recommendation, Report

PAGE = 50
MOST = 10_000
AT_ONCE = 1_000
REPORTS = 200
NOBODY = "nobody"
"""The inspector of a case that is allocated to nobody."""


class Shown(StrEnum):
    """Cases that are open, those that have ended, or both."""

    open = "open"
    ended = "ended"
    all = "all"


class Sort(StrEnum):
    due = "due"
    reference = "reference"
    body = "body"
    stage = "stage"
    report = "report"


@dataclass(frozen=True)
class Sought:
    """Which cases, in which order: all given conditions hold. `due_before` and `due_after` leave their day out.

    `waiting` is the side whose duty is next; `inspector` the person to whom a case is allocated, or NOBODY.
    """

    stage: Stage | None = None
    body: str = ""
    report: str = ""
    reference: str = ""
    kind: str = ""
    overdue: bool = False
    due_before: date | None = None
    due_after: date | None = None
    waiting: Side | None = None
    inspector: str = ""
    shown: Shown = Shown.open
    sort: Sort = Sort.due
    descending: bool = False
    page: int = 1


@dataclass(frozen=True)
class Line:
    """One case in the list."""

    row: CaseRow
    title: str
    body: str
    inspector: str

    @property
    def waits(self) -> str:
        """Whose duty is next and by when, without the other clocks and the next notice."""
        return self.row.waiting_for.split("; ")[0]

    def days_late(self, today: date) -> int:
        due = self.row.next_due
        return max(0, (today - due).days) if due and self.row.ended_on is None else 0


@dataclass(frozen=True)
class Listed:
    """A page of the list. `count` is how many cases there are in all, or MOST and `more`."""

    lines: tuple[Line, ...]
    count: int
    more: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True)
class Choices:
    """What the filters offer, each as ids and names."""

    bodies: Mapping[str, str]
    kinds: tuple[str, ...]
    reports: Mapping[str, str]
    inspectors: Mapping[str, str]


def listed(database: Database, sought: Sought, today: date) -> Listed:
    """The page of the list that is sought."""
    where = conditions(sought, today)
    with database.reading() as session:
        counted = session.exec(
            select(func.count()).select_from(
                select(literal_column("1")).select_from(CaseRow).where(*where).limit(MOST + 1).subquery()
            )
        ).one()
        rows = session.exec(
            select(CaseRow)
            .where(*where)
            .order_by(*_order(sought))
            .limit(PAGE)
            .offset((max(1, sought.page) - 1) * PAGE)
        ).all()
        return Listed(_lines(session, rows), min(counted, MOST), counted > MOST)


def every(database: Database, sought: Sought, today: date) -> Iterator[Sequence[Line]]:
    """The whole list in one reading, some at once, for an export."""
    where = conditions(sought, today)
    with database.reading() as session:
        rows = session.exec(select(CaseRow).where(*where).order_by(*_order(sought))).partitions(AT_ONCE)
        known: dict[str, str] = {}
        for some in rows:
            yield _lines(session, some, known)


def choices(database: Database) -> Choices:
    """The bodies, reports and people to choose from: the newest reports, and those who have cases."""
    with database.reading() as session:
        bodies = session.exec(select(Body.id, Body.name, Body.kind).order_by(col(Body.name))).all()
        reports = session.exec(
            select(Report.id, Report.title).order_by(col(Report.published_on).desc()).limit(REPORTS)
        ).all()
        people = session.exec(
            select(Person.id, Person.name)
            .where(col(Person.id).in_(select(Allocation.person_id).where(col(Allocation.until).is_(None))))
            .order_by(col(Person.name))
        ).all()
    return Choices(
        bodies={body: name for body, name, _ in bodies},
        kinds=tuple(sorted({kind for _, _, kind in bodies})),
        reports=dict(reports),
        inspectors=dict(people),
    )


def conditions(sought: Sought, today: date) -> list[ColumnElement[bool]]:
    """The conditions as SQL, for whatever else is asked of the same cases."""
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (col(CaseRow.stage), sought.stage.value if sought.stage else ""),
        (col(CaseRow.waits_on), sought.waiting.value if sought.waiting else ""),
        (col(CaseRow.body_id), sought.body),
        (col(CaseRow.report_id), sought.report),
        (col(CaseRow.reference), sought.reference),
    ):
        if value:
            found.append(column == value)
    if sought.kind:
        found.append(col(CaseRow.body_id).in_(select(Body.id).where(Body.kind == sought.kind)))
    if sought.inspector:
        found.append(_allocated(sought.inspector))
    return found + _dates(sought, today) + _open(sought)


def _dates(sought: Sought, today: date) -> list[ColumnElement[bool]]:
    due = col(CaseRow.next_due)
    found: list[ColumnElement[bool]] = []
    if sought.overdue:
        found.append(due < today)
    if sought.due_before:
        found.append(due < sought.due_before)
    if sought.due_after:
        found.append(due > sought.due_after)
    return found


def _open(sought: Sought) -> list[ColumnElement[bool]]:
    """A stage says for itself whether it is an end, and nothing that has ended waits for anybody."""
    ended = col(CaseRow.ended_on)
    if sought.shown is Shown.ended:
        return [ended.is_not(None)]
    by_itself = sought.stage is not None or sought.waiting is not None
    return [ended.is_(None)] if sought.shown is Shown.open and not by_itself else []


def _allocated(inspector: str) -> ColumnElement[bool]:
    now = select(Allocation.case_id).where(col(Allocation.until).is_(None))
    if inspector == NOBODY:
        return col(CaseRow.id).not_in(now)
    return col(CaseRow.id).in_(now.where(Allocation.person_id == inspector))


def _order(sought: Sought) -> list[ColumnElement[Any] | Mapped[Any]]:
    by: dict[Sort, list[Mapped[Any]]] = {
        Sort.due: [col(CaseRow.next_due), col(CaseRow.id)],
        Sort.reference: [col(CaseRow.id)],
        Sort.body: [col(CaseRow.body_id), col(CaseRow.id)],
        Sort.stage: [col(CaseRow.stage), col(CaseRow.next_due), col(CaseRow.id)],
        Sort.report: [col(CaseRow.report_id), col(CaseRow.id)],
    }
    first, *rest = by[sought.sort]
    led = first.desc() if sought.descending else first.asc()
    return [led.nulls_last() if sought.sort is Sort.due else led, *rest]


def _lines(
    session: Session, rows: Sequence[CaseRow], known: dict[str, str] | None = None
) -> tuple[Line, ...]:
    """With the names that rows leave out. `known` keeps titles and bodies from one page of an export to the next."""
    names = known if known is not None else {}
    new = {row.reference for row in rows} - names.keys()
    titles = select(Recommendation.reference, Recommendation.title)
    names |= dict(session.exec(titles.where(col(Recommendation.reference).in_(new))).all())
    bodies = dict(
        session.exec(select(Body.id, Body.name).where(col(Body.id).in_({row.body_id for row in rows}))).all()
    )
    given = dict(
        session.exec(
            select(Allocation.case_id, Person.name)
            .join(Person, col(Person.id) == col(Allocation.person_id))
            .where(col(Allocation.until).is_(None), col(Allocation.case_id).in_([row.id for row in rows]))
        ).all()
    )
    return tuple(
        Line(row, names.get(row.reference, ""), bodies.get(row.body_id, row.body_id), given.get(row.id, ""))
        for row in rows
    )
