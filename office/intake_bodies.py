"""The bodies as an import sees them: which are known, which of a group are active, and who oversees each."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlmodel import Session, select

from config.body_files import FORCE, SERVICE, read_reference
from models.tables import Body, Oversees

GROUPS = {"all-forces": FORCE, "all-services": SERVICE}


@dataclass(frozen=True)
class KnownBody:
    """A body's kind and division, and the day from which it is no more."""

    id: str
    kind: str
    division: str
    until: date | None

    def active(self, day: date) -> bool:
        return self.until is None or day < self.until


@dataclass(frozen=True)
class Term:
    """An oversight body's time in charge of a body; the last day is left out."""

    oversight: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Bodies:
    """All known bodies by id, and their oversight bodies by date."""

    known: Mapping[str, KnownBody]
    terms: Mapping[str, tuple[Term, ...]]

    @classmethod
    def of(cls, bodies: Iterable[Body], oversees: Iterable[Oversees]) -> "Bodies":
        terms: dict[str, tuple[Term, ...]] = {}
        for row in sorted(oversees, key=lambda one: (one.body_id, one.since)):
            terms[row.body_id] = (*terms.get(row.body_id, ()), Term(row.oversight_id, row.since, row.until))
        return cls({b.id: KnownBody(b.id, b.kind, b.division, b.until) for b in bodies}, terms)

    @classmethod
    def in_tables(cls, session: Session) -> "Bodies":
        return cls.of(session.exec(select(Body)), session.exec(select(Oversees)))

    def group(self, name: str, day: date) -> tuple[str, ...]:
        """The bodies of "all-forces" or "all-services" that exist on a day, in alphabetical order."""
        return tuple(
            sorted(one.id for one in self.known.values() if one.kind == GROUPS[name] and one.active(day))
        )

    def oversight_of(self, body: str, day: date) -> str | None:
        """Who answers for the body on a day."""
        for term in self.terms.get(body, ()):
            if term.since <= day and (term.until is None or day < term.until):
                return term.oversight
        return None

    def is_force(self, body: str) -> bool:
        return self.known[body].kind == FORCE

    def near(self, wrong: str) -> str:
        """Ids that look like a wrong one, in words; empty when none does."""
        found = difflib.get_close_matches(wrong, [*self.known, *GROUPS], n=3, cutoff=0.6)
        return f" Did you mean {' or '.join(found)}?" if found else ""


@cache
def bodies_of_files() -> Bodies:
    """The bodies of `config/bodies`."""
    reference = read_reference()
    return Bodies.of(reference.bodies, reference.oversees)
