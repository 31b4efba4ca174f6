"""The invariants of the design, asked after every step of whatever the step touched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from activities.ledger.chain import FIRST, digest, to_event
from activities.ledger.projection import case_values, clock_values
from activities.mail.waiting import natural_key
from audit.rows import papers
from audit.shelf import read_shelf
from audit.whole import differences
from benchmarks.simulation.engine import Engine, Seat
from benchmarks.simulation.figures import Broken
from lifecycle import events as e
from lifecycle.agenda import agenda
from lifecycle.case import Case, fold
from lifecycle.dates import local_date
from lifecycle.rules import rules_for
from models.database import Database
from models.tables import CaseRow, ClockRow, Contact, EventRow, Mail, Notice, NoticeState
from models.tables.core import CASES, CLOCKS

LATE = timedelta(minutes=5)
"""What a case that has its workflow may take to record a rung: an append tries for so long."""
ACT = "act"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Rung = tuple[str, int, str]


@dataclass
class Known:
    """A case as the watch has folded it, the hash of its last event, and the rungs to come.

    `caught_up_at` is when its workflow no longer stood behind its ledger.
    """

    case: Case
    head: str = FIRST
    forecast: dict[Rung, datetime] | None = None
    next_rung: datetime | None = None
    behind: bool = False
    caught_up_at: datetime = LONG_AGO


class Watch:
    """Folds every case beside the product, and compares. `arrived` counts the copies of each message."""

    def __init__(self, database: Database, engine: Engine, arrived: Mapping[str, int]) -> None:
        self.database = database
        self.engine = engine
        self.arrived = arrived
        self.known: dict[str, Known] = {}
        self.events = 0
        self.message_of: dict[str, str] = {}
        self._shelf = read_shelf()

    def step(self, streams: Iterable[str]) -> None:
        """Raises Broken."""
        self._nothing_failed()
        with self.database.reading() as session:
            for stream in streams:
                self._look(session, stream)

    def _nothing_failed(self) -> None:
        wrong = [*self.engine.failures, *self.engine.loop.broken]
        if wrong:
            raise Broken("; ".join(wrong))

    # --- one case -----------------------------------------------------------------------------------------------

    def _look(self, session: Session, stream: str) -> None:
        known = self.known.setdefault(stream, Known(Case(id=stream)))
        new = session.exec(
            select(EventRow)
            .where(EventRow.stream == stream, EventRow.seq > known.case.seq)
            .order_by(col(EventRow.seq))
        ).all()
        for row in new:
            self._fold(known, row)
        if new:
            self._rows_equal_the_fold(session, known)
            self._notices_fit(session, known.case)
            self._forecast(known)
        seat = self.engine.seats.get(stream)
        if seat is not None:
            self._seat(seat, known)

    def _fold(self, known: Known, row: EventRow) -> None:
        """Chains are whole; a rung was on the agenda, and no earlier than its time; two people assess and authorise."""
        self.events += 1
        _must(row.seq == known.case.seq + 1, f"{row.stream}: event {row.seq} after {known.case.seq}")
        _must(row.previous_hash == known.head, f"{row.stream} {row.seq}: the chain is broken")
        _must(digest(row.model_dump()) == row.hash, f"{row.stream} {row.seq}: not its hash")
        event = to_event(row)
        self._was_forecast(known, event)
        if isinstance(event, e.Authorised):
            _must(event.actor != known.case.assessed_by, f"{row.stream}: one person assessed and authorised")
        known.case, known.head = fold(known.case, event), row.hash

    def _was_forecast(self, known: Known, event: e.Event) -> None:
        if isinstance(event, e.RungFell):
            rung: Rung = (event.clock, event.version, event.rung)
            _must(event.scheduled <= event.at, f"{known.case.id}: {rung} fell before its time")
        elif isinstance(event, e.RungPassed):
            rung = (event.clock, event.version, event.passed.rung)
        else:
            return
        _must(rung in (known.forecast or {}), f"{known.case.id}: {rung} was on no agenda")

    def _forecast(self, known: Known) -> None:
        case = known.case
        coming = agenda(case, rules_for(case.policy_hash, case.calendar_hash, case.division))
        known.forecast = {(one.clock, one.version, one.rung): one.at for one in coming}
        known.next_rung = min(known.forecast.values(), default=None)

    def _rows_equal_the_fold(self, session: Session, known: Known) -> None:
        row = session.connection().execute(rows_of(CASES).where(CASES.c.id == known.case.id)).mappings().one()
        for name, value in (case_values(known.case) | {"head_hash": known.head}).items():
            _must(row[name] == value, f"{known.case.id}: its row's {name} is {row[name]!r}, not {value!r}")
        clocks = (
            session.connection().execute(rows_of(CLOCKS).where(CLOCKS.c.case_id == known.case.id)).mappings()
        )
        kept = {clock["id"]: dict(clock) for clock in clocks}
        wanted = {name: clock_values(known.case.id, clock) for name, clock in known.case.clocks.items()}
        _must(kept == wanted, f"{known.case.id}: its clocks' rows are not its fold")

    def _notices_fit(self, session: Session, case: Case) -> None:
        """Nothing waits to be said of a clock that is closed, or of an older due date; but of what fell in the very
        append that closed it, the dispatcher judges."""
        due = select(Notice).where(
            Notice.case_id == case.id, Notice.state == NoticeState.due.value, Notice.clock != ACT
        )
        for notice in session.exec(due):
            clock = case.clocks[notice.clock]
            _must(
                (clock.running and clock.version == notice.version) or _closed_as_it_fell(session, notice),
                f"{case.id}: {notice.clock} {notice.rung} to {notice.role} is due, of a clock that is not",
            )

    def _seat(self, seat: Seat, known: Known) -> None:
        """A workflow holds what the ledger holds, and none is late, unless it waits for repair."""
        if seat.conductor.parked or seat.handed or seat.conductor._writing.locked():
            return
        held = seat.conductor.case
        if held.seq == known.case.seq:
            _must(held == known.case, f"{seat.id}: its workflow folds to something else")
        if known.behind:
            known.caught_up_at = self.engine.now()
        known.behind = held.seq < known.case.seq
        if not known.behind and not self.engine.down:
            self._in_time(seat, known)

    def _in_time(self, seat: Seat, known: Known) -> None:
        """One that was behind knows of a rung only since it caught up."""
        if (
            known.next_rung is not None
            and self.engine.now() > max(known.next_rung, known.caught_up_at) + LATE
        ):
            raise Broken(f"{seat.id}: a rung of {known.next_rung} is not recorded at {self.engine.now()}")

    # --- the post -----------------------------------------------------------------------------------------------

    def leaves(self, message_id: str) -> None:
        """Just before a mail is handed over: everything in it is true, and for this mailbox."""
        with self.database.reading() as session:
            mail, notices = _mail(session, message_id)
            for notice in notices:
                self._is_true(session, notice, mail)
                said = self.message_of.setdefault(natural_key(notice), message_id)
                _must(
                    said == message_id or not self.arrived[said], f"{natural_key(notice)} leaves in two mails"
                )

    def _is_true(self, session: Session, notice: Notice, mail: Mail) -> None:
        if notice.clock == ACT:
            return
        row, clock = (
            session.get(CaseRow, notice.case_id),
            session.get(ClockRow, (notice.case_id, notice.clock)),
        )
        _must(row is not None and row.ended_on is None, f"{notice.case_id} has ended: {mail.subject}")
        _must(
            clock is not None
            and (
                (clock.state == "running" and clock.version == notice.version)
                or _tells_that_none_came(notice)
            ),
            f"{notice.case_id}: {notice.clock} is closed or moved, and {notice.rung} leaves",
        )
        self._still_there(session, mail)

    def _still_there(self, session: Session, mail: Mail) -> None:
        today = local_date(self.engine.now())
        holders = session.exec(
            select(Contact).where(
                Contact.mailbox == mail.mailbox,
                col(Contact.since) <= today,
                (col(Contact.until).is_(None)) | (col(Contact.until) > today),
            )
        )
        _must(holders.first() is not None, f"{mail.mailbox} holds no office on {today}, and is written to")

    # --- a second count -----------------------------------------------------------------------------------------

    def audit(self, streams: list[str], now: datetime) -> None:
        """The self-audit, which shares no arithmetic with the engine, finds nothing in these cases."""
        with self.database.reading() as session:
            found = list(differences(papers(session, streams), self._shelf, now))
        if found:
            raise Broken("; ".join(f"{one.kind} {one.subject}: {one.cause}" for one in found[:5]))


def _mail(session: Session, message_id: str) -> tuple[Mail, list[Notice]]:
    mail = session.exec(select(Mail).where(Mail.message_id == message_id)).one()
    told = select(Notice).where(Notice.mail_id == mail.id, Notice.state == NoticeState.claimed.value)
    return mail, list(session.exec(told))


def _closed_as_it_fell(session: Session, notice: Notice) -> bool:
    fell = session.get_one(EventRow, (notice.case_id, notice.cause_seq))
    later = select(EventRow).where(
        EventRow.stream == notice.case_id, EventRow.seq > notice.cause_seq, EventRow.kind == "clock_ended"
    )
    return any(
        event.at == fell.at and event.details["clock"] == notice.clock for event in session.exec(later)
    )


def _tells_that_none_came(notice: Notice) -> bool:
    """The one rung that ends its clock itself: no comment on the draft came by its date."""
    return notice.rung == "lapsed" and notice.due is not None and local_date(notice.fell_at) > notice.due


def _must(true: bool, said: str) -> None:
    if not true:
        raise Broken(said)
