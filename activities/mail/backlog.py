"""After an outage: late mail is held until a person has seen what would leave, and then leaves so many a minute.

An order of kind `recovery` stands for it: what should have left by its `effective_at` is the backlog; it is held
until `lifted_at`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.ledger.repairs import close_repair, open_repair
from activities.mail.orders import in_force
from activities.mail.relay import Outcome
from activities.mail.repair import HELD
from activities.mail.settle import repair_id
from activities.mail.waiting import natural_key
from lifecycle.dates import local_date, long_date
from lifecycle.words import ENGINE
from models.database import lock
from models.tables import Attempt, CaseRow, Mail, MailState, Notice, NoticeState, Order, Repair

RECOVERY = "recovery"
OUR_SYSTEM = "our system could not send messages for a time"
MINUTE = timedelta(minutes=1)
UNSENT = (MailState.composed.value, MailState.deferred.value)


@dataclass(frozen=True)
class Pace:
    """`late`: how long mail may wait before a person is asked. `per_minute`: how many mails of a backlog then leave."""

    late: timedelta
    per_minute: int


def held_back(session: Session, now: datetime, pace: Pace) -> Order | None:
    """The order that holds a backlog, given now if something has waited too long; None when nothing is held."""
    lock(session.connection(), "mail/recovery")
    standing = session.exec(_orders().where(col(Order.lifted_at).is_(None))).first()
    if standing is not None:
        return standing
    oldest = _oldest_late(session, now, pace)
    return _hold(session, now, oldest) if oldest is not None else None


def release(session: Session, order: Order, actor: str, reason: str, now: datetime) -> None:
    """Let the backlog go, at its pace. `reason` completes the sentence that each mail says: it is late because …"""
    order.details = {**order.details, "released_by": actor, "reason": reason or OUR_SYSTEM}
    order.lifted_at = now
    repair = session.get(Repair, RECOVERY)
    if repair is not None and repair.closed_at is None:
        close_repair(session, RECOVERY, actor)


def released(session: Session) -> Order | None:
    """The order that was lifted last: what should have left by its instant is sent as a backlog."""
    return session.exec(_orders().where(col(Order.lifted_at).is_not(None))).first()


def paced(session: Session, mail_ids: Iterable[str]) -> frozenset[str]:
    """Which of these mails carry something of a released backlog."""
    order = released(session)
    if order is None:
        return frozenset()
    found = select(Notice.mail_id).where(
        col(Notice.mail_id).in_(list(mail_ids)), Notice.not_before <= order.effective_at
    )
    return frozenset(one for one in session.exec(found) if one)


def has_room(session: Session, now: datetime, pace: Pace) -> bool:
    """Whether one more mail of a backlog may leave in this minute; nobody else can take the place meanwhile."""
    lock(session.connection(), "mail/pace")
    tried = select(func.count()).select_from(Attempt).where(Attempt.started_at > now - MINUTE)
    return session.exec(tried).one() < pace.per_minute


def explanation(session: Session, notices: Iterable[Notice], now: datetime) -> str:
    """Why a mail is late, for a mail of a released backlog; empty for any other."""
    order = released(session)
    if order is None:
        return ""
    today = local_date(now)
    days = {local_date(one.not_before) for one in notices if one.not_before <= order.effective_at}
    late = sorted(day for day in days if day < today)
    if not late:
        return ""
    when = f"on {long_date(late[0])}"
    if late[0] != late[-1]:
        when = f"between {long_date(late[0])} and {long_date(late[-1])}"
    return f"This was due {when} and is late because {order.details.get('reason', OUR_SYSTEM)}."


def _waiting() -> ColumnElement[bool]:
    """Notices that may leave and have not: due, or in a mail that no server has ever seen."""
    doubtful = select(Attempt.mail_id).where(Attempt.outcome == Outcome.unknown.value)
    unsent = select(Mail.id).where(
        col(Mail.state).in_(UNSENT),
        col(Mail.code).is_(None),
        col(Mail.held).is_(False),
        col(Mail.id).not_in(doubtful),
    )
    return and_(
        col(Notice.held).is_(False),
        or_(
            col(Notice.state) == NoticeState.due.value,
            and_(col(Notice.state) == NoticeState.claimed.value, col(Notice.mail_id).in_(unsent)),
        ),
    )


def _oldest_late(session: Session, now: datetime, pace: Pace) -> datetime | None:
    """When what waits longest should have left, if that is too long ago and nobody has released it yet."""
    before = released(session)
    late = (
        select(Notice)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id, isouter=True)
        .where(_waiting(), Notice.not_before < now - pace.late, *in_force(session, now).spares())
        .order_by(col(Notice.not_before), col(Notice.id))
    )
    if before is not None and before.lifted_at is not None:
        late = late.where(Notice.fell_at > before.lifted_at)
    return next((one.not_before for one in session.exec(late) if not _was_held(session, one)), None)


def _was_held(session: Session, notice: Notice) -> bool:
    """It waited because an operator held it, or its mail; and left late by that person's word."""
    keys = (natural_key(notice), *([notice.mail_id] if notice.mail_id else []))
    return any(session.get(Repair, repair_id(HELD, key)) is not None for key in keys)


def _hold(session: Session, now: datetime, oldest: datetime) -> Order:
    order = Order(
        id=f"{RECOVERY}/{now.isoformat()}",
        kind=RECOVERY,
        actor=ENGINE,
        on=local_date(now),
        effective_at=now,
        details={"oldest": oldest.isoformat()},
    )
    session.add(order)
    session.flush()
    open_repair(
        session,
        RECOVERY,
        "mail",
        RECOVERY,
        f"Mail has waited since {long_date(local_date(oldest))}. So that nobody is flooded, what should have left "
        "by now is held until a person has looked at it; what falls due from now on leaves as usual.",
        "followthrough mail recovery shows what would leave; --go --as PERSON releases it.",
    )
    return order


def _orders() -> SelectOfScalar[Order]:
    return select(Order).where(Order.kind == RECOVERY).order_by(col(Order.effective_at).desc())
