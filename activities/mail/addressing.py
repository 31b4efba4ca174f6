"""Which mailbox a role has on a day: contacts and oversight are dated, and people come and go.

What is for a case's inspector goes to the one it is allocated to, or who covers, at that person's own mailbox.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from activities.mail.caretaker import Caretakers
from lifecycle.words import Role, Side
from models.tables import CaseRow, Contact, Oversees

INSPECTORATE = "inspectorate"


@dataclass(frozen=True)
class Address:
    """A role's mailbox and the title of its office."""

    mailbox: str
    office: str


class Addresses:
    """The role mailboxes in force on one local day, each looked up once."""

    def __init__(self, session: Session, day: date) -> None:
        self.day = day
        self._session = session
        self._known: dict[tuple[str, Role], Address | None] = {}
        self._caretakers = Caretakers(session, day)
        self._personal: dict[str, Address | None] = {}

    def find(self, case: CaseRow | None, role: Role) -> Address | None:
        """The mailbox of a role in a case; None when nobody holds the role that day."""
        if role is Role.inspector and case is not None and (personal := self._inspector(case)):
            return personal
        owner = self.owner(case, role)
        if owner is None:
            return None
        if (owner, role) not in self._known:
            self._known[owner, role] = self._look_up(owner, role)
        return self._known[owner, role]

    def owner(self, case: CaseRow | None, role: Role) -> str | None:
        """Whose role it is: the body's, its oversight body's on that day, or the inspectorate's."""
        if role.side is Side.inspectorate:
            return INSPECTORATE
        if case is None:
            return None
        if role.side is Side.body:
            return case.body_id
        return case.oversight_id if case.kind == "response" else self._oversight(case.body_id)

    def _inspector(self, case: CaseRow) -> Address | None:
        """The person who looks after the case, addressed by office; None when that is everybody's."""
        if case.id not in self._personal:
            person = self._caretakers.of(case)
            office = self.find(None, Role.inspector)
            title = office.office if office else "Inspector"
            self._personal[case.id] = Address(person.mailbox, title) if person else None
        return self._personal[case.id]

    def _oversight(self, body: str) -> str | None:
        return self._session.exec(
            select(Oversees.oversight_id)
            .where(Oversees.body_id == body, *self._in_force(Oversees.since, Oversees.until))
            .order_by(col(Oversees.since).desc())
        ).first()

    def _look_up(self, owner: str, role: Role) -> Address | None:
        contact = self._session.exec(
            select(Contact)
            .where(
                Contact.owner == owner,
                Contact.role == role.value,
                *self._in_force(Contact.since, Contact.until),
            )
            .order_by(col(Contact.since).desc(), col(Contact.mailbox))
        ).first()
        return Address(contact.mailbox, contact.office) if contact else None

    def _in_force(self, since: date, until: date | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """`until` is the first day on which it no longer holds."""
        return col(since) <= self.day, or_(col(until).is_(None), col(until) > self.day)
