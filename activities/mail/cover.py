"""Deputies and leave cover: who covers for a role on a day is told, at a mailbox of their own, what it is told.

So is whoever submitted, of the receipt. Each has a notice of its own beside the role's, so that each send is recorded,
and each is made only once.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, or_
from sqlmodel import Session, col, select

from activities.mail.addressing import INSPECTORATE, Address, Addresses
from lifecycle.words import Role
from models.tables import CaseRow, ContactCover, EventRow, Notice, Person, PersonRole

RECEIPT = "receipt"
OVER = "the cover is over"
SUBMITTER = -1
"""As a notice's `cover`: the person whose submission its receipt is for, at their own mailbox."""
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
        if notice.cover == SUBMITTER:
            return self._submitter(notice)
        found = (one for one in self._of(case, role) if one.id == notice.cover)
        return next((Address(one.mailbox, one.who) for one in found), None)

    def copies(self, case: CaseRow | None, notice: Notice) -> Iterator[tuple[Notice, Address]]:
        """New notices for those who cover for this notice's role, or submitted, and were not told of it yet."""
        beside = [] if notice.cover else list(self._beside(case, notice))
        told = self._told(notice) if beside else set()
        own = self._addresses.find(case, Role(notice.role))
        reached = {own.mailbox.lower()} if own else set()
        for cover, address in beside:
            if cover not in told and address.mailbox.lower() not in reached:
                reached.add(address.mailbox.lower())
                fields = notice.model_dump(exclude=OF_THE_NOTICE_ALONE)
                yield Notice(**fields, cover=cover), address

    def _beside(self, case: CaseRow | None, notice: Notice) -> Iterator[tuple[int, Address]]:
        for cover in self._of(case, Role(notice.role)):
            if cover.id:
                yield cover.id, Address(cover.mailbox, cover.who)
        if notice.template == RECEIPT and (person := self._submitter(notice)):
            yield SUBMITTER, person

    def _submitter(self, notice: Notice) -> Address | None:
        """Who of the body took the act that the receipt is for, while registered and with a mailbox. Of the
        inspectorate nobody gets one: they wrote down what came to them on paper."""
        day = self._addresses.day
        person = self._session.exec(
            select(Person)
            .join(EventRow, col(EventRow.actor) == col(Person.id))
            .where(
                EventRow.stream == notice.case_id,
                EventRow.seq == notice.cause_seq,
                Person.mailbox != "",
                exists().where(col(PersonRole.person_id) == Person.id, col(PersonRole.owner) != INSPECTORATE),
                or_(col(Person.until).is_(None), col(Person.until) > day),
            )
        ).first()
        return Address(person.mailbox, person.name) if person else None

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


def gone(notice: Notice) -> str:
    """Why a notice beside its role's is not sent, when nobody is there for it any more."""
    return "who submitted it has left" if notice.cover == SUBMITTER else OVER
