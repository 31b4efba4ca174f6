"""Leave cover: who does an absent inspector's work, from one day to another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from activities.mail.caretaker import cover_on
from lifecycle.dates import local_date, plain_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import InspectorCover, Person
from office.people import INSPECTORATE, find_actor
from office.rights import INSPECTORS, role_for

LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class CoverLine:
    """An absence as a list shows it; `last` is its last day."""

    id: int
    person: str
    name: str
    cover: str
    cover_name: str
    since: date
    last: date


def covers(database: Database, today: date) -> list[CoverLine]:
    """Absences that are not over, the next first."""
    with database.reading() as session:
        names = dict(session.exec(select(Person.id, Person.name)).all())
        rows = session.exec(
            select(InspectorCover)
            .where(col(InspectorCover.until) > today)
            .order_by(col(InspectorCover.since), col(InspectorCover.id))
        )
        return [
            CoverLine(
                one.id or 0,
                one.person_id,
                names[one.person_id],
                one.cover_id,
                names[one.cover_id],
                one.since,
                one.until - timedelta(days=1),
            )
            for one in rows
        ]


def covered_by(session: Session, person: str, day: date) -> list[str]:
    """Those whose work this person does on that day."""
    return list(
        session.exec(
            select(InspectorCover.person_id)
            .where(InspectorCover.cover_id == person, cover_on(day))
            .distinct()
            .order_by(col(InspectorCover.person_id))
        )
    )


def arrange(
    database: Database, actor: str, person: str, cover: str, since: date, last: date, now: datetime
) -> None:
    """`cover` does `person`'s work from `since` to `last`, both included. One's own leave, or a lead's word.

    Raises:
        NotAllowed, Refused: nothing is kept.
    """
    today = local_date(now)
    with database.writing() as session:
        act = "arrange_cover" if actor == person else "allocate"
        role_for(find_actor(session, actor, today), act, "", None)
        for one in (person, cover):
            who = find_actor(session, one, today)
            if not any(who.holds(role, (INSPECTORATE,)) for role in INSPECTORS):
                raise Refused(f"{one} is no inspector. Choose somebody who is.")
        _refuse_dates(since, last, today)
        _refuse_pair(session, person, cover, since, last)
        session.add(
            InspectorCover(
                person_id=person,
                cover_id=cover,
                since=since,
                until=last + timedelta(days=1),
                by=actor,
                made_at=now,
            )
        )


def _refuse_dates(since: date, last: date, today: date) -> None:
    if last < since:
        raise Refused("The last day is before the first. Check the two dates.")
    if last < today:
        raise Refused("This leave is over already. Give a last day that is today or later.")
    if last - since > LONGEST:
        raise Refused("Leave of more than 400 days is a handover: reallocate the cases instead.")


def _refuse_pair(session: Session, person: str, cover: str, since: date, last: date) -> None:
    if person == cover:
        raise Refused("Nobody covers for themselves. Choose somebody else.")
    clash = session.exec(
        select(InspectorCover).where(
            InspectorCover.person_id == person,
            col(InspectorCover.since) <= last,
            col(InspectorCover.until) > since,
        )
    ).first()
    if clash is not None:
        raise Refused(
            f"{person} is away already, from {plain_date(clash.since)}, and {clash.cover_id} covers. End that first."
        )


def end(database: Database, actor: str, cover_id: int, now: datetime) -> None:
    """The absence ends: what had begun, with yesterday; what had not, altogether.

    Raises:
        NotAllowed, Refused: nothing is changed.
    """
    today = local_date(now)
    with database.writing() as session:
        row = session.get(InspectorCover, cover_id)
        if row is None or row.until <= today:
            raise Refused("This leave is over already, or was never there.")
        act = "arrange_cover" if actor == row.person_id else "allocate"
        role_for(find_actor(session, actor, today), act, "", None)
        row.until = max(row.since, today)
        session.add(row)
