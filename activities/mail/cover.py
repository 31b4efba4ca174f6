"""Deputies and leave cover: who covers for a role on a day is told, at a mailbox of their own, what it is told.

Each has a notice of its own beside the role's, so that each send is recorded, and each is made only once.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from activities.mail.addressing import Address, Addresses
from lifecycle.words import Role
from models.tables import CaseRow, ContactCover, Notice

OVER = "the cover is over"
OF_THE_NOTICE_ALONE = {"id", "cover", "state", "reason", "lease", "lease_until", "mail_id", "held"}


class Covers:
    """The covers in force on the day of `addresses`, those of each owner looked up once."""

    def __init__(self, session: Session, addresses: Addresses) -> None:
        self._session = session
        self._addresses = addresses
        self._known: dict[str, list[ContactCover]] = {}

    def address(self, case: CaseRow | None, notice: Notice) -> Address | None:
        """Where a notice goes: to its role's mailbox, or to that of its cover; None when there is none that day."""
        role = Role(notice.role)
        if not notice.cover:
            return self._addresses.find(case, role)
        found = (one for one in self._of(case, role) if one.id == notice.cover)
        return next((Address(one.mailbox, one.who) for one in found), None)

    def copies(self, case: CaseRow | None, notice: Notice) -> Iterator[tuple[Notice, Address]]:
        """New notices for those who cover for this notice's role, and were not told of it yet."""
        covers = [] if notice.cover else self._of(case, Role(notice.role))
        told = self._told(notice) if covers else set()
        own = self._addresses.find(case, Role(notice.role))
        for cover in covers:
            if cover.id and cover.id not in told and (own is None or cover.mailbox != own.mailbox):
                fields = notice.model_dump(exclude=OF_THE_NOTICE_ALONE)
                yield Notice(**fields, cover=cover.id), Address(cover.mailbox, cover.who)

    def _told(self, notice: Notice) -> set[int]:
        beside = select(Notice.cover).where(
            Notice.case_id == notice.case_id,
            Notice.clock == notice.clock,
            Notice.version == notice.version,
            Notice.rung == notice.rung,
            Notice.role == notice.role,
        )
        return set(self._session.exec(beside))

    def _of(self, case: CaseRow | None, role: Role) -> list[ContactCover]:
        owner = self._addresses.owner(case, role)
        if owner is None:
            return []
        if owner not in self._known:
            self._known[owner] = self._in_force(owner, self._addresses.day)
        return [cover for cover in self._known[owner] if cover.role == role.value]

    def _in_force(self, owner: str, day: date) -> list[ContactCover]:
        """`until` is the first day on which it no longer holds."""
        query = select(ContactCover).where(
            ContactCover.owner == owner,
            col(ContactCover.since) <= day,
            or_(col(ContactCover.until).is_(None), col(ContactCover.until) > day),
        )
        return list(self._session.exec(query.order_by(col(ContactCover.id))))
