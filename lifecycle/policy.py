"""Policies: the lifecycle rules as data. An officer writes TOML; loading checks all of it, by file and key.

A policy is never edited in place: a case holds the hash of the text it started under.
"""

import hashlib
from datetime import time
from enum import StrEnum

from pydantic import Field

from lifecycle.limits import Roll
from lifecycle.words import Frozen, Role, Side

OWN = "own"


class Anchor(StrEnum):
    """Where a rung stands against the due date."""

    before = "before"
    on = "on"
    after = "after"


class Rung(Frozen):
    """One reminder or escalation of a ladder: `count` days before or after the due date, at a local time."""

    id: str
    anchor: Anchor
    count: int
    working: bool
    at: time
    to: tuple[Role, ...]
    copied_to: tuple[Role, ...]
    template: str


class ClockRule(Frozen):
    """One duty: who owns it, what starts it, how long it may take, what meets it, and its ladder.

    `limit` is a limit in words, "own" (the recommendation's own wording) or None (a date is always given).
    A statutory clock is never moved.
    """

    kind: str
    title: str
    owner: Side
    starts: tuple[str, ...]
    limit: str | None
    may_be_given: bool
    roll: Roll
    met_by: tuple[str, ...]
    moved_by: tuple[Role, ...]
    statutory: bool
    rungs: tuple[Rung, ...]


class Announcement(Frozen):
    """Who is told at once when something happens."""

    event: str
    to: tuple[Role, ...]
    copied_to: tuple[Role, ...]
    template: str


class Policy(Frozen):
    """A lifecycle: its clocks and announcements, by the kinds of recommendation it is for.

    `authorises` is what a second person authorises: the "assessment", or with it the "letter", and then no other is
    sent. `accuracy_check` says whether the body's check of the draft is "required" or "offered".
    """

    name: str
    version: int
    title: str
    summary: str
    applies_to: tuple[str, ...]
    calendar: int
    opens: time
    closes: time
    marking: str
    unknown_send: str
    outcomes: tuple[str, ...]
    authorises: str
    accuracy_check: str
    needs_request: bool
    clocks: dict[str, ClockRule]
    announcements: tuple[Announcement, ...] = ()
    hash: str = Field(min_length=64, max_length=64)

    def announced_by(self, event: str) -> tuple[Announcement, ...]:
        return tuple(a for a in self.announcements if a.event == event)

    def clocks_started_by(self, event: str) -> tuple[ClockRule, ...]:
        return tuple(rule for rule in self.clocks.values() if event in rule.starts)


def hash_of(text: str) -> str:
    """SHA-256 of the policy's text, line ends normalised."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
