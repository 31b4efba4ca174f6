"""What an event does to a case's clocks: which are met, which end, which start, and which rungs that leaves."""

from datetime import date, datetime

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case, Clock
from lifecycle.dates import long_date
from lifecycle.ladder import left_behind, passed_at_start
from lifecycle.limits import Limit, due_date
from lifecycle.policy import OWN, ClockRule
from lifecycle.rules import Rules
from lifecycle.words import Reason


def consequences(
    case: Case,
    cause: e.Event,
    now: datetime,
    rules: Rules,
    given: date | None = None,
) -> tuple[e.Event, ...]:
    """Clock events that follow from `cause`. `case` is the case after it; `given` a due date that the act gave."""
    met = {clock.id for clock in case.running() if _meets(case, cause, clock, rules)}
    stopped = [
        event
        for clock in case.running()
        if clock.id in met or case.ended
        for event in _stopped(case, clock, cause, now, rules, met=clock.id in met)
    ]
    if case.ended:
        return tuple(stopped)
    started = (
        start_clock(rule, case, cause, now, rules, given)
        for rule in rules.policy.clocks_started_by(cause.kind)
        if rule.limit != OWN and not _still_running(case, rule.kind, met)
    )
    return (*stopped, *started)


def _still_running(case: Case, kind: str, met: set[str]) -> bool:
    """A clock that runs is not started again: a plan replaced on day 19 does not give its inspector 20 days more."""
    clock = case.clocks.get(kind)
    return clock is not None and clock.running and clock.id not in met


def _meets(case: Case, cause: e.Event, clock: Clock, rules: Rules) -> bool:
    rule = rules.policy.clocks.get(clock.kind)
    if rule is None or cause.kind not in rule.met_by:
        return False
    if isinstance(cause, e.Declared) and not case.declared_whole:
        return clock.id == f"{clock.kind}/{cause.criterion}"
    return True


def _stopped(
    case: Case, clock: Clock, cause: e.Event, now: datetime, rules: Rules, *, met: bool
) -> tuple[e.Event, ...]:
    """A clock met, or ended with its case, after the rungs that fell due before anybody could record them."""
    reason = Reason.answered if met else Reason.ended
    return (
        *left_behind(case, clock, reason, now, rules),
        _met(clock, cause) if met else _ended(clock, cause),
    )


def _met(clock: Clock, cause: e.Event) -> e.ClockMet:
    return e.ClockMet(at=cause.at, on=cause.on, actor=cause.actor, clock=clock.id)


def _ended(clock: Clock, cause: e.Event) -> e.ClockEnded:
    return e.ClockEnded(at=cause.at, on=cause.on, actor=cause.actor, clock=clock.id)


def start_clock(
    rule: ClockRule, case: Case, cause: e.Event, now: datetime, rules: Rules, given: date | None = None
) -> e.ClockStarted:
    """A clock begins on the day of its cause, due after the policy's limit or on the date given."""
    if given is not None and rule.may_be_given:
        limit, due, why = None, given, f"The date given on {long_date(cause.on)}."
    elif rule.limit is not None:
        found = due_date(Limit.parse(rule.limit), cause.on, rules.calendar_for(rule), rule.roll)
        limit, due, why = rule.limit, found.day, found.why
    else:
        limit, due, why = None, None, "No limit of its own."
    return started(rule, rule.kind, case, cause, now, rules, limit=limit, due=due, why=why)


def started(
    rule: ClockRule,
    clock_id: str,
    case: Case,
    cause: e.Event,
    now: datetime,
    rules: Rules,
    *,
    limit: str | None,
    due: date | None,
    why: str,
) -> e.ClockStarted:
    """The event of a clock's start, with the rungs that are gone already. A clock started again is a new version."""
    before = case.clocks.get(clock_id)
    return e.ClockStarted(
        at=now,
        on=cause.on,
        actor=cause.actor,
        source=cause.source,
        clock=clock_id,
        clock_kind=rule.kind,
        limit=limit,
        due=due,
        why=why,
        version=before.version + 1 if before else 1,
        passed=passed_at_start(rule, due, cause.on, case.opened_at, rules) if due else (),
    )


def moved(
    case: Case, clock: Clock, act: a.MoveDueDate, now: datetime, on: date, rule: ClockRule, rules: Rules
) -> e.ClockMoved:
    """The due date moves: a new version, whose rungs on or before the day of the act are overtaken."""
    return e.ClockMoved(
        at=now,
        on=on,
        actor=act.actor,
        source=act.source,
        clock=clock.id,
        due=act.due,
        version=clock.version + 1,
        reason=act.reason,
        passed=passed_at_start(rule, act.due, on, case.opened_at, rules),
    )
