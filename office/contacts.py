"""Whom we write to: role mailboxes, deputies and leave cover, all dated. Each change says who made it, and when.

What was in force before stays visible: rows are ended, never overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_
from sqlmodel import Session, col, select

from config.checks import mailbox as checked_mailbox
from lifecycle.dates import local_date, plain_date
from lifecycle.words import Refused, Role
from models.database import Database
from models.tables import Contact, ContactChange, ContactCover, Person

LONGEST_OFFICE = 200
LONGEST_MAILBOX = 254
MOST_CHANGES = 100
ONE_DAY = timedelta(days=1)


class CoverKind(StrEnum):
    """Why somebody else is told too."""

    deputy = "deputy"
    leave = "leave"


class NotFit(Refused):
    """A field that does not fit; `field` names it."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


class NoCover(LookupError):  # noqa: N818 - said to a person
    """This owner has no such cover in force or to come."""


@dataclass(frozen=True)
class Change:
    """What was changed, by whom, when."""

    at: datetime
    by: str
    said: str


@dataclass(frozen=True)
class Contacts:
    """All contacts and covers of an owner, newest first in each role, and the newest changes."""

    contacts: tuple[Contact, ...]
    covers: tuple[ContactCover, ...]
    changes: tuple[Change, ...]

    def of(self, role: Role, today: date) -> Contact | None:
        """The mailbox in force."""
        return next((one for one in self.contacts if one.role == role.value and holds(one, today)), None)


def holds(row: Contact | ContactCover, day: date) -> bool:
    """`until` is the first day on which it no longer holds."""
    return row.since <= day and (row.until is None or row.until > day)


def contacts_of(database: Database, owner: str) -> Contacts:
    with database.reading() as session:
        rows = session.exec(
            select(Contact)
            .where(Contact.owner == owner)
            .order_by(col(Contact.since).desc(), col(Contact.id).desc())
        ).all()
        covers = session.exec(
            select(ContactCover)
            .where(ContactCover.owner == owner)
            .order_by(col(ContactCover.since).desc(), col(ContactCover.id).desc())
        ).all()
        return Contacts(tuple(rows), tuple(covers), _changes(session, owner))


def _changes(session: Session, owner: str) -> tuple[Change, ...]:
    rows = session.exec(
        select(ContactChange, Person.name)
        .join(Person, col(Person.id) == ContactChange.actor, isouter=True)
        .where(ContactChange.owner == owner)
        .order_by(col(ContactChange.at).desc(), col(ContactChange.id).desc())
        .limit(MOST_CHANGES)
    )
    return tuple(Change(row.at, name or row.actor, row.said) for row, name in rows)


def change_mailbox(
    database: Database,
    actor: str,
    owner: str,
    role: Role,
    office: str,
    mailbox: str,
    since: date,
    now: datetime,
    holder: str = "",
) -> Contact:
    """From a day on, write to another mailbox for this role, or to another holder of the office.

    `holder` is the name of who holds it, as letters write it; empty, letters name the office alone.

    Raises:
        NotFit: for a day that has passed, no office, a bad mailbox, or what holds already.
    """
    with database.writing() as session:
        made = change(session, actor, owner, role, office, mailbox, since, now, holder)
        if made is None:
            raise NotFit(
                "mailbox",
                f"We write to {_mailbox(mailbox)} already. Enter another mailbox, or change nothing",
            )
        return made


def change(
    session: Session,
    actor: str,
    owner: str,
    role: Role,
    office: str,
    mailbox: str,
    since: date,
    now: datetime,
    holder: str = "",
) -> Contact | None:
    """As `change_mailbox`, in a transaction of the caller's; None, and nothing changed, when it holds already."""
    office, mailbox, holder = _office(office, "office"), _mailbox(mailbox), _holder(holder)
    there = _in_force_from(session, owner, role, since)
    if any((one.mailbox, one.office, one.holder) == (mailbox, office, holder) for one in there):
        return None
    _refuse_past(since, now)
    for one in there:
        one.until = since
    made = Contact(owner=owner, role=role.value, office=office, mailbox=mailbox, holder=holder, since=since)
    session.add(made)
    held = f", held by {holder}," if holder else ""
    _note(session, actor, owner, role, now, f"{office}{held} is at {mailbox} from {plain_date(since)}.")
    session.flush()
    return made


def _in_force_from(session: Session, owner: str, role: Role, since: date) -> Sequence[Contact]:
    """What would hold on that day or after: each is ended by the change."""
    return session.exec(
        select(Contact)
        .where(
            Contact.owner == owner,
            Contact.role == role.value,
            col(Contact.since) <= since,
            or_(col(Contact.until).is_(None), col(Contact.until) > since),
        )
        .with_for_update()
    ).all()


def add_cover(
    database: Database,
    actor: str,
    owner: str,
    role: Role,
    kind: CoverKind,
    who: str,
    mailbox: str,
    since: date,
    last: date | None,
    now: datetime,
) -> ContactCover:
    """Tell another mailbox too what this role is told, from a day to the last day, both included.

    Raises:
        NotFit: for days that do not fit, nobody named, or a bad mailbox. Cover for a leave has a last day.
    """
    who, mailbox = _office(who, "who"), _mailbox(mailbox)
    _refuse_past(since, now)
    if kind is CoverKind.leave and last is None:
        raise NotFit("last", "Enter the last day of the leave")
    if last is not None and last < since:
        raise NotFit("last", f"The last day must be {plain_date(since)} or later")
    cover = ContactCover(
        owner=owner,
        role=role.value,
        kind=kind.value,
        who=who,
        mailbox=mailbox,
        since=since,
        until=last + ONE_DAY if last else None,
    )
    until = f" to {plain_date(last)}" if last else " on"
    said = f"{who}, at {mailbox}, is told too from {plain_date(since)}{until} ({kind.value})."
    with database.writing() as session:
        session.add(cover)
        _note(session, actor, owner, role, now, said)
        session.flush()
        return cover


def end_cover(database: Database, actor: str, owner: str, cover_id: int, now: datetime) -> ContactCover:
    """From today on nobody covers so any more. Raises NoCover."""
    today = local_date(now)
    with database.writing() as session:
        cover = session.get(ContactCover, cover_id, with_for_update=True)
        if cover is None or cover.owner != owner or (cover.until is not None and cover.until <= today):
            raise NoCover(str(cover_id))
        cover.until = max(cover.since, today)
        role = Role(cover.role)
        _note(session, actor, owner, role, now, f"{cover.who}, at {cover.mailbox}, is not told any more.")
        return cover


def confirm(database: Database, actor: str, contact: Contact, now: datetime) -> None:
    """Somebody who reads this mailbox says that it is the right one."""
    with database.writing() as session:
        said = f"{contact.mailbox} confirmed as the mailbox of {contact.office}."
        _note(session, actor, contact.owner, Role(contact.role), now, said)


def _note(session: Session, actor: str, owner: str, role: Role, now: datetime, said: str) -> None:
    session.add(ContactChange(owner=owner, role=role.value, actor=actor, at=now, said=said[:500]))


def _office(said: str, field: str) -> str:
    said = " ".join(said.split())
    if not 0 < len(said) <= LONGEST_OFFICE:
        what = "the title of the office" if field == "office" else "the office or name of who covers"
        raise NotFit(field, f"Enter {what}, in at most {LONGEST_OFFICE} characters")
    return said


def _holder(said: str) -> str:
    said = " ".join(said.split())
    if len(said) > LONGEST_OFFICE:
        raise NotFit(
            "holder", f"Enter the name of who holds the office, in at most {LONGEST_OFFICE} characters"
        )
    return said


def _mailbox(said: str) -> str:
    said = said.strip()
    try:
        checked = checked_mailbox(said)
    except ValueError:
        checked = ""
    if not checked or len(checked) > LONGEST_MAILBOX or not checked.isascii():
        raise NotFit("mailbox", "Enter one email address, like liaison@force.example")
    return checked


def _refuse_past(since: date, now: datetime) -> None:
    today = local_date(now)
    if since < today:
        raise NotFit(
            "since", f"The first day must be {plain_date(today)} or later: what was cannot be changed"
        )
    if since.year > today.year + 2:
        raise NotFit("since", "The first day must be within two years. Check the year")
