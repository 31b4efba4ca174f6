"""Ladders: the rungs around a clock's due date as instants, and which of them are gone before they begin."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lifecycle.calendars import Calendar
from lifecycle.case import Case, Clock
from lifecycle.dates import at_local, local_date
from lifecycle.events import Notify, Passed, RungPassed
from lifecycle.policy import Anchor, ClockRule, Rung
from lifecycle.rules import Rules
from lifecycle.words import ENGINE, Reason, Role


@dataclass(frozen=True)
class Step:
    """A rung of one clock with the instant it falls due."""

    at: datetime
    day: date
    rung: Rung

    def passed(self, reason: Reason) -> Passed:
        return Passed(
            rung=self.rung.id, reason=reason, at=self.at, roles=_told(self.rung), template=self.rung.template
        )

    def notify(self) -> tuple[Notify, ...]:
        return tuple(
            Notify(role=role, template=self.rung.template, copied_to=self.rung.copied_to)
            for role in _told(self.rung)
        )


def _told(rung: Rung) -> tuple[Role, ...]:
    return tuple(dict.fromkeys((*rung.to, *rung.copied_to)))


def rung_day(rung: Rung, due: date, calendar: Calendar) -> date:
    """The local day of a rung: counted from the due date, and pulled earlier to a working day, never later.

    An escalation in calendar days that would be pulled back to the due date or before leaves on the next
    working day instead: nobody is chased for what is not yet late.
    """
    if rung.anchor is Anchor.on:
        return calendar.on_or_before(due)
    count = -rung.count if rung.anchor is Anchor.before else rung.count
    if rung.working:
        return calendar.add_working_days(due, count)
    day = due + timedelta(days=count)
    pulled = calendar.on_or_before(day)
    return pulled if rung.anchor is Anchor.before or pulled > due else calendar.on_or_after(day)


def steps(rule: ClockRule, due: date, rules: Rules) -> tuple[Step, ...]:
    """All rungs of a clock due on `due`, in the order of their instants.

    Of two at one instant the later in the ladder comes last: where a Saturday's rungs are pulled back to Friday,
    "the day it is due" stands after "1 working day before", in whatever order the policy lists them.
    """
    calendar = rules.calendar_for(rule)
    found = []
    for rung in rule.rungs:
        day = rung_day(rung, due, calendar)
        found.append(Step(at=at_local(day, rung.at), day=day, rung=rung))
    return tuple(sorted(found, key=lambda step: (step.at, _place(step.rung))))


def _place(rung: Rung) -> int:
    """Where a rung stands in its ladder: below zero before the due date, above it afterwards."""
    return {Anchor.before: -rung.count, Anchor.on: 0, Anchor.after: rung.count}[rung.anchor]


def passed_at_start(
    rule: ClockRule, due: date, started: date, opened_at: datetime | None, rules: Rules
) -> tuple[Passed, ...]:
    """Rungs on or before the day the clock starts, and those from before the case was opened.

    The second kind also when an act of before that day is recorded afterwards: what was before us is never sent.
    """
    gone = []
    for step in steps(rule, due, rules):
        if step.day <= started:
            gone.append(step.passed(Reason.overtaken))
        elif opened_at is not None and step.at <= opened_at:
            gone.append(step.passed(Reason.before_takeover))
    return tuple(gone)


def outstanding(case: Case, clock: Clock, rules: Rules) -> tuple[Step, ...]:
    """The rungs of a running clock that are neither sent nor explained yet."""
    rule = rules.policy.clocks.get(clock.kind)
    if rule is None or clock.due is None or not clock.running:
        return ()
    return tuple(s for s in steps(rule, clock.due, rules) if s.rung.id not in clock.recorded)


def left_behind(
    case: Case, clock: Clock, reason: Reason, now: datetime, rules: Rules
) -> tuple[RungPassed, ...]:
    """Rungs that fell due unrecorded while the engine slept, of a clock that an act now answers, moves or ends."""
    return tuple(
        rung_passed(clock, step, reason, now) for step in outstanding(case, clock, rules) if step.at <= now
    )


def rung_passed(clock: Clock, step: Step, reason: Reason, now: datetime) -> RungPassed:
    """The event of a rung that fell due and is not sent."""
    return RungPassed(
        at=now,
        on=local_date(now),
        actor=ENGINE,
        clock=clock.id,
        version=clock.version,
        passed=step.passed(reason),
    )
