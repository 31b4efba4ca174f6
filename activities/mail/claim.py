"""The claim: one conditional write that takes what is ripe and true, for one worker only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from activities.mail.addressing import Address, Addresses
from activities.mail.cover import Covers, gone
from activities.mail.lease import Lease
from activities.mail.orders import Freeze, in_force
from activities.mail.truth import why_not
from activities.mail.waiting import NO_CONTACT, postpone
from lifecycle.dates import local_date, long_date
from lifecycle.words import Role
from models.tables import CaseRow, ClockRow, Notice, NoticeState

Ripe = tuple[Notice, CaseRow | None, ClockRow | None]
Rows = Select[Notice, CaseRow, ClockRow]


@dataclass(frozen=True)
class Told:
    """A notice with its case and clock (none for a digest, which has neither), and the mailbox it goes to."""

    notice: Notice
    case: CaseRow | None
    clock: ClockRow | None
    address: Address


@dataclass(frozen=True)
class Claim:
    """What one claim took, and how many notices it found no longer true."""

    told: tuple[Told, ...]
    suppressed: int


def claim(
    session: Session, now: datetime, lease: Lease, limit: int, *, after: datetime | None = None
) -> Claim:
    """Take up to `limit` notices, and with each those of whoever covers for its role.

    Those no longer true are recorded as not sent, those without a mailbox wait. With `after`, only those whose time
    came later: the others are a backlog that a person has to release.
    """
    addresses = Addresses(session, local_date(now))
    covers = Covers(session, addresses)
    told, suppressed = [], 0
    for notice, case, clock in _ripe(session, now, in_force(session, now), limit, after):
        reason = why_not(session, notice, case, clock)
        address = covers.address(case, notice)
        if reason is not None or (notice.cover and address is None):
            suppress(notice, reason.value if reason else gone(notice))
            suppressed += 1
            continue
        for copy, of_cover in covers.copies(case, notice):
            session.add(copy)
            told.append(_taken(Told(copy, case, clock, of_cover), lease))
        if address is None:
            _nobody_there(session, notice, case, addresses, now)
        else:
            told.append(_taken(Told(notice, case, clock, address), lease))
    session.flush()
    return Claim(tuple(told), suppressed)


def _taken(told: Told, lease: Lease) -> Told:
    told.notice.state = NoticeState.claimed.value
    told.notice.lease, told.notice.lease_until = lease.token, lease.until()
    return told


def with_case_and_clock(*conditions: ColumnElement[bool] | bool) -> Rows:
    """Notices with their rows, in an order that every run shares."""
    return (
        select(Notice, CaseRow, ClockRow)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id, isouter=True)
        .join(
            ClockRow,
            and_(col(ClockRow.case_id) == Notice.case_id, col(ClockRow.id) == Notice.clock),
            isouter=True,
        )
        .where(*conditions)
        .order_by(*ORDER)
    )


ORDER = (
    col(Notice.not_before),
    col(Notice.case_id),
    col(Notice.clock),
    col(Notice.version),
    col(Notice.rung),
    col(Notice.role),
)


def suppress(notice: Notice, reason: str) -> None:
    """Not sent, and why: every suppression is recorded."""
    notice.state = NoticeState.not_sent.value
    notice.reason = reason
    notice.lease = notice.lease_until = None


def _ripe(
    session: Session, now: datetime, freeze: Freeze, limit: int, after: datetime | None
) -> Sequence[Ripe]:
    query = with_case_and_clock(
        Notice.state == NoticeState.due.value,
        col(Notice.held).is_(False),
        Notice.not_before <= now,
        *([] if after is None else [col(Notice.not_before) > after]),
        *freeze.spares(),
    )
    found = session.exec(query.limit(limit).with_for_update(skip_locked=True, of=Notice))
    return [(notice, case, clock) for notice, case, clock in found]


def _nobody_there(
    session: Session, notice: Notice, case: CaseRow | None, addresses: Addresses, now: datetime
) -> None:
    role = notice.role.replace("_", " ")
    owner = addresses.owner(case, Role(notice.role))
    whom = f"{owner} has no mailbox for its {role}" if owner else f"nobody is named as its {role}"
    postpone(
        session,
        notice,
        NO_CONTACT,
        f"On {long_date(addresses.day)} {whom}, so {notice.template} about {notice.case_id} cannot leave.",
        f"Add a contact for {owner or 'the oversight body, and the body it oversees,'} with the role {notice.role}, "
        "in force today. The notice is tried again each hour.",
        now,
    )
