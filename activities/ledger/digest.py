"""The day's digest: what is overdue, due soon, waiting and unknown, as one text for the inspectorate's roles."""

import hashlib
from datetime import date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.heads import head
from lifecycle.dates import at_local, short_date
from lifecycle.words import Role
from models.messages import DigestMade, DigestStart
from models.tables import CaseRow, ClockRow, Notice, NoticeState, Repair, SealedText

LEAVES_AT = time(9)
TO = (Role.operations, Role.lead_inspector)


def make(session: Session, start: DigestStart) -> DigestMade:
    """Write the digest's text and one notice for each role; a second call finds them there."""
    stream = f"digest/{start.day}"
    if session.get(SealedText, stream) is not None:
        return DigestMade(day=start.day, notices=len(TO))
    at = at_local(start.day, LEAVES_AT)
    session.add(_sealed(stream, text(session, start.day), at))
    for role in TO:
        session.add(
            Notice(
                case_id=stream,
                clock="act",
                version=1,
                rung="digest",
                role=role.value,
                template="digest",
                cause_seq=0,
                fell_at=at,
                not_before=at,
            )
        )
    return DigestMade(day=start.day, notices=len(TO))


def text(session: Session, day: date) -> str:
    """The digest in words; figures from the ledger as it stands."""
    lines = [
        f"Cases open: {_open(session)}",
        f"Duties overdue: {_clocks(session, None, day - timedelta(days=1))}",
        f"Duties due in the next seven days: {_clocks(session, day, day + timedelta(days=7))}",
        f"Mails whose arrival is unknown: {_unknown(session)}",
        f"Repairs open: {_repairs(session)}",
        "",
        "Longest overdue:",
        *_longest(session, day),
        "",
        *_head(session),
    ]
    return "\n".join(lines)


def _head(session: Session) -> list[str]:
    """One hash over the ledger's chains, to be kept where nobody who can write to the ledger can reach it."""
    top = head(session)
    at = top.at.isoformat()
    checked = f"followthrough audit verify --at {at} --head {top.hash}"
    return [
        f"Head of the ledger at {at}, {top.events} events in {top.chains} chains:",
        top.hash,
        f"Keep this mail. To see later that nothing of then was changed: {checked}",
    ]


def _sealed(stream: str, said: str, at: datetime) -> SealedText:
    return SealedText(
        id=stream, kind="digest", hash=hashlib.sha256(said.encode()).hexdigest(), text=said, sealed_at=at
    )


def _open(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(CaseRow).where(col(CaseRow.ended_on).is_(None))
    ).one()


def _clocks(session: Session, since: date | None, until: date) -> int:
    query = (
        select(func.count())
        .select_from(ClockRow)
        .where(ClockRow.state == "running", col(ClockRow.due) <= until)
    )
    if since is not None:
        query = query.where(col(ClockRow.due) >= since)
    return session.exec(query).one()


def _unknown(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(Notice).where(Notice.state == NoticeState.unknown.value)
    ).one()


def _repairs(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Repair).where(col(Repair.closed_at).is_(None))).one()


def _longest(session: Session, day: date) -> list[str]:
    rows = session.exec(
        select(ClockRow)
        .where(ClockRow.state == "running", col(ClockRow.due) < day)
        .order_by(col(ClockRow.due), col(ClockRow.case_id))
        .limit(10)
    )
    return [
        f"- {row.case_id}: {row.kind}, due {short_date(row.due)}, {(day - row.due).days} days late"
        for row in rows
        if row.due is not None
    ] or ["- nothing"]
