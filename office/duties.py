"""The duties of a case as people read them: whose each is, from when to when, and why its date is that date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lifecycle import events as e
from lifecycle.case import Case, Clock, ClockState
from lifecycle.dates import deadline_text, long_date
from lifecycle.limits import Limit, LimitError, due_date, explain
from lifecycle.policy import ClockRule
from lifecycle.rules import Rules
from lifecycle.words import Side

OWNERS = {Side.body: "the body", Side.oversight: "the oversight body", Side.inspectorate: "the inspectorate"}


@dataclass(frozen=True)
class Duty:
    """One clock. `stopped_on` is the day it was met or ended; `why` reads from its start to the date it has now."""

    id: str
    title: str
    owner: str
    started: date
    due: date | None
    state: ClockState
    stopped_on: date | None
    statutory: bool
    why: tuple[str, ...]

    def days_late(self, today: date) -> int:
        """How many days it is, or was when it stopped, past its date; 0 in time."""
        return max(0, ((self.stopped_on or today) - self.due).days) if self.due else 0

    def stands(self, today: date) -> str:
        """How it stands: "20 days late", "due in 5 days", "met 2 days late"."""
        late = self.days_late(today)
        past = f"{days(late)} late"
        match self.state:
            case ClockState.met:
                return f"met {past}" if late else "met in time" if self.due else "met"
            case ClockState.ended:
                return "ended without being met"
            case ClockState.running if self.due is None:
                return "running, without a date"
            case ClockState.running if late:
                return past
            case _:
                assert self.due is not None
                left = (self.due - today).days
                return f"due in {days(left)}" if left else "due today"


def duties(case: Case, events: Iterable[e.Event], rules: Rules | None) -> tuple[Duty, ...]:
    """The clocks of a case, in the order in which they began. Without `rules` they go by their bare names."""
    told = list(events)
    found = [_duty(clock, told, rules) for clock in case.clocks.values()]
    return tuple(sorted(found, key=lambda duty: (duty.started, duty.id)))


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _duty(clock: Clock, events: Sequence[e.Event], rules: Rules | None) -> Duty:
    rule = rules.policy.clocks.get(clock.kind) if rules else None
    own = [
        event
        for event in events
        if isinstance(event, e.ClockStarted | e.ClockMoved | e.ClockMet | e.ClockEnded)
        and event.clock == clock.id
    ]
    stopped = own[-1] if own and isinstance(own[-1], e.ClockMet | e.ClockEnded) else None
    return Duty(
        id=clock.id,
        title=_title(clock, rule),
        owner=OWNERS[rule.owner] if rule else "",
        started=clock.started,
        due=clock.due,
        state=clock.state,
        stopped_on=stopped.on if stopped else None,
        statutory=bool(rule and rule.statutory),
        why=tuple(line for event in own for line in _why(event, rule, rules)),
    )


def _title(clock: Clock, rule: ClockRule | None) -> str:
    title = rule.title if rule else clock.kind.replace("_", " ").capitalize()
    part = clock.id.removeprefix(clock.kind).lstrip("/")
    return f"{title} ({part})" if part else title


def _why(event: e.Event, rule: ClockRule | None, rules: Rules | None) -> Iterable[str]:
    match event:
        case e.ClockStarted() if event.version > 1:
            yield f"It began again on {long_date(event.on)}."
            yield from _counted(event, rule, rules)
        case e.ClockStarted():
            yield from _counted(event, rule, rules)
        case e.ClockMoved():
            yield f"On {long_date(event.on)} it was moved: due {deadline_text(event.due)}."
        case e.ClockMet():
            yield f"It was met on {long_date(event.on)}."
        case e.ClockEnded():
            yield f"It ended on {long_date(event.on)}: {event.reason.value}."


def _counted(event: e.ClockStarted, rule: ClockRule | None, rules: Rules | None) -> list[str]:
    """Day by day where the date was counted from a limit; otherwise the one sentence that the ledger keeps."""
    if event.due is None or event.limit is None or rule is None or rules is None:
        return [event.why]
    calendar = rules.calendar_for(rule)
    try:
        counted = due_date(Limit.parse(event.limit), event.on, calendar, rule.roll)
    except LimitError:
        return [event.why]
    return explain(counted, calendar) if counted.day == event.due else [event.why]
