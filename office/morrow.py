"""Tomorrow's post: what goes out on a day if nobody acts, by mailbox; and what waits to go already.

An agenda is worked out from a case's whole stream. So that this stays quick with very many cases, streams are read only
for cases with a clock that has a rung on that day: the clocks' rows and the policies tell which.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import func
from sqlalchemy import select as columns
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
        ids = _cases_with_a_rung_on(session, day)
        shown = session.exec(select(CaseRow).where(col(CaseRow.id).in_(ids[:MOST]))).all()
        known = [case for _, case in waiting if case is not None]
        addresses = Addresses(session, day)
        addresses.read_ahead([*known, *shown])
        return Post(
            day=day,
            waiting=_boxes(_waits(notice, case, addresses) for notice, case in waiting),
            coming=_boxes(_comes(session, shown, day, addresses)),
            more=unseen + len(ids) - len(shown),
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

Sort = tuple[str, date]
"""Kind and due date of a clock."""
Held = tuple[str, str, str]
"""The rules that a case holds: policy, calendar, division."""
RUNNING = (col(ClockRow.state) == ClockState.running.value, col(ClockRow.due).is_not(None))


def _cases_with_a_rung_on(session: Session, day: date) -> Sequence[str]:
    """Ids of open cases, in order."""
    held = [rules for rules in _rules_in_use(session) if _known(rules)]
    around = timedelta(days=max((_reach(rules) for rules in held), default=0))
    sorts = session.exec(
        select(col(ClockRow.kind), col(ClockRow.due))
        .where(*RUNNING, col(ClockRow.due).between(day - around, day + around))
        .distinct()
    ).all()
    wanted = {(*sort, *rules) for sort in sorts for rules in held if _has_rung_on(sort, rules, day)}
    return sorted(set(_of_these(session, wanted)))


def _rules_in_use(session: Session) -> Sequence[Held]:
    return session.exec(select(CaseRow.policy_hash, CaseRow.calendar_hash, CaseRow.division).distinct()).all()


def _of_these(session: Session, wanted: set[tuple[str, date | None, str, str, str]]) -> Iterable[str]:
    found = session.connection().execute(
        columns(
            col(CaseRow.id),
            col(ClockRow.kind),
            col(ClockRow.due),
            col(CaseRow.policy_hash),
            col(CaseRow.calendar_hash),
            col(CaseRow.division),
        )
        .join_from(ClockRow, CaseRow, col(CaseRow.id) == col(ClockRow.case_id))
        .where(*RUNNING, col(ClockRow.due).in_({one[1] for one in wanted}), col(CaseRow.ended_on).is_(None))
    )
    return (row[0] for row in found if tuple(row[1:]) in wanted)


def _known(held: Held) -> bool:
    try:
        rules_for(*held)
    except UnknownRules:
        return False
    return True


def _reach(held: Held) -> int:
    """How many days a rung can be from its due date: twice its working days, and some for a long holiday."""
    clocks = rules_for(*held).policy.clocks.values()
    return max((2 * rung.count + 10 for rule in clocks for rung in rule.rungs), default=0)


@lru_cache(maxsize=200_000)
def _has_rung_on(sort: Sort, held: Held, day: date) -> bool:
    """Rules never change under their hashes, so neither does the answer."""
    kind, due = sort
    rules = rules_for(*held)
    rule = rules.policy.clocks.get(kind)
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
