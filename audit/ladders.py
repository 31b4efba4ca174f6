"""The rungs around a due date, worked out from a policy's words: when each falls due, and whom it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from audit.days import OWN_DAYS, Days, Table, instant, place, told

INSPECTORATE = ("inspector", "lead_inspector", "oversight_group", "operations")


@dataclass(frozen=True)
class Step:
    """One rung with its day, its instant and its place in the ladder."""

    id: str
    day: date
    at: datetime
    place: int
    roles: tuple[str, ...]
    template: str

    @property
    def outside(self) -> bool:
        """Whether it tells anybody but the inspectorate."""
        return any(role not in INSPECTORATE for role in self.roles)


@dataclass(frozen=True)
class World:
    """A policy's text as read, and the bank holidays by division; `division` is the body's."""

    policy: Table
    holidays: Mapping[str, frozenset[date]]
    division: str

    def rule(self, kind: str) -> Table | None:
        rules: Mapping[str, Table] = self.policy["clock"]
        return rules.get(kind)

    def days(self, rule: Table) -> Days:
        """Working days are those of whoever has to act; the inspectorate keeps England and Wales."""
        return Days(self.holidays[OWN_DAYS if rule["owner"] == "inspectorate" else self.division])

    def counted(self, rule: Table, limit: str, start: date) -> date:
        return self.days(rule).counted(limit, start, rule.get("roll", "never"))

    def steps(self, kind: str, due: date) -> list[Step]:
        """All rungs of a clock due on this day, the newest last."""
        rule = self.rule(kind)
        if rule is None:
            return []
        found = [self._step(rule, rung, due) for rung in rule.get("rung", ())]
        return sorted(found, key=lambda step: (step.at, step.place))

    def _step(self, rule: Table, rung: Table, due: date) -> Step:
        day = self.days(rule).rung_day(rung["when"], due)
        at = instant(day, rung.get("at", self.policy["policy"].get("opens", "09:00")))
        return Step(rung["id"], day, at, place(rung["when"]), told(rung), rung["template"])

    def announced(self, event: str) -> set[tuple[str, str]]:
        """(role, template) for each who is told at once when something happens."""
        return {
            (role, one["template"])
            for one in self.policy.get("announce", ())
            if one["event"] == event
            for role in told(one)
        }
