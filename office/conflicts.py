"""Conflicts of interest: who must not judge which body. The desk refuses their acts; allocation passes them by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from activities.mail.caretaker import conflict_on
from lifecycle.dates import local_date
from lifecycle.words import Refused, Role
from models.database import Database
from models.tables import Allocation, Body, CaseRow, Conflict, Person
from office.people import INSPECTORATE, NotAllowed, find_actor
from office.rights import INSPECTORS, role_for

STILL = ("take_back_assessment",)
"""What a conflict found later leaves to whoever has it: undoing one's own act."""


@dataclass(frozen=True)
class ConflictLine:
    """A conflict as a list shows it."""

    id: int
    person: str
    name: str
    body: str
    reason: str
    since: date


def has_conflict(session: Session, person: str, body: str, day: date) -> bool:
    found = select(Conflict.id).where(
        Conflict.person_id == person, Conflict.body_id == body, conflict_on(day)
    )
    return session.exec(found.limit(1)).first() is not None


def refuse_conflict(session: Session, person: str, role: Role, act: str, body: str, day: date) -> None:
    """Nobody acts as inspector or lead for a body with which they have a conflict.

    Raises:
        NotAllowed
    """
    if role in INSPECTORS and act not in STILL and has_conflict(session, person, body, day):
        raise NotAllowed(
            f"{person} has a conflict of interest with {body}, so somebody else must "
            f"{act.replace('_', ' ')} there. A lead inspector can end the conflict when it is over."
        )


def conflicts(database: Database, today: date) -> list[ConflictLine]:
    """Those in force, or to come, by person."""
    with database.reading() as session:
        rows = session.exec(
            select(Conflict, Person.name, Body.name)
            .join(Person, col(Person.id) == Conflict.person_id)
            .join(Body, col(Body.id) == Conflict.body_id)
            .where(col(Conflict.until).is_(None) | (col(Conflict.until) > today))
            .order_by(col(Conflict.person_id), col(Conflict.body_id))
        )
        return [
            ConflictLine(one.id or 0, one.person_id, name, body, one.reason, one.since)
            for one, name, body in rows
        ]


def declare(database: Database, actor: str, person: str, body: str, reason: str, now: datetime) -> None:
    """From today on this person must not judge this body, and has none of its cases: they are everybody's again.

    One's own word; or that of a lead or of operations about another.

    Raises:
        NotAllowed, Refused: nothing is kept.
    """
    today = local_date(now)
    with database.writing() as session:
        role_for(
            find_actor(session, actor, today), "declare_conflict" if actor == person else "allocate", "", None
        )
        _refuse_unfit(session, person, body, reason, today)
        session.add(Conflict(person_id=person, body_id=body, reason=reason.strip(), since=today, by=actor))
        _take_cases(session, actor, person, body, now)


def _take_cases(session: Session, actor: str, person: str, body: str, now: datetime) -> None:
    of_body = select(CaseRow.id).where(CaseRow.body_id == body)
    session.exec(
        update(Allocation)
        .where(
            col(Allocation.person_id) == person,
            col(Allocation.until).is_(None),
            col(Allocation.case_id).in_(of_body),
        )
        .values(until=now, ended_by=actor)
    )


def _refuse_unfit(session: Session, person: str, body: str, reason: str, today: date) -> None:
    who = find_actor(session, person, today)
    if not any(who.holds(role, (INSPECTORATE,)) for role in INSPECTORS):
        raise Refused(f"{person} is no inspector, and judges nobody. Choose somebody who inspects.")
    if session.get(Body, body) is None:
        raise Refused(f"No body {body!r} is known. Choose one from the list.")
    if not reason.strip() or len(reason) > 500:
        raise Refused("Say what the conflict is, in at most 500 characters.")
    if has_conflict(session, person, body, today):
        raise Refused(f"{person}'s conflict with {body} is recorded already.")


def end(database: Database, actor: str, conflict_id: int, today: date) -> None:
    """A lead or operations ends a conflict: from tomorrow the person may judge the body again.

    Raises:
        NotAllowed, Refused: nothing is changed. Nobody ends a conflict of their own.
    """
    with database.writing() as session:
        role_for(find_actor(session, actor, today), "allocate", "", None)
        row = session.get(Conflict, conflict_id)
        if row is None or (row.until is not None and row.until <= today):
            raise Refused("This conflict has ended already, or was never there.")
        if row.person_id == actor:
            raise Refused("Nobody ends a conflict of their own. Ask another lead inspector.")
        row.until, row.ended_by = today + timedelta(days=1), actor
        session.add(row)
