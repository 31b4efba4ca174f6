"""Of which cases, bodies and reports a person may know, for whoever lists them: by the same rights as pages."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col

from lifecycle.words import Role, Side
from models.tables import CaseRow
from office.people import Actor
from office.rights import BODY, may


@dataclass(frozen=True)
class Reach:
    """All of it; or what concerns the bodies, and the oversight bodies, for which a person acts."""

    everything: bool
    bodies: tuple[str, ...] = ()
    overseers: tuple[str, ...] = ()

    @classmethod
    def of(cls, actor: Actor) -> Self:
        return cls(may(actor, "see_cases"), _owners(actor, *BODY), _owners(actor, Role.oversight))

    def cases(self) -> ColumnElement[bool]:
        """The condition on cases and responses. Whoever acts for nobody sees none; no body sees a response."""
        if self.everything:
            return true()
        of_body = and_(col(CaseRow.kind) == "recommendation", col(CaseRow.body_id).in_(self.bodies))
        return or_(of_body, col(CaseRow.oversight_id).in_(self.overseers))

    def side(self, row: CaseRow) -> Side:
        """On which side of a case this person stands. Whoever stands on two outside sees it as the body does."""
        if self.everything:
            return Side.inspectorate
        of_body = row.kind == "recommendation" and row.body_id in self.bodies
        return Side.body if of_body else Side.oversight


def _owners(actor: Actor, *roles: Role) -> tuple[str, ...]:
    return tuple(sorted({owner for role, owner in actor.roles if role in roles}))
