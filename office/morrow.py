"""Tomorrow's post: what goes out on a day if nobody acts, by mailbox; and what waits to go already.

An agenda is worked out from a case's whole stream. So that this stays quick with very many cases, streams are read only
for cases with a clock that has a rung on that day: the clocks' rows and the policies tell which.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import Session, col, select

from activities.ledger.chain import to_recorded
from activities.mail.addressing import Addresses
from config.calendar_files import load_calendars
from lifecycle.agenda import Entry, agenda
from lifecycle.calendars import Division
from lifecycle.case import Case, ClockState, fold
from lifecycle.dates import local_date
from lifecycle.ladder import steps
from lifecycle.rules import UnknownRules, rules_for
from lifecycle.words import Role
from models.database import Database
from models.tables import CaseRow, ClockRow, EventRow, Notice, NoticeState

MOST = 500
"""At most so many cases, and so many waiting notices, are shown of one day."""
BATCH = 400


@dataclass(frozen=True)
class Letter:
    """One thing to be told to one mailbox: of a notice that waits (`notice`, `held`), or one still to come."""

    case: str
    clock: str
    template: str
    role: str
    mailbox: str
    at: datetime
    due: date | None
    notice: int | None = None
    held: bool = False


@dataclass(frozen=True)
class Box:
    """What goes to one mailbox; an empty name means that nobody holds the role."""

    mailbox: str
    letters: Sequence[Letter]


@dataclass(frozen=True)
class Post:
    """A day's post. `more` says how many notices and cases are not shown."""

    day: date
    waiting: Sequence[Box]
    coming: Sequence[Box]
    more: int


def next_working_day(today: date) -> date:
    """The inspectorate's next working day after today."""
    calendar = load_calendars().of(Division.ENGLAND_AND_WALES)
    return calendar.on_or_after(today + timedelta(days=1))


def post_of(database: Database, day: date) -> Post:
    """What waits, and what comes on `day`."""
    with database.reading() as session:
        waiting, unseen = _waiting(session)
        rows = _cases_with_a_rung_on(session, day)
        shown = rows[:MOST]
        known = [case for _, case in waiting if case is not None]
        addresses = Addresses(session, day)
        addresses.read_ahead([*known, *shown])
        return Post(
            day=day,
            waiting=_boxes(_waits(notice, case, addresses) for notice, case in waiting),
            coming=_boxes(_comes(session, shown, day, addresses)),
            more=unseen + len(rows) - len(shown),
        )


def _boxes(letters: Iterable[Letter]) -> Sequence[Box]:
    found: dict[str, list[Letter]] = {}
    for letter in letters:
        found.setdefault(letter.mailbox, []).append(letter)
    return [
        Box(mailbox, sorted(of_box, key=lambda one: (one.at, one.case, one.clock)))
        for mailbox, of_box in sorted(found.items())
    ]


# What waits


def _waiting(session: Session) -> tuple[Sequence[tuple[Notice, CaseRow | None]], int]:
    still = col(Notice.state).in_([NoticeState.due.value, NoticeState.claimed.value])
    rows = session.exec(
        select(Notice, CaseRow)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id, isouter=True)
        .where(still)
        .order_by(col(Notice.fell_at), col(Notice.id))
        .limit(MOST)
    ).all()
    total = session.exec(select(func.count()).select_from(Notice).where(still)).one()
    return rows, total - len(rows)


def _waits(notice: Notice, case: CaseRow | None, addresses: Addresses) -> Letter:
    address = addresses.find(case, Role(notice.role))
    return Letter(
        case=notice.case_id,
        clock=notice.clock,
        template=notice.template,
        role=notice.role,
        mailbox=address.mailbox if address else "",
        at=notice.fell_at,
        due=notice.due,
        notice=notice.id,
        held=notice.held,
    )


# What comes

Kind = tuple[str, date, str, str, str]
"""What makes the rungs of two clocks fall on the same days: kind, due date, policy, calendar, division."""


def _cases_with_a_rung_on(session: Session, day: date) -> Sequence[CaseRow]:
    kinds = (
        col(ClockRow.kind),
        col(ClockRow.due),
        col(CaseRow.policy_hash),
        col(CaseRow.calendar_hash),
        col(CaseRow.division),
    )
    running: tuple[ColumnElement[bool], ...] = (
        col(ClockRow.case_id) == col(CaseRow.id),
        col(ClockRow.state) == ClockState.running.value,
        col(ClockRow.due).is_not(None),
        col(CaseRow.ended_on).is_(None),
    )
    found = session.connection().execute(select(*kinds).where(*running).distinct())  # type: ignore[call-overload]
    on_the_day = [kind for kind in (tuple(row) for row in found) if _has_rung_on(kind, day)]
    rows: dict[str, CaseRow] = {}
    for start in range(0, len(on_the_day), BATCH):
        query = select(CaseRow).where(*running, tuple_(*kinds).in_(on_the_day[start : start + BATCH]))
        rows |= {row.id: row for row in session.exec(query.order_by(col(CaseRow.id)).distinct())}
    return list(rows.values())


def _has_rung_on(kind: Kind, day: date) -> bool:
    clock, due, policy, calendar, division = kind
    try:
        rules = rules_for(policy, calendar, division)
    except UnknownRules:
        return False
    rule = rules.policy.clocks.get(clock)
    return rule is not None and any(local_date(step.at) == day for step in steps(rule, due, rules))


def _comes(session: Session, rows: Sequence[CaseRow], day: date, addresses: Addresses) -> Iterable[Letter]:
    by_id = {row.id: row for row in rows}
    for case in _folded(session, list(by_id)):
        row = by_id[case.id]
        rules = rules_for(row.policy_hash, row.calendar_hash, row.division)
        for entry in agenda(case, rules):
            if local_date(entry.at) == day and entry.reason is None:
                yield from _letters(row, entry, addresses)


def _letters(row: CaseRow, entry: Entry, addresses: Addresses) -> Iterable[Letter]:
    for role in entry.roles:
        address = addresses.find(row, role)
        yield Letter(
            case=row.id,
            clock=entry.clock,
            template=entry.template,
            role=role.value,
            mailbox=address.mailbox if address else "",
            at=entry.at,
            due=entry.due,
        )


def _folded(session: Session, ids: Sequence[str]) -> Iterable[Case]:
    """Cases as the folds of their streams, all read at once."""
    cases = {case_id: Case(id=case_id) for case_id in ids}
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_(ids))
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    for row in rows:
        cases[row.stream] = fold(cases[row.stream], to_recorded(row).event)
    return cases.values()
