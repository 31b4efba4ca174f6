"""The agenda: everything that will happen to a case if nobody acts. A pure function of (case, rules)."""

from dataclasses import dataclass
from datetime import date, datetime

from lifecycle import events as e
from lifecycle.case import Case, Clock, fold_all
from lifecycle.checking import ACCURACY, lapsed
from lifecycle.dates import local_date
from lifecycle.decisions import with_consequences
from lifecycle.ladder import Step, outstanding, rung_passed
from lifecycle.rules import Rules
from lifecycle.words import ENGINE, WITH_INSPECTORATE, Reason, Role, Side

IMPLEMENTATION = "implementation"


@dataclass(frozen=True)
class Entry:
    """One rung to come. `reason` is set when it will be recorded but not sent."""

    at: datetime
    clock: str
    version: int
    due: date
    rung: str
    roles: tuple[Role, ...]
    template: str
    reason: Reason | None


@dataclass(frozen=True)
class _Due:
    clock: Clock
    step: Step


def agenda(case: Case, rules: Rules) -> tuple[Entry, ...]:
    """All rungs to come, in order, each with its fate."""
    if case.ended or not case.opened:
        return ()
    rungs = _outstanding(case, rules)
    entries = tuple(_entry(case, one, rungs) for one in rungs)
    lapse = next((one for one in entries if one.clock == ACCURACY and local_date(one.at) > one.due), None)
    if lapse is None or case.draft_closed:
        return entries
    return (*(one for one in entries if one.at <= lapse.at), *_after(case, lapse, rules))


def _after(case: Case, lapse: Entry, rules: Rules) -> tuple[Entry, ...]:
    """What comes after a draft's time is over: its clock ends, and others may start."""
    then = fold_all(case, falls_due(case, rules, lapse.at))
    return tuple(one for one in agenda(then, rules) if one.at > lapse.at)


def next_instant(case: Case, rules: Rules) -> datetime | None:
    """When the engine must wake, or None when only people can move the case."""
    return min((one.step.at for one in _outstanding(case, rules)), default=None) if not case.ended else None


def falls_due(case: Case, rules: Rules, now: datetime) -> tuple[e.Event, ...]:
    """What to record on waking at `now`: only the newest rung of a clock is sent, older ones are merged."""
    if case.ended:
        return ()
    ripe = [one for one in _outstanding(case, rules) if one.step.at <= now]
    fell = tuple(_event(case, one, ripe, now) for one in ripe)
    lapse = lapsed(case, fell)
    if lapse is None:
        return fell
    return (*fell, *with_consequences(fold_all(case, fell), lapse, now, rules))


def _outstanding(case: Case, rules: Rules) -> list[_Due]:
    found = [_Due(clock, step) for clock in case.running() for step in outstanding(case, clock, rules)]
    return sorted(found, key=lambda one: (one.step.at, one.clock.id))


def _fate(case: Case, one: _Due, together: list[_Due]) -> Reason | None:
    """Why a rung is not sent, or None: `together` are the rungs that fall due with it, oldest first."""
    if _with_inspectorate(case, one):
        return Reason.with_inspectorate
    newest = [o for o in together if o.clock.id == one.clock.id and not _with_inspectorate(case, o)][-1]
    return None if newest is one else Reason.merged


def _with_inspectorate(case: Case, one: _Due) -> bool:
    """Would this rung chase implementation outside while the next duty is the inspectorate's? (design, Words)"""
    outside = any(told.role.side is not Side.inspectorate for told in one.step.notify())
    return one.clock.kind == IMPLEMENTATION and case.stage in WITH_INSPECTORATE and outside


def _entry(case: Case, one: _Due, rungs: list[_Due]) -> Entry:
    same_instant = [other for other in rungs if other.step.at == one.step.at]
    assert one.clock.due is not None
    return Entry(
        at=one.step.at,
        clock=one.clock.id,
        version=one.clock.version,
        due=one.clock.due,
        rung=one.step.rung.id,
        roles=tuple(n.role for n in one.step.notify()),
        template=one.step.rung.template,
        reason=_fate(case, one, same_instant),
    )


def _event(case: Case, one: _Due, ripe: list[_Due], now: datetime) -> e.RungFell | e.RungPassed:
    reason = _fate(case, one, ripe)
    if reason is not None:
        return rung_passed(one.clock, one.step, reason, now)
    return e.RungFell(
        at=now,
        on=local_date(now),
        actor=ENGINE,
        clock=one.clock.id,
        version=one.clock.version,
        rung=one.step.rung.id,
        scheduled=one.step.at,
        notify=one.step.notify(),
    )
