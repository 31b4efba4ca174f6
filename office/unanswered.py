"""What bodies asked and have no answer to: more time, and questions; whose answer has a date, and whose has none.

A case that is held under an older policy may have no clock for the answer: nobody is reminded then, and nothing
escalates. That is said to both sides, and shown here with how long it waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, func, literal, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from config.policy_files import load_policies
from lifecycle.dates import local_date
from lifecycle.rules import Rules
from models.database import Database
from models.tables import Body, CaseRow, ClockRow, EventRow
from models.tables.core import EVENTS
from office.ordering import Columns, Order

TIME, QUESTION = "time_asked", "question_asked"
CLOCK_OF = {TIME: "request", QUESTION: "question"}
OLDEST = Order("asked")


@dataclass(frozen=True)
class Unanswered:
    """One request or question. `due` is the day by which it is to be answered; None where no clock runs for it."""

    case: str
    reference: str
    body: str
    kind: str
    asked_at: datetime
    due: date | None

    def days(self, today: date) -> int:
        """How many days it has waited."""
        return (today - local_date(self.asked_at)).days


def has_answer_clock(rules: Rules | None, kind: str) -> bool:
    """Whether the answer to what is asked so has a date under these rules. Rules that are not here: as if it had."""
    return rules is None or CLOCK_OF[kind] in rules.policy.clocks


@cache
def without_clock(kind: str) -> tuple[str, ...]:
    """The policies on file, by hash, under which the answer has no date."""
    return tuple(one.hash for one in load_policies() if CLOCK_OF[kind] not in one.clocks)


def unanswered(
    database: Database, order: Order = OLDEST, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Unanswered], int]:
    """A page of them, and how many there are. In two queries at any size."""
    with database.reading() as session:
        rows = session.exec(_rows().order_by(*order.of(_columns())).offset(offset).limit(limit)).all()
        total = session.exec(select(func.count()).select_from(_rows().subquery())).one()
    found = [
        Unanswered(
            row.id, row.reference, name or row.body_id, event.kind, event.at, clock.due if clock else None
        )
        for event, row, name, clock in rows
    ]
    return found, total


def _columns() -> Columns:
    last = (col(EventRow.stream), col(EventRow.seq))
    return {
        "asked": (col(EventRow.at), *last),
        "what": (col(EventRow.kind), col(EventRow.at), *last),
        "body": (col(Body.name), col(EventRow.at), *last),
        "reference": (col(CaseRow.reference), col(EventRow.at), *last),
        "due": (col(ClockRow.due), col(EventRow.at), *last),
    }


def _rows() -> Select[EventRow, CaseRow, str, ClockRow]:
    number = col(EventRow.details)["number"].as_string()
    asked = col(EventRow.details)["clock"].as_string()
    own = or_(
        and_(col(EventRow.kind) == TIME, col(ClockRow.id) == literal("request/") + asked),
        and_(col(EventRow.kind) == QUESTION, col(ClockRow.id) == literal("question/") + number),
    )
    return (
        select(EventRow, CaseRow, Body.name, ClockRow)
        .select_from(EventRow)
        .join(CaseRow, col(CaseRow.id) == EventRow.stream)
        .join(Body, col(Body.id) == CaseRow.body_id, isouter=True)
        .join(
            ClockRow,
            and_(col(ClockRow.case_id) == EventRow.stream, col(ClockRow.state) == "running", own),
            isouter=True,
        )
        .where(col(EventRow.kind).in_(CLOCK_OF), col(CaseRow.ended_on).is_(None), waits())
    )


def waits() -> ColumnElement[bool]:
    """Of an event that asks: it has no answer, and the duty for which time is asked has not ended since."""
    later = EVENTS.alias()
    settled = (
        select(later.c.seq)
        .where(
            later.c.stream == EventRow.stream,
            later.c.seq > EventRow.seq,
            or_(
                and_(
                    col(EventRow.kind) == TIME,
                    later.c.kind.in_(("time_granted", "time_refused", "clock_met", "clock_ended")),
                    later.c.details["clock"].as_string() == col(EventRow.details)["clock"].as_string(),
                ),
                and_(
                    col(EventRow.kind) == QUESTION,
                    later.c.kind == "question_answered",
                    later.c.details["number"].as_string() == col(EventRow.details)["number"].as_string(),
                ),
            ),
        )
        .exists()
    )
    return ~settled
