"""Handing over in one act: the cases, the cover and the roles of one person go to another."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from lifecycle.words import Refused, Role
from models.database import Database
from models.tables import Allocation, CaseRow, Conflict, InspectorCover, PersonRole
from office.personnel import Change, Held, Kind, found, give, permitted, record, refuse_last
from office.revoking import revoke_in


@dataclass(frozen=True)
class HandedOver:
    """How much went over. `kept` are cases that could not: the other must not judge their body."""

    cases: int
    roles: int
    kept: tuple[str, ...]


def hand_over(
    database: Database, change: Change, leaver: str, successor: str, *, leaving: date | None = None
) -> HandedOver:
    """Give `leaver`'s open cases, cover and roles to `successor`, now; `leaver` leaves on that day, if one is given.

    The leaver keeps the roles until that day, or for good without one. When it has come, all that lets them in is
    revoked.

    Raises:
        NotAllowed.
        Refused: for one person twice, a successor who leaves too, or a day before today.
    """
    with database.writing() as session:
        permitted(session, change)
        _refuse(session, change, leaver, successor, leaving)
        roles = _roles(session, change, leaver, successor)
        cases, kept = _cases(session, change, leaver, successor)
        _cover(session, change, leaver, successor)
        record(
            session, change, leaver, Kind.handed_over, to=successor, cases=cases, roles=roles, kept=list(kept)
        )
        if leaving is not None:
            session.flush()
            refuse_last(session, leaver)
            person = found(session, leaver)
            person.until = leaving
            session.add(person)
            record(session, change, leaver, Kind.leaves, on=leaving)
            if leaving <= change.today:
                revoke_in(session, change, leaver)
    return HandedOver(cases, roles, kept)


def _refuse(session: Session, change: Change, leaver: str, successor: str, leaving: date | None) -> None:
    if not successor or leaver == successor:
        raise Refused("Choose somebody else to hand over to.")
    if successor == change.by:
        raise Refused("Nobody takes roles over by their own act: ask somebody else of operations.")
    found(session, leaver)
    if found(session, successor).until is not None:
        raise Refused(f"{successor} leaves too. Choose somebody who stays.")
    if leaving is not None and leaving < change.today:
        raise Refused("The day of leaving is past. Give today or a later day.")


def _roles(session: Session, change: Change, leaver: str, successor: str) -> int:
    given = 0
    for row in session.exec(select(PersonRole).where(PersonRole.person_id == leaver)).all():
        if session.get(PersonRole, (successor, row.role, row.owner)) is None:
            give(session, change, successor, Held(Role(row.role), row.owner))
            given += 1
    return given


def _cases(session: Session, change: Change, leaver: str, successor: str) -> tuple[int, tuple[str, ...]]:
    forbidden = _conflicts(session, successor, change.today)
    moved, kept = 0, []
    query = (
        select(Allocation, CaseRow.body_id)
        .join(CaseRow, col(CaseRow.id) == Allocation.case_id)
        .where(Allocation.person_id == leaver, col(Allocation.until).is_(None))
        .order_by(col(Allocation.case_id))
    )
    for allocation, body in session.exec(query).all():
        if body in forbidden:
            kept.append(allocation.case_id)
            continue
        allocation.until, allocation.ended_by = change.now, change.by
        session.add(
            Allocation(
                case_id=allocation.case_id,
                person_id=successor,
                by=change.by,
                reason=change.reason.strip(),
                since=change.now,
            )
        )
        moved += 1
    return moved, tuple(kept)


def _conflicts(session: Session, person_id: str, today: date) -> set[str]:
    rows = session.exec(select(Conflict).where(Conflict.person_id == person_id, Conflict.since <= today))
    return {row.body_id for row in rows if row.until is None or row.until > today}


def _cover(session: Session, change: Change, leaver: str, successor: str) -> None:
    """Whoever the leaver would have covered for is covered by the successor, except for the successor's own leave."""
    rows = session.exec(
        select(InspectorCover).where(
            InspectorCover.cover_id == leaver,
            InspectorCover.until > change.today,
            InspectorCover.person_id != successor,
        )
    ).all()
    for row in rows:
        since = max(row.since, change.today)
        session.add(
            InspectorCover(
                person_id=row.person_id,
                cover_id=successor,
                since=since,
                until=row.until,
                by=change.by,
                made_at=change.now,
            )
        )
        row.until = since
