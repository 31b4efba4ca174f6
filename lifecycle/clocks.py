"""What an event does to a case's clocks: which are met, which end, which start, and which rungs that leaves."""

from collections.abc import Mapping
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

SUBMISSION = "submission"


def consequences(
    case: Case,
    cause: e.Event,
    now: datetime,
    rules: Rules,
    given: date | None = None,
) -> tuple[e.Event, ...]:
    """Clock events that follow from `cause`. `case` is the case after it; `given` a due date that the act gave."""
    why = _stopping(case, cause, rules)
    stopped = [
        event
        for clock in case.running()
        if clock.id in why
        for event in _stopped(case, clock, cause, now, rules, why[clock.id])
    ]
    if case.ended:
        return tuple(stopped)
    begun = (
        start_clock(rule, case, cause, now, rules, given)
        for rule in rules.policy.clocks_started_by(cause.kind)
        if rule.limit != OWN and not _still_running(case, clock_id(rule.kind, cause), why)
    )
    return (*stopped, *_resumed(case, cause, now, rules), *begun)


def clock_id(kind: str, cause: e.Event) -> str:
    """The clock's name: its kind, and for a request or a question, each with a clock of its own, of which."""
    match cause:
        case e.TimeAsked() | e.TimeGranted() | e.TimeRefused():
            return f"{kind}/{cause.clock}"
        case e.QuestionAsked() | e.QuestionAnswered():
            return f"{kind}/{cause.number}"
        case _:
            return kind


def _still_running(case: Case, name: str, stopping: Mapping[str, Reason]) -> bool:
    """A clock that runs is not started again: a plan replaced on day 19 does not give its inspector 20 days more."""
    clock = case.clocks.get(name)
    return clock is not None and clock.running and clock.id not in stopping


def _stopping(case: Case, cause: e.Event, rules: Rules) -> dict[str, Reason]:
    """The running clocks that stop, and why; a request for more time on one that stops needs no answer any more."""
    why = {clock.id: Reason.ended for clock in case.running()} if case.ended else {}
    why |= {clock.id: Reason.moot for clock in case.running() if _undone(cause, clock, rules)}
    if isinstance(cause, e.DraftLapsed):
        why |= {c.id: Reason.uncommented for c in case.running() if _started_by(c, {"draft_sent"}, rules)}
    why |= {clock.id: Reason.answered for clock in case.running() if _meets(case, cause, clock, rules)}
    for clock in case.running():
        if _started_by(clock, {"time_asked"}, rules) and clock.id.partition("/")[2] in why:
            why.setdefault(clock.id, Reason.moot)
    return why


def _undone(cause: e.Event, clock: Clock, rules: Rules) -> bool:
    """Does this take the clock with it: a withdrawn submission its assessment, an undone assessment its draft?"""
    if isinstance(cause, e.TakenBack | e.Returned):
        return _started_by(clock, {"draft_sent"}, rules)
    return isinstance(cause, e.SubmissionWithdrawn) and _started_by(
        clock, {"submitted", "document_asked"}, rules
    )


def _started_by(clock: Clock, events: set[str], rules: Rules) -> bool:
    rule = rules.policy.clocks.get(clock.kind)
    return rule is not None and not events.isdisjoint(rule.starts)


def _resumed(case: Case, cause: e.Event, now: datetime, rules: Rules) -> tuple[e.ClockStarted, ...]:
    """A submission that is withdrawn is owed again by the date it had, never by a new one."""
    clock, rule = case.clocks.get(SUBMISSION), rules.policy.clocks.get(SUBMISSION)
    if not isinstance(cause, e.SubmissionWithdrawn) or clock is None or rule is None or clock.running:
        return ()
    return (
        started(rule, clock.id, case, cause, now, rules, limit=clock.limit, due=clock.due, why=clock.why),
    )


def _meets(case: Case, cause: e.Event, clock: Clock, rules: Rules) -> bool:
    rule = rules.policy.clocks.get(clock.kind)
    if rule is None or cause.kind not in rule.met_by:
        return False
    if isinstance(cause, e.Declared) and not case.declared_whole:
        return clock.id == f"{clock.kind}/{cause.criterion}"
    return clock_id(clock.kind, cause) in (clock.kind, clock.id)


def _stopped(
    case: Case, clock: Clock, cause: e.Event, now: datetime, rules: Rules, reason: Reason
) -> tuple[e.Event, ...]:
    """A clock met, or ended unmet, after the rungs that fell due before anybody could record them."""
    return (
        *left_behind(case, clock, reason, now, rules),
        _met(clock, cause) if reason is Reason.answered else _ended(clock, cause, reason),
    )


def _met(clock: Clock, cause: e.Event) -> e.ClockMet:
    return e.ClockMet(at=cause.at, on=cause.on, actor=cause.actor, clock=clock.id)


def _ended(clock: Clock, cause: e.Event, reason: Reason) -> e.ClockEnded:
    return e.ClockEnded(at=cause.at, on=cause.on, actor=cause.actor, clock=clock.id, reason=reason)


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
    name = clock_id(rule.kind, cause)
    return started(rule, name, case, cause, now, rules, limit=limit, due=due, why=why)


def started(
    rule: ClockRule,
    name: str,
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
    before = case.clocks.get(name)
    return e.ClockStarted(
        at=now,
        on=cause.on,
        actor=cause.actor,
        source=cause.source,
        clock=name,
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
