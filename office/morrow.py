"""Tomorrow's post: what goes out on a day if nobody acts, by mailbox; and what waits to go already.

An agenda is worked out from a case's whole stream. So that this stays quick with very many cases, streams are read only
for one page of the cases with a clock that has a rung on that day: the policies tell which due dates those are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlmodel import Session, col, select

from activities.ledger.chain import to_recorded
from activities.mail.addressing import Addresses
from config.calendar_files import load_calendars
from config.policy_files import load_policies
from lifecycle.agenda import Entry, agenda
from lifecycle.calendars import Division
from lifecycle.case import Case, ClockState, fold
from lifecycle.dates import local_date
from lifecycle.ladder import rung_day
from lifecycle.policy import Anchor, ClockRule, Rung
from lifecycle.rules import Rules, rules_for
from lifecycle.words import Role
from models.database import Database
from models.tables import CaseRow, ClockRow, EventRow, Notice, NoticeState

PAGE = 50
"""So many cases, and so many waiting notices, are shown at once."""


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
    """A page of a day's post. `notices` that wait and `cases` to be told something are how many there are in all."""

    day: date
    waiting: Sequence[Box]
    coming: Sequence[Box]
    notices: int
    cases: int


def whole_post(database: Database, day: date) -> Iterator[Letter]:
    """All that comes on `day` if nobody acts, case by case; then all that waits to leave already."""
    with database.reading() as session:
        addresses = Addresses(session, day)
        page, cases = 1, PAGE + 1
        while (page - 1) * PAGE < cases:
            ids, cases = _cases_with_a_rung_on(session, day, page, PAGE)
            rows = session.exec(select(CaseRow).where(col(CaseRow.id).in_(ids))).all()
            addresses.read_ahead(rows)
            yield from sorted(_comes(session, rows, day, addresses), key=lambda one: (one.case, one.at))
            page += 1
        page, notices = 1, PAGE + 1
        while (page - 1) * PAGE < notices:
            waiting, notices = _waiting(session, page, PAGE)
            addresses.read_ahead([case for _, case in waiting if case is not None])
            yield from (_waits(notice, case, addresses) for notice, case in waiting)
            page += 1


def next_working_day(today: date) -> date:
    """The inspectorate's next working day after today."""
    calendar = load_calendars().of(Division.ENGLAND_AND_WALES)
    return calendar.on_or_after(today + timedelta(days=1))


def post_of(database: Database, day: date, *, page: int = 1, waits: int = 1, size: int = PAGE) -> Post:
    """What comes on `day`, a page of cases at a time; and what waits, a page (`waits`) of notices at a time."""
    with database.reading() as session:
        waiting, notices = _waiting(session, waits, size)
        ids, cases = _cases_with_a_rung_on(session, day, page, size)
        shown = session.exec(select(CaseRow).where(col(CaseRow.id).in_(ids))).all()
        known = [case for _, case in waiting if case is not None]
        addresses = Addresses(session, day)
        addresses.read_ahead([*known, *shown])
        return Post(
            day=day,
            waiting=_boxes(_waits(notice, case, addresses) for notice, case in waiting),
            coming=_boxes(_comes(session, shown, day, addresses)),
            notices=notices,
            cases=cases,
        )


def _within(page: int, total: int, size: int) -> int:
    """The page asked for, kept within those that there are."""
    return min(max(1, page), max(1, -(-total // size)))


def _boxes(letters: Iterable[Letter]) -> Sequence[Box]:
    found: dict[str, list[Letter]] = {}
    for letter in letters:
        found.setdefault(letter.mailbox, []).append(letter)
    return [
        Box(mailbox, sorted(of_box, key=lambda one: (one.at, one.case, one.clock)))
        for mailbox, of_box in sorted(found.items())
    ]


# What waits


def _waiting(session: Session, page: int, size: int) -> tuple[Sequence[tuple[Notice, CaseRow | None]], int]:
    still = col(Notice.state).in_([NoticeState.due.value, NoticeState.claimed.value])
    total = session.exec(select(func.count()).select_from(Notice).where(still)).one()
    rows = session.exec(
        select(Notice, CaseRow)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id, isouter=True)
        .where(still)
        .order_by(col(Notice.fell_at), col(Notice.id))
        .limit(size)
        .offset((_within(page, total, size) - 1) * size)
    ).all()
    return rows, total


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

Held = tuple[str, str, str]
"""The rules that a case holds: policy, calendar, division."""
Dues = tuple[tuple[str, tuple[date, ...]], ...]
"""For each kind of clock, the due dates with a rung on the day that is asked for."""
HOLIDAYS = 10
"""So many days at most is a rung away from where its count alone would put it."""


def _cases_with_a_rung_on(session: Session, day: date, page: int, size: int) -> tuple[Sequence[str], int]:
    """The ids of a page of open cases, body by body, and how many such cases there are."""
    falls = (
        select(col(CaseRow.id), col(CaseRow.body_id))
        .join(ClockRow, col(ClockRow.case_id) == col(CaseRow.id))
        .where(*_falls_on(day))
        .distinct()
        .subquery()
    )
    counted = select(falls.c.id, func.count().over()).order_by(falls.c.body_id, falls.c.id)
    rows = session.exec(counted.limit(size).offset((max(1, page) - 1) * size)).all()
    if not rows and page > 1:
        _, total = _cases_with_a_rung_on(session, day, 1, size)
        return _cases_with_a_rung_on(session, day, _within(page, total, size), size)
    return [row[0] for row in rows], rows[0][1] if rows else 0


@lru_cache(maxsize=100)
def _falls_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """Clocks that run and have a rung on that day, by the rules that their cases hold. A case that has ended has none.

    Rules that agree on the dates are one condition. None of it changes while the process runs.
    """
    agreed: dict[tuple[str, str, Dues], list[str]] = {}
    for policy, calendar, division in _on_file():
        agreed.setdefault((policy, calendar, _dues(policy, calendar, division, day)), []).append(division)
    every = {due for *_, dues in agreed for _, of_kind in dues for due in of_kind}
    return (
        col(ClockRow.state) == ClockState.running.value,
        col(ClockRow.due).in_(every),
        or_(
            false(),
            *(
                and_(
                    col(CaseRow.policy_hash) == policy,
                    col(CaseRow.calendar_hash) == calendar,
                    col(CaseRow.division).in_(divisions),
                    or_(
                        *(
                            and_(col(ClockRow.kind) == kind, col(ClockRow.due).in_(of_kind))
                            for kind, of_kind in dues
                        )
                    ),
                )
                for (policy, calendar, dues), divisions in agreed.items()
                if dues
            ),
        ),
    )


@cache
def _on_file() -> Sequence[Held]:
    """All rules that this program holds: a case under others has no agenda here."""
    policies = load_policies()
    calendars = [load_calendars(version) for version in sorted({policy.calendar for policy in policies})]
    return [
        (policy.hash, table.hash, division.value)
        for policy in policies
        for table in calendars
        for division in Division
    ]


@lru_cache(maxsize=10_000)
def _dues(policy: str, calendar: str, division: str, day: date) -> Dues:
    """Rules never change under their hashes, so neither does the answer."""
    rules = rules_for(policy, calendar, division)
    found = (
        (rule.kind, tuple(sorted({due for rung in rule.rungs for due in _dues_of(rung, day, rules, rule)})))
        for rule in rules.policy.clocks.values()
    )
    return tuple((kind, dues) for kind, dues in found if dues)


def _dues_of(rung: Rung, day: date, rules: Rules, rule: ClockRule) -> Iterable[date]:
    """The due dates that put this rung on that day: looked for where its count, in working days or not, may lead."""
    calendar = rules.calendar_for(rule)
    count = {Anchor.before: rung.count, Anchor.on: 0, Anchor.after: -rung.count}[rung.anchor]
    reach = sorted((count, 2 * count if rung.working else count))
    near = (day + timedelta(days=n) for n in range(reach[0] - HOLIDAYS, reach[1] + HOLIDAYS + 1))
    return (due for due in near if rung_day(rung, due, calendar) == day)


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
