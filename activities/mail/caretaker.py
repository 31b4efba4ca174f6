"""Who looks after a case on a day: its allocated inspector, or who covers; never who left or has a conflict."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from lifecycle.words import Role
from models.tables import Allocation, CaseRow, Conflict, InspectorCover, Person, PersonRole

INSPECTING = (Role.inspector.value, Role.lead_inspector.value)


def conflict_on(day: date) -> ColumnElement[bool]:
    """Conflicts of interest in force on a day."""
    return and_(col(Conflict.since) <= day, or_(col(Conflict.until).is_(None), col(Conflict.until) > day))


def cover_on(day: date) -> ColumnElement[bool]:
    """Leave covers in force on a day."""
    return and_(col(InspectorCover.since) <= day, col(InspectorCover.until) > day)


class Caretakers:
    """People of the inspectorate on one day, looked up once; of a case, its allocation."""

    def __init__(self, session: Session, day: date) -> None:
        self.day = day
        self._session = session
        self._allocated: dict[str, str | None] = {}

    def read_ahead(self, case_ids: Sequence[str]) -> None:
        """Look up the allocations of many cases in one query."""
        rows = self._session.exec(
            select(Allocation.case_id, Allocation.person_id)
            .where(col(Allocation.case_id).in_(case_ids), col(Allocation.until).is_(None))
            .order_by(col(Allocation.id).desc())
        )
        self._allocated |= dict.fromkeys(case_ids) | dict(rows.all())

    def of(self, case: CaseRow) -> Person | None:
        """Whom mail about this case goes to; None when that is everybody's: the role mailbox."""
        if case.id not in self._allocated:
            self.read_ahead([case.id])
        allocated = self._allocated[case.id]
        return next(self._in_turn(allocated, case.body_id), None) if allocated else None

    def _in_turn(self, allocated: str, body: str) -> Iterator[Person]:
        """The allocated person unless away, then who covers unless away too."""
        for person_id in (allocated, *self._covers.get(allocated, ())):
            person = self._inspectors.get(person_id)
            away = person_id in self._covers
            if person is not None and not away and (person_id, body) not in self._conflicts:
                yield person

    @cached_property
    def _covers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        rows = self._session.exec(
            select(InspectorCover).where(cover_on(self.day)).order_by(col(InspectorCover.id).desc())
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row.cover_id)
        return found

    @cached_property
    def _conflicts(self) -> set[tuple[str, str]]:
        return set(
            self._session.exec(select(Conflict.person_id, Conflict.body_id).where(conflict_on(self.day)))
        )

    @cached_property
    def _inspectors(self) -> dict[str, Person]:
        """Those who inspect still, and have a mailbox."""
        rows = self._session.exec(
            select(Person)
            .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
            .where(
                col(PersonRole.role).in_(INSPECTING),
                Person.mailbox != "",
                or_(col(Person.until).is_(None), col(Person.until) > self.day),
            )
        )
        return {person.id: person for person in rows}
