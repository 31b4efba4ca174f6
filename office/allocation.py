"""Allocation: which inspector has a case. Dated rows, by whom and why; unallocated cases are everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from lifecycle.dates import local_date
from lifecycle.words import Refused, Role
from models.database import Database, lock
from models.tables import Allocation, CaseRow, Person, PersonRole
from office.batches import Outcome
from office.conflicts import has_conflict
from office.people import INSPECTORATE, NotAllowed, find_actor
from office.rights import INSPECTORS, role_for

LONGEST_REASON = 500


@dataclass(frozen=True)
class Held:
    """One stretch of a case's allocation."""

    person: str
    name: str
    by: str
    reason: str
    since: datetime
    until: datetime | None


def allocate(
    database: Database, actor: str, case_ids: Sequence[str], person: str | None, reason: str, now: datetime
) -> list[Outcome]:
    """Give cases to a person, or to nobody when None. Each is judged alone: those that can be given are.

    An inspector may take a case that nobody has, and give back an own one; the rest is for leads and operations.

    Raises:
        NotAllowed, Refused: for who asks, for a person who cannot be given cases, or a reason too long.
    """
    with database.writing() as session:
        leads = _may_allocate(session, actor, person, now)
        if person is not None:
            _refuse_unfit(session, person, now)
        if len(reason) > LONGEST_REASON:
            raise Refused(f"Give the reason in at most {LONGEST_REASON} characters.")
        outcomes = []
        for case_id in dict.fromkeys(case_ids):
            try:
                outcomes.append(_give(session, actor, case_id, person, reason.strip(), now, leads))
            except (Refused, NotAllowed) as refused:
                outcomes.append(Outcome(case_id, refused=str(refused)))
        return outcomes


def _may_allocate(session: Session, actor: str, person: str | None, now: datetime) -> bool:
    """Whether the actor allocates to others; raises NotAllowed for who may not even take cases."""
    who = find_actor(session, actor, local_date(now))
    try:
        role_for(who, "allocate", "", None)
    except NotAllowed:
        if person not in (None, actor):
            raise
        role_for(who, "take_case", "", None)
        return False
    return True


def _refuse_unfit(session: Session, person: str, now: datetime) -> None:
    who = find_actor(session, person, local_date(now))
    if not any(who.holds(role, (INSPECTORATE,)) for role in INSPECTORS):
        raise Refused(f"{person} is no inspector, so no case can be given to them. Choose somebody who is.")


def _give(
    session: Session, actor: str, case_id: str, person: str | None, reason: str, now: datetime, leads: bool
) -> Outcome:
    row = session.get(CaseRow, case_id)
    if row is None or row.kind != "recommendation":
        raise Refused(f"There is no case {case_id!r} to allocate.")
    if row.ended_on is not None:
        raise Refused(f"It has ended ({row.stage.replace('_', ' ')}); nobody needs to look after it.")
    if person is not None and has_conflict(session, person, row.body_id, local_date(now)):
        raise Refused(f"{person} has a conflict of interest with {row.body_id}. Choose somebody else.")
    lock(session.connection(), f"allocation/{case_id}")
    current = _current(session, case_id)
    if not leads and current is not None and current.person_id != actor:
        raise Refused(f"{current.person_id} has it. Ask a lead inspector to give it to you.")
    if (current.person_id if current else None) == person:
        return Outcome(case_id, said="no change")
    if current is not None:
        current.until, current.ended_by = now, actor
        session.add(current)
    if person is None:
        return Outcome(case_id, said="now everybody's")
    session.add(Allocation(case_id=case_id, person_id=person, by=actor, reason=reason, since=now))
    return Outcome(case_id, said=f"given to {person}")


def _current(session: Session, case_id: str) -> Allocation | None:
    return session.exec(
        select(Allocation)
        .where(Allocation.case_id == case_id, col(Allocation.until).is_(None))
        .order_by(col(Allocation.id))
    ).first()


def history(database: Database, case_id: str) -> list[Held]:
    """Who had the case, newest first."""
    with database.reading() as session:
        rows = session.exec(
            select(Allocation, Person.name)
            .join(Person, col(Person.id) == Allocation.person_id)
            .where(Allocation.case_id == case_id)
            .order_by(col(Allocation.id).desc())
        )
        return [Held(one.person_id, name, one.by, one.reason, one.since, one.until) for one, name in rows]


def inspectors(database: Database, now: datetime) -> list[tuple[str, str]]:
    """Those to whom cases can be given: id and name."""
    today = local_date(now)
    with database.reading() as session:
        rows = session.exec(
            select(Person)
            .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
            .where(
                col(PersonRole.role).in_([Role.inspector.value, Role.lead_inspector.value]),
                PersonRole.owner == INSPECTORATE,
                col(Person.until).is_(None) | (col(Person.until) > today),
            )
            .order_by(col(Person.name), col(Person.id))
        )
        return list({row.id: (row.id, row.name) for row in rows}.values())
