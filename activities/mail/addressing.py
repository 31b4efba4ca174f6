"""Which mailbox a role has on a day: contacts and oversight are dated, and people come and go.

What is for a case's inspector goes to the one it is allocated to, or who covers, at that person's own mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

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
        self._overseers: dict[str, str | None] = {}

    def read_ahead(self, cases: Sequence[CaseRow]) -> None:
        """Look up all roles of many cases in a fixed number of queries."""
        self._caretakers.read_ahead([case.id for case in cases])
        oversees = select(Oversees).where(*self._in_force(Oversees.since, Oversees.until))
        self._overseers = dict.fromkeys({case.body_id for case in cases}) | {
            one.body_id: one.oversight_id
            for one in self._session.exec(oversees.order_by(col(Oversees.since)))
        }
        overseers = (self._overseers[case.body_id] or case.oversight_id for case in cases)
        owners = {INSPECTORATE, *(case.body_id for case in cases), *(one for one in overseers if one)}
        self._known = {(owner, role): None for owner in owners for role in Role}
        for contact in self._session.exec(self._contacts(col(Contact.owner).in_(owners))):
            if self._known.get((contact.owner, Role(contact.role))) is None:
                self._known[contact.owner, Role(contact.role)] = Address(contact.mailbox, contact.office)

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
        if body not in self._overseers:
            self._overseers[body] = self._session.exec(
                select(Oversees.oversight_id)
                .where(Oversees.body_id == body, *self._in_force(Oversees.since, Oversees.until))
                .order_by(col(Oversees.since).desc())
            ).first()
        return self._overseers[body]

    def _look_up(self, owner: str, role: Role) -> Address | None:
        contact = self._session.exec(
            self._contacts(col(Contact.owner) == owner, col(Contact.role) == role.value)
        ).first()
        return Address(contact.mailbox, contact.office) if contact else None

    def _contacts(self, *conditions: ColumnElement[bool]) -> SelectOfScalar[Contact]:
        """Contacts in force; of those that share a role, the newest first."""
        return (
            select(Contact)
            .where(*conditions, *self._in_force(Contact.since, Contact.until))
            .order_by(col(Contact.since).desc(), col(Contact.mailbox))
        )

    def _in_force(self, since: date, until: date | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """`until` is the first day on which it no longer holds."""
        return col(since) <= self.day, or_(col(until).is_(None), col(until) > self.day)
