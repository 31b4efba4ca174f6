"""What should have been told to whom, worked out again from nothing but facts, a policy's text and a table of days.

Shares no code with the engine: the standard library only. `rehearsal/independent.py` compares it with what was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from audit.days import LONDON, OWN_DAYS, Days, Table, instant, told

INSPECTORATE = ("inspector", "lead_inspector", "oversight_group", "operations")
BUSY = ("submitted", "assessed", "authorised", "returned", "taken_back", "letter_sent")
IDLE = ("requested", "published")
Key = tuple[str, str, int, str, str]


class Fate(Enum):
    """What must have become of a notice: sent, explained, or one of both where an act came at the same instant."""

    sent = "sent"
    explained = "explained"
    either = "either"


@dataclass(frozen=True)
class Fact:
    """Something that happened to a case: the row of an act, or of a clock that an act gave a date or moved."""

    seq: int
    kind: str
    at: datetime
    on: date
    details: Table


@dataclass(frozen=True)
class World:
    """A policy's text as read, the holidays by division, and the limits a recommendation gives itself."""

    policy: Table
    holidays: Mapping[str, frozenset[date]]
    own_limits: Sequence[tuple[str, str | None, date | None]] = ()


@dataclass
class Duty:
    """One version of one clock: from the day it began until an act stopped it."""

    id: str
    kind: str
    version: int
    began_on: date
    began_at: datetime
    due: date | None
    at_opening: bool
    stopped_at: datetime | None = None


@dataclass
class Life:
    """A case as its facts tell it."""

    case: str
    facts: Sequence[Fact]
    world: World
    division: str = OWN_DAYS
    duties: list[Duty] = field(default_factory=list)

    def expected(self, until: datetime) -> dict[Key, Fate]:
        """Every notice that should be there by `until`."""
        found = dict(self._announced())
        self._live()
        for duty in self.duties:
            found.update(self._rungs(duty, until))
        return found

    # --- told at once ---------------------------------------------------------------------------------------------

    def _announced(self) -> Iterator[tuple[Key, Fate]]:
        opened = self.facts[0]
        for fact in self.facts:
            taken_over = fact.at == opened.at and bool(opened.details.get("source"))
            for one in () if taken_over else self.world.policy.get("announce", ()):
                if one["event"] == fact.kind:
                    for role in told(one):
                        yield (self.case, "act", fact.seq, one["template"], role), Fate.sent

    # --- duties ---------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        declared: set[str] = set()
        criteria = set(self.facts[0].details.get("criteria", ()))
        for fact in self.facts:
            if fact.kind == "declared":
                declared.add(str(fact.details.get("criterion") or "*"))
            whole = "*" in declared or (bool(criteria) and criteria <= declared)
            self._stop(fact, whole)
            if not _ends(fact):
                self._begin(fact)

    def _running(self, name: str) -> Duty | None:
        return next((one for one in self.duties if one.id == name and one.stopped_at is None), None)

    def _stop(self, fact: Fact, whole: bool) -> None:
        for duty in [one for one in self.duties if one.stopped_at is None]:
            met = fact.kind in self.world.policy["clock"][duty.kind]["met_by"]
            if met and fact.kind == "declared" and not whole:
                met = duty.id == f"{duty.kind}/{fact.details.get('criterion')}"
            moved = fact.kind == "clock_moved" and fact.details["clock"] == duty.id
            if met or moved or _ends(fact):
                duty.stopped_at = fact.at

    def _begin(self, fact: Fact) -> None:
        if fact.kind == "clock_moved":
            name = str(fact.details["clock"])
            self._add(name, name.partition("/")[0], fact, date.fromisoformat(fact.details["due"]))
            return
        for kind, rule in self.world.policy["clock"].items():
            if fact.kind not in rule["starts"]:
                continue
            if rule.get("limit") == "own":
                for criterion, limit, due in self.world.own_limits:
                    name = f"{kind}/{criterion}" if criterion else kind
                    self._add(name, kind, fact, due or self._counted(limit, fact.on, rule))
            elif self._running(kind) is None:
                self._add(kind, kind, fact, self._due(kind, rule, fact))

    def _add(self, name: str, kind: str, fact: Fact, due: date | None) -> None:
        version = 1 + sum(one.id == name for one in self.duties)
        opening = fact.at == self.facts[0].at
        self.duties.append(Duty(name, kind, version, fact.on, fact.at, due, opening))

    def _due(self, kind: str, rule: Table, fact: Fact) -> date | None:
        given = next((one for one in self._given(fact) if one.details["clock"] == kind), None)
        if rule.get("may_be_given") and given is not None:
            return date.fromisoformat(given.details["due"])
        return self._counted(rule.get("limit"), fact.on, rule)

    def _given(self, fact: Fact) -> Iterator[Fact]:
        """Dates that an act gave: the start of a clock that names no limit it was counted by."""
        for one in self.facts:
            dated = one.details.get("due") and not one.details.get("limit")
            if one.kind == "clock_started" and one.at == fact.at and one.seq > fact.seq and dated:
                yield one

    # --- days -----------------------------------------------------------------------------------------------------

    def _days(self, rule: Table) -> Days:
        division = OWN_DAYS if rule["owner"] == "inspectorate" else self.division
        return Days(self.world.holidays[division])

    def _counted(self, limit: str | None, start: date, rule: Table) -> date | None:
        return self._days(rule).counted(limit, start) if limit else None

    # --- rungs ----------------------------------------------------------------------------------------------------

    def _rungs(self, duty: Duty, until: datetime) -> Iterator[tuple[Key, Fate]]:
        rule = self.world.policy["clock"][duty.kind]
        if duty.due is None:
            return
        dated = [(self._instant(rung, duty.due, rule), rung) for rung in rule.get("rung", ())]
        dated.sort(key=lambda one: one[0])
        for nth, (at, rung) in enumerate(dated):
            newer = [other for when, other in dated[nth + 1 :] if when == at]
            fate = self._fate(duty, rule, at, rung, newer, until)
            for role in told(rung) if fate else ():
                yield (self.case, duty.id, duty.version, rung["id"], role), fate  # type: ignore[misc]

    def _instant(self, rung: Table, due: date, rule: Table) -> datetime:
        day = self._days(rule).rung_day(rung["when"], due)
        return instant(day, rung.get("at", self.world.policy["policy"].get("opens", "09:00")))

    def _fate(
        self, duty: Duty, rule: Table, at: datetime, rung: Table, newer: Sequence[Table], until: datetime
    ) -> Fate | None:
        day = at.astimezone(LONDON).date()
        if day <= duty.began_on or (duty.at_opening and at <= duty.began_at):
            return Fate.explained
        if at > until or (duty.stopped_at is not None and at > duty.stopped_at):
            return None
        if at <= duty.began_at or at == duty.stopped_at:
            return Fate.either
        if duty.kind == "implementation" and any(role not in INSPECTORATE for role in told(rung)):
            busy = self._busy(at)
            if busy is not False:
                return Fate.explained if busy else Fate.either
        return Fate.explained if newer else Fate.sent

    def _busy(self, at: datetime) -> bool | None:
        """Whether the inspectorate owed the next step just then; None when that changed at the very instant."""
        moves = [fact for fact in self.facts if fact.kind in (*BUSY, *IDLE)]
        if any(fact.at == at for fact in moves):
            return None
        before = [fact.kind in BUSY for fact in moves if fact.at < at]
        return before[-1] if before else False


def _ends(fact: Fact) -> bool:
    both = fact.details.get("copy_to_inspectorate", True) and fact.details.get(
        "copy_to_secretary_of_state", True
    )
    return fact.kind in ("inspected", "withdrawn") or (fact.kind == "responded" and bool(both))
