"""What would leave if a backlog were released: each waiting notice, and what is to become of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from activities.mail.addressing import Addresses
from activities.mail.backlog import UNSENT, Pace, held_back, release
from activities.mail.claim import Ripe, suppress, with_case_and_clock
from activities.mail.cover import Covers, gone
from activities.mail.orders import HELD_BACK, Freeze, in_force
from activities.mail.repair import NotPossible, hold_notice
from activities.mail.templates import shows_due_date
from activities.mail.truth import ACT, why_not
from lifecycle.dates import local_date, long_date
from lifecycle.words import Reason
from models.tables import Mail, Notice, NoticeState, Order

DIGEST = "digest"


class Fate(StrEnum):
    """What is to become of a waiting notice."""

    useful = "useful"
    merged = "merged"
    obsolete = "obsolete"
    person = "needs_person"


@dataclass(frozen=True)
class Planned:
    """One waiting notice. `should_have_left` is when its time came; `why` explains any fate but useful."""

    notice: int
    case: str
    clock: str
    rung: str
    role: str
    mailbox: str
    due: date | None
    should_have_left: datetime
    fate: Fate
    why: str


@dataclass(frozen=True)
class Plan:
    """`held_since` is None when nothing is held back."""

    held_since: datetime | None
    notices: tuple[Planned, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many notices have each fate."""
        found = Counter(one.fate.value for one in self.notices)
        return {fate.value: found[fate.value] for fate in Fate}


def plan(session: Session, now: datetime, pace: Pace) -> Plan:
    """What is held back, or would be at the next run, oldest first. Changes nothing that a run would not."""
    order = held_back(session, now, pace)
    if order is None:
        return Plan(None, ())
    return Plan(order.effective_at, _judged(session, order, now))


def go(session: Session, actor: str, reason: str, now: datetime, pace: Pace) -> Plan:
    """Carry the plan out: record what is merged or obsolete, hold what needs a person, release the rest.

    Raises:
        NotPossible: when nothing is held back.
    """
    order = held_back(session, now, pace)
    if order is None:
        raise NotPossible("No mail is held back: there is nothing to release.")
    judged = _judged(session, order, now)
    for one in judged:
        _carry_out(session, one, actor)
    release(session, order, actor, reason, now)
    return Plan(order.effective_at, judged)


def _carry_out(session: Session, one: Planned, actor: str) -> None:
    """What is in a mail already is judged again when it is about to leave."""
    notice = session.get_one(Notice, one.notice)
    if one.fate is Fate.person and not notice.held and one.mailbox and one.why != HELD_BACK:
        hold_notice(session, one.notice, actor)
    elif one.fate in (Fate.merged, Fate.obsolete) and notice.state == NoticeState.due.value:
        suppress(notice, one.why)


def _judged(session: Session, order: Order, now: datetime) -> tuple[Planned, ...]:
    unsent = select(Mail.id).where(col(Mail.state).in_(UNSENT))
    rows = session.exec(
        with_case_and_clock(
            Notice.not_before <= order.effective_at,
            (col(Notice.state) == NoticeState.due.value)
            | ((col(Notice.state) == NoticeState.claimed.value) & col(Notice.mail_id).in_(unsent)),
        )
    ).all()
    judge = _Judge(
        session, now, newest_digest=max((n.case_id for n, _, _ in rows if n.template == DIGEST), default="")
    )
    return tuple(judge.of(ripe) for ripe in rows)


class _Judge:
    """Says what becomes of each notice, as of one day."""

    def __init__(self, session: Session, now: datetime, newest_digest: str) -> None:
        self.today = local_date(now)
        self._session = session
        self._covers = Covers(session, Addresses(session, self.today))
        self._freeze: Freeze = in_force(session, now)
        self._newest_digest = newest_digest

    def of(self, ripe: Ripe) -> Planned:
        notice, case, _ = ripe
        address = self._covers.address(case, notice)
        fate, why = self._fate(ripe, address is not None)
        assert notice.id is not None
        return Planned(
            notice=notice.id,
            case=notice.case_id,
            clock=notice.clock,
            rung=notice.rung,
            role=notice.role,
            mailbox=address.mailbox if address else "",
            due=notice.due,
            should_have_left=notice.not_before,
            fate=fate,
            why=why,
        )

    def _fate(self, ripe: Ripe, somebody_there: bool) -> tuple[Fate, str]:
        notice, case, clock = ripe
        reason = why_not(self._session, notice, case, clock)
        if reason is Reason.merged or (notice.template == DIGEST and notice.case_id != self._newest_digest):
            return Fate.merged, Reason.merged.value
        if reason is not None:
            return Fate.obsolete, reason.value
        if notice.cover and not somebody_there:
            return Fate.obsolete, gone(notice)
        why = self._needs_person(ripe, somebody_there)
        return (Fate.person, why) if why else (Fate.useful, "")

    def _needs_person(self, ripe: Ripe, somebody_there: bool) -> str:
        notice, case, _ = ripe
        if notice.held:
            return "held by an operator"
        if self._freeze.covers(notice.case_id, case):
            return HELD_BACK
        if not somebody_there:
            return "nobody holds this role today"
        if notice.clock == ACT and notice.due and notice.due < self.today and shows_due_date(notice.template):
            return f"it asks for something by {long_date(notice.due)}, which has passed: move that date first"
        return ""
