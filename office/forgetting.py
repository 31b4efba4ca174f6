"""Names and mailboxes of those who have left, forgotten when nothing that is kept needs them any more."""

from collections.abc import Collection
from datetime import date, time

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, or_, select

from lifecycle.dates import at_local
from models.tables import (
    AccessToken,
    Account,
    Allocation,
    Conflict,
    Contact,
    ContactChange,
    ContactCover,
    EventRow,
    Person,
    PersonnelChange,
    SignInLink,
    WebSession,
)
from office.redaction import REMOVED
from office.retention import DISPOSED

EARLIEST = time(0)


def forget_people(session: Session, case_id: str, left_by: date) -> int:
    """Those who acted on this case or had it, left by that day, and acted on no case that is kept. Their short names
    stay in the events; whose they were is known no more."""
    acted = select(EventRow.actor).where(EventRow.stream == case_id)
    had = select(Allocation.person_id).where(Allocation.case_id == case_id)
    people = session.exec(
        select(Person).where(
            or_(col(Person.id).in_(acted), col(Person.id).in_(had)),
            col(Person.until) <= left_by,
            Person.name != REMOVED,
        )
    ).all()
    forgotten = [person for person in people if not _needed(session, person.id, case_id)]
    for person in forgotten:
        _forget(session, person)
    return len(forgotten)


def _needed(session: Session, person: str, case_id: str) -> bool:
    """Whether somebody acted on a case that is kept, or has one; `case_id` goes now."""
    stream, case = col(EventRow.stream), col(Allocation.case_id)
    acted = select(stream).where(EventRow.actor == person, stream != case_id, stream.not_in(DISPOSED))
    has = select(case).where(Allocation.person_id == person, case != case_id, case.not_in(DISPOSED))
    return any(session.exec(query.limit(1)).first() is not None for query in (acted, has))


def _forget(session: Session, person: Person) -> None:
    connection = session.connection()
    if person.mailbox:
        connection.execute(delete(SignInLink).where(col(SignInLink.mailbox) == person.mailbox))
    for table in (WebSession, Account):
        connection.execute(delete(table).where(col(table.person_id) == person.id))
    changes = update(PersonnelChange).where(col(PersonnelChange.person_id) == person.id)
    connection.execute(changes.values(details={}, reason=REMOVED))
    connection.execute(
        update(AccessToken).where(col(AccessToken.person_id) == person.id).values(name=REMOVED)
    )
    connection.execute(update(Conflict).where(col(Conflict.person_id) == person.id).values(reason=REMOVED))
    person.name, person.mailbox = REMOVED, ""
    session.add(person)
    session.flush()


def forget_contacts(session: Session, owners: Collection[str], ended_by: date) -> int:
    """Who held an office of these bodies until that day, or was told for them, and what was said when it changed."""
    connection = session.connection()
    contacts = update(Contact).where(*_ended(Contact, owners, ended_by))
    covers = update(ContactCover).where(*_ended(ContactCover, owners, ended_by))
    changed_before = at_local(ended_by, EARLIEST)
    changes = update(ContactChange).where(
        col(ContactChange.owner).in_(owners),
        col(ContactChange.at) < changed_before,
        col(ContactChange.said) != REMOVED,
    )
    return sum(
        connection.execute(one).rowcount
        for one in (
            contacts.values(mailbox=REMOVED, holder=""),
            covers.values(mailbox=REMOVED, who=REMOVED),
            changes.values(said=REMOVED),
        )
    )


def _ended(
    table: type[Contact] | type[ContactCover], owners: Collection[str], by: date
) -> tuple[ColumnElement[bool], ...]:
    return col(table.owner).in_(owners), col(table.until) <= by, col(table.mailbox) != REMOVED
