"""The inspectorate's own duties as work for people: whose each is, by when, how late. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    union_all,
)
from sqlalchemy import select as sql
from sqlmodel import Session, col, select

from activities.mail.caretaker import conflict_on
from lifecycle.words import Role, Stage
from models.database import Database
from models.tables import Allocation, Body, CaseRow, Conflict, EventRow, Person, Recommendation
from models.tables.core import CASES, CLOCKS, EVENTS
from office.cover import covered_by
from office.ordering import By, Columns, Order
from office.people import INSPECTORATE, Actor
from office.unanswered import QUESTION, TIME, waits, without_clock

PAGE = 50
AT_ONCE = 1_000
URGENT = Order("due")
SORTS = ("due", "task", "body", "reference", "holder")
SOON = timedelta(weeks=12)
"""A follow-up inspection further off than this is nobody's work yet."""


class Task(StrEnum):
    """What there is to do. All but the letter, which has no date of its own, stand on a clock."""

    assess = "assess"
    time = "time"
    question = "question"
    draft = "draft"
    authorise = "authorise"
    letter = "letter"
    inspection = "inspection"


CLOCK_TASKS = {
    "assessment": Task.assess,
    "request": Task.time,
    "question": Task.question,
    "draft": Task.draft,
    "authorisation": Task.authorise,
    "inspection": Task.inspection,
}
ASKED = {TIME: Task.time, QUESTION: Task.question}
FOR_LEADS = (Task.authorise, Task.letter)


class Whose(StrEnum):
    """Whose work is shown: what I may do next, what is allocated to me, what nobody has, everybody's."""

    mine = "mine"
    own = "own"
    nobody = "nobody"
    all = "all"


@dataclass(frozen=True)
class Wanted:
    """Which work: all given conditions hold. `whose` is one of `Whose`, or a person's id."""

    whose: str = Whose.mine.value
    task: Task | None = None
    body: str = ""
    report: str = ""
    reference: str = ""
    late: bool = False
    returned: bool = False
    page: int = 1
    order: Order = URGENT


@dataclass(frozen=True)
class Work:
    """One thing to do. `clock` names the duty within its case; `returned` says that a lead returned its assessment."""

    task: Task
    case: str
    clock: str
    reference: str
    body: str
    body_name: str
    title: str
    due: date | None
    days_late: int
    holder: str
    holder_name: str
    assessed_by: str = ""
    returned: bool = False


@dataclass(frozen=True)
class WorkPage:
    """One page of work, most urgent first; `counts` and `late` of each task, whatever page and task are shown."""

    lines: list[Work]
    counts: dict[Task, int]
    late: int
    pages: int
    covering: list[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def work(database: Database, actor: Actor, wanted: Wanted, today: date) -> WorkPage:
    """The work that this person asks for."""
    with database.reading() as session:
        covering = covered_by(session, actor.id, today)
        duty = _duties()
        where = _where(duty, actor, covering, wanted, today)
        counts, late = _counts(session, duty, where, today)
        if wanted.task is not None:
            where = [*where, duty.c.task == wanted.task.value]
        lines = _lines(session, duty, where, wanted, today)
        shown = counts.get(wanted.task, 0) if wanted.task else sum(counts.values())
        return WorkPage(_with_assessments(session, lines), counts, late, max(1, -(-shown // PAGE)), covering)


def all_work(database: Database, actor: Actor, wanted: Wanted, today: date) -> list[Work]:
    """The same work on all its pages, for an export."""
    with database.reading() as session:
        duty = _duties()
        where = _where(duty, actor, covered_by(session, actor.id, today), wanted, today)
        if wanted.task is not None:
            where = [*where, duty.c.task == wanted.task.value]
        lines = _lines(session, duty, where, wanted, today, whole=True)
        some = [lines[first : first + AT_ONCE] for first in range(0, len(lines), AT_ONCE)]
        return [line for part in some for line in _with_assessments(session, part)]


def _duties() -> Subquery:
    task = case({clock: task.value for clock, task in CLOCK_TASKS.items()}, value=CLOCKS.c.kind)
    clocks = sql(
        CLOCKS.c.case_id.label("case"),
        CLOCKS.c.id.label("clock"),
        task.label("task"),
        CLOCKS.c.due.label("due"),
    ).where(CLOCKS.c.state == "running", CLOCKS.c.kind.in_(CLOCK_TASKS))
    letters = sql(
        CASES.c.id.label("case"),
        literal("").label("clock"),
        literal(Task.letter.value).label("task"),
        cast(null(), Date).label("due"),
    ).where(CASES.c.stage == Stage.authorised.value)
    return union_all(clocks, letters, *(_undated(kind, task) for kind, task in ASKED.items())).subquery(
        "duty"
    )


def _undated(kind: str, task: Task) -> Select[Any]:
    """What is asked on a case whose policy has no clock for the answer: work without a date."""
    columns: tuple[ColumnElement[Any], ...] = (
        col(EventRow.stream).label("case"),
        literal(kind).label("clock"),
        literal(task.value).label("task"),
        cast(null(), Date).label("due"),
    )
    return (
        sql(*columns)
        .select_from(EventRow)
        .join(CaseRow, col(CaseRow.id) == EventRow.stream)
        .where(
            col(EventRow.kind) == kind,
            col(CaseRow.policy_hash).in_(without_clock(kind)),
            col(CaseRow.ended_on).is_(None),
            waits(),
        )
        .distinct()
    )


def _where(
    duty: Subquery,
    actor: Actor,
    covering: Sequence[str],
    wanted: Wanted,
    today: date,
) -> list[ColumnElement[bool]]:
    lead = actor.holds(Role.lead_inspector, (INSPECTORATE,))
    where: list[ColumnElement[bool]] = [_whose(duty, actor.id, covering, wanted.whose, today, lead=lead)]
    for column, value in (
        (CaseRow.body_id, wanted.body),
        (CaseRow.report_id, wanted.report),
        (CaseRow.reference, wanted.reference),
    ):
        if value:
            where.append(col(column) == value)
    if wanted.late:
        where.append(duty.c.due < today)
    if wanted.returned:
        where.append(and_(duty.c.task == Task.assess.value, _returned()))
    if wanted.task is not Task.inspection:
        where.append(or_(duty.c.task != Task.inspection.value, duty.c.due <= today + SOON))
    return where


def _whose(
    duty: Subquery,
    me: str,
    covering: Sequence[str],
    whose: str,
    today: date,
    *,
    lead: bool,
) -> ColumnElement[bool]:
    nobody = col(Allocation.id).is_(None)
    match whose:
        case Whose.all:
            return literal(True)
        case Whose.nobody:
            return and_(nobody, duty.c.task.not_in(FOR_LEADS))
        case Whose.own:
            return col(Allocation.person_id) == me
        case Whose.mine:
            of_leads = duty.c.task.in_(FOR_LEADS)
            mine = and_(or_(nobody, col(Allocation.person_id).in_([me, *covering])), ~of_leads)
            return and_(or_(mine, of_leads) if lead else mine, _no_conflict(me, today))
        case _:
            return col(Allocation.person_id) == whose


def _no_conflict(person: str, today: date) -> ColumnElement[bool]:
    bodies = select(Conflict.body_id).where(Conflict.person_id == person, conflict_on(today))
    return col(CaseRow.body_id).not_in(bodies)


def _returned() -> ColumnElement[bool]:
    """The last that was done to its assessment was that a lead returned it."""
    returned, later = EVENTS.alias(), EVENTS.alias()
    again = exists().where(
        later.c.stream == returned.c.stream, later.c.seq > returned.c.seq, later.c.kind == "assessed"
    )
    return exists().where(returned.c.stream == CASES.c.id, returned.c.kind == "returned", ~again)


def _joined(duty: Subquery, *columns: Any) -> Select[Any]:  # noqa: ANN401 - what rows hold, no type says here
    return (
        sql(*columns)
        .select_from(duty)
        .join(CaseRow, col(CaseRow.id) == duty.c.case)
        .join(
            Allocation,
            and_(col(Allocation.case_id) == duty.c.case, col(Allocation.until).is_(None)),
            isouter=True,
        )
    )


def _counts(
    session: Session, duty: Subquery, where: list[ColumnElement[bool]], today: date
) -> tuple[dict[Task, int], int]:
    late = func.sum(case((duty.c.due < today, 1), else_=0))
    rows = (
        session.connection()
        .execute(_joined(duty, duty.c.task, func.count(), late).where(*where).group_by(duty.c.task))
        .all()
    )
    return {Task(task): count for task, count, _ in rows}, sum(late or 0 for *_, late in rows)


def _lines(
    session: Session,
    duty: Subquery,
    where: list[ColumnElement[bool]],
    wanted: Wanted,
    today: date,
    *,
    whole: bool = False,
) -> list[Work]:
    columns = (
        *(duty.c.task, duty.c.case, duty.c.clock, duty.c.due, CaseRow.reference, CaseRow.body_id),
        *(Body.name, Recommendation.title, Allocation.person_id, Person.name),
    )
    query = (
        _joined(duty, *columns)
        .join(Body, col(Body.id) == CaseRow.body_id, isouter=True)
        .join(Recommendation, col(Recommendation.reference) == CaseRow.reference, isouter=True)
        .join(Person, col(Person.id) == Allocation.person_id, isouter=True)
        .where(*where)
        .order_by(*wanted.order.of(_sorts(duty)))
    )
    if not whole:
        query = query.limit(PAGE).offset((wanted.page - 1) * PAGE)
    return [
        Work(
            task=Task(task),
            case=case_id,
            clock=clock,
            reference=reference,
            body=body,
            body_name=body_name or body,
            title=title or "",
            due=due,
            days_late=max(0, (today - due).days) if due else 0,
            holder=holder or "",
            holder_name=holder_name or "",
        )
        for task, case_id, clock, due, reference, body, body_name, title, holder, holder_name in (
            session.connection().execute(query)
        )
    ]


def _sorts(duty: Subquery) -> Columns:
    last = (duty.c.due.is_(None), duty.c.due, duty.c.case, duty.c.clock)
    leads: tuple[By, ...] = (
        duty.c.due,
        duty.c.task,
        col(Body.name),
        col(CaseRow.reference),
        col(Person.name),
    )
    return {name: (lead, *last) for name, lead in zip(SORTS, leads, strict=True)}


def _with_assessments(session: Session, lines: list[Work]) -> list[Work]:
    """Who assessed last, and whether a lead returned that."""
    kinds = ("assessed", "returned")
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_({line.case for line in lines}), col(EventRow.kind).in_(kinds))
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    by: dict[str, str] = {}
    returned: dict[str, bool] = {}
    for row in rows:
        returned[row.stream] = row.kind == "returned"
        if row.kind == "assessed":
            by[row.stream] = row.actor
    return [
        replace(
            line,
            assessed_by=by.get(line.case, ""),
            returned=line.task is Task.assess and returned.get(line.case, False),
        )
        for line in lines
    ]
