"""A case's ledger read by itself, without the fold: what was passed, and every due date that a clock ever had."""

from datetime import date, datetime

from lifecycle import events as e
from lifecycle.words import Reason


def passed(events: list[e.Event]) -> list[tuple[str, int, str]]:
    """Rungs that were not sent, by clock, version and rung."""
    found = []
    for event in events:
        match event:
            case e.ClockStarted() | e.ClockMoved():
                found += [(event.clock, event.version, one.rung) for one in event.passed]
            case e.RungPassed():
                assert isinstance(event.passed.reason, Reason)
                found.append((event.clock, event.version, event.passed.rung))
    return found


def versions(events: list[e.Event]) -> list[tuple[str, int, str, date, datetime | None]]:
    """Every due date that every clock ever had, and when it stopped counting."""
    kinds: dict[str, str] = {}
    dues: dict[tuple[str, int], date] = {}
    stopped: dict[tuple[str, int], datetime] = {}
    current: dict[str, int] = {}
    for event in events:
        if isinstance(event, e.ClockMoved | e.ClockMet | e.ClockEnded):
            stopped[event.clock, current[event.clock]] = event.at
        if isinstance(event, e.ClockStarted):
            kinds[event.clock] = event.clock_kind
        if isinstance(event, e.ClockStarted | e.ClockMoved):
            assert event.version == current.get(event.clock, 0) + 1
            current[event.clock] = event.version
            if event.due is not None:
                dues[event.clock, event.version] = event.due
    return [(c, v, kinds[c], due, stopped.get((c, v))) for (c, v), due in dues.items()]
