"""The openings of an imported report's cases: one for each recommendation and body."""

from collections.abc import Iterator
from datetime import date

from config.calendar_files import load_calendars
from config.policy_files import policy_named
from lifecycle.limits import Limit, Unit
from lifecycle.opening import Opening, OwnLimit
from lifecycle.policy import Policy
from office.intake_bodies import Bodies
from office.intake_due import counted, plan_clock_of
from office.intake_entries import Due, RecommendationEntry, ReportFile


def case_id(reference: str, body: str) -> str:
    return f"recommendation/{reference}/{body}"


def openings_of(
    report: ReportFile, entry: RecommendationEntry, bodies: Bodies, *, actor: str, today: date, file: str
) -> Iterator[Opening]:
    """An opening for each body, overseen by whoever oversees it today; none where nothing is left to follow."""
    policy = policy_named(entry.policy)
    for body in () if entry.finished else entry.bodies:
        division = bodies.known[body].division
        yield Opening(
            id=case_id(entry.reference, body),
            reference=entry.reference,
            body=body,
            report=report.id,
            recommendation_kind=entry.kind,
            division=division,
            policy=policy.name,
            policy_hash=policy.hash,
            calendar_hash=load_calendars(policy.calendar).hash,
            issued_on=entry.issued,
            actor=actor,
            oversight=bodies.oversight_of(body, today),
            criteria=tuple(criterion.id for criterion in entry.criteria),
            own_limits=own_limits(entry, policy, division),
            source=f"{file}, line {entry.line}",
        )


def own_limits(entry: RecommendationEntry, policy: Policy, division: str) -> tuple[OwnLimit, ...]:
    """The limits of the implementation clocks: of the whole, and of each criterion that has its own.

    Words that count from an event of their own have no day, and no clock. Nor has a limit for an action plan, where
    the policy's submission clock starts with the issue (causes of concern): that clock follows the plan.
    """
    found: list[tuple[str | None, Due]] = [(None, entry.due), *((c.id, c.due) for c in entry.criteria)]
    covered = plan_clock_of(policy) is not None
    return tuple(
        _own_limit(criterion, due, entry.issued, division)
        for criterion, due in found
        if due.day and not (covered and due.plan)
    )


def _own_limit(criterion: str | None, due: Due, issued: date, division: str) -> OwnLimit:
    if due.limit and Limit.parse(due.limit).unit is Unit.WORKING_DAYS:
        due = counted(Limit.parse(due.limit), issued, due.phrase, division)
    return OwnLimit(criterion=criterion, limit=due.limit, due=due.day, why=due.why)
