"""The rules one case runs under, found by hash on a shelf that the process fills before it starts.

Workflow code reads only the versions that the case holds (design, rule 8): nothing here reads a file.
"""

from dataclasses import dataclass

from lifecycle.calendars import Calendar, Calendars, Division
from lifecycle.policy import ClockRule, Policy
from lifecycle.words import Side


class UnknownRules(Exception):  # noqa: N818 - said to an operator
    """This process has no policy or calendar with the hash that the case holds."""


@dataclass(frozen=True)
class Rules:
    """A policy, and the calendars of the body's division and of the inspectorate."""

    policy: Policy
    calendar: Calendar
    own_calendar: Calendar

    def calendar_for(self, rule: ClockRule) -> Calendar:
        """Working days are those of whoever has to act; the inspectorate keeps England and Wales."""
        return self.own_calendar if rule.owner is Side.inspectorate else self.calendar


_policies: dict[str, Policy] = {}
_calendars: dict[str, Calendars] = {}


def shelve(policies: tuple[Policy, ...], calendars: tuple[Calendars, ...]) -> None:
    """Make these versions known to this process. Repeating is harmless."""
    _policies.update({policy.hash: policy for policy in policies})
    _calendars.update({table.hash: table for table in calendars})


def rules_for(policy_hash: str, calendar_hash: str, division: str) -> Rules:
    """The rules with these hashes.

    Raises:
        UnknownRules: when a version is not on this process's shelf; says which and what to do.
    """
    policy = _policies.get(policy_hash)
    table = _calendars.get(calendar_hash)
    if policy is None or table is None:
        missing = f"policy {policy_hash[:12]}" if policy is None else f"calendar {calendar_hash[:12]}"
        raise UnknownRules(
            f"This worker does not hold {missing}. "
            "Put the file of that version back under config/ and restart it."
        )
    if division not in {one.value for one in Division}:
        raise UnknownRules(f"No calendar is of {division!r}. Known: {', '.join(Division)}.")
    return Rules(
        policy=policy,
        calendar=table.of(Division(division)),
        own_calendar=table.of(Division.ENGLAND_AND_WALES),
    )
