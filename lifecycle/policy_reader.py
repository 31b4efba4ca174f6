"""Reading a policy from TOML: everything is checked, and every error names the file and the key."""

import re
import tomllib
from collections.abc import Iterable
from datetime import time
from typing import get_args

from lifecycle import events as e
from lifecycle.limits import Limit, LimitError, Roll
from lifecycle.policy import OWN, Anchor, Announcement, ClockRule, Policy, Rung, hash_of
from lifecycle.policy_checks import Problem, announcement_problems, clock_problems
from lifecycle.policy_fields import Fields, Table
from lifecycle.words import Side

EVENTS = frozenset(model.model_fields["kind"].default for model in get_args(get_args(e.Event)[0])) - {
    "clock_started",
    "clock_moved",
    "clock_met",
    "clock_ended",
    "rung_fell",
    "rung_passed",
    "letter_corrected",
    "word_sent",
}
"""Those that a policy may name; letters after the assessment's go where that one goes."""
AUTHORISED = ("assessment", "letter")
CHECKS = ("offered", "required")
ACT = "act"
"""The ledger's word for notices of no clock (activities/ledger/notices.py); no clock may bear it."""
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_WHEN = re.compile(r"([0-9]{1,3}) (working )?days? (before|after)")
_POLICY_KEYS = frozenset(
    {
        "name",
        "version",
        "title",
        "summary",
        "applies_to",
        "calendar",
        "opens",
        "closes",
        "marking",
        "unknown_send",
        "outcomes",
        "authorises",
        "accuracy_check",
    }
)
_CLOCK_KEYS = frozenset(
    {"title", "owner", "starts", "limit", "may_be_given", "roll", "met_by", "moved_by", "statutory", "rung"}
)
_RUNG_KEYS = frozenset({"id", "when", "at", "to", "copy", "template"})
_ANNOUNCE_KEYS = frozenset({"event", "to", "copy", "template"})


class PolicyError(ValueError):
    """A policy file that cannot be used: the message names file, key and remedy; `problems` holds all of them."""

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file = file
        self.problems = problems
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))


def read_policy(text: str, file: str, templates: frozenset[str]) -> Policy:
    """The policy in `text`.

    Raises:
        PolicyError: with every problem found, each naming its key.
    """
    reader = _Reader(templates)
    policy = reader.policy(_parsed(text, file), hash_of(text))
    if reader.problems or policy is None:
        raise PolicyError(file, reader.problems)
    return policy


def _parsed(text: str, file: str) -> Table:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a plain ValueError
        raise PolicyError(file, [f"not TOML: {error}"]) from error


class _Reader(Fields):
    """Reads the tables of one policy."""

    def __init__(self, templates: frozenset[str]) -> None:
        super().__init__()
        self.templates = templates
        self.opens = time(9)
        self.closes = time(17)

    def policy(self, table: Table, digest: str) -> Policy | None:
        head = self.table(table, "policy")
        self.only(head, _POLICY_KEYS, "policy")
        self.only(table, frozenset({"policy", "clock", "announce"}), "")
        self.office_hours(head)
        clocks = self.clocks(table)
        announcements = self.announcements(table)
        outcomes = self.words(head, "outcomes", "policy", required="submission" in clocks)
        fields = {
            "name": self.word(head, "name", "policy"),
            "version": self.number(head, "version", "policy", 1),
            "title": self.word(head, "title", "policy"),
            "summary": self.word(head, "summary", "policy"),
            "applies_to": self.words(head, "applies_to", "policy"),
            "calendar": self.number(head, "calendar", "policy", 1),
            "opens": self.opens,
            "closes": self.closes,
            "marking": self.word(head, "marking", "policy", ""),
            "unknown_send": self.choice(head, "unknown_send", "policy", ("hold", "send_again"), "hold"),
            "outcomes": outcomes,
            "authorises": self.choice(head, "authorises", "policy", AUTHORISED, AUTHORISED[0]),
            "accuracy_check": self.choice(head, "accuracy_check", "policy", CHECKS, CHECKS[0]),
            "needs_request": any("requested" in clock.starts for clock in clocks.values()),
            "clocks": clocks,
            "announcements": announcements,
            "hash": digest,
        }
        return None if self.problems else Policy.model_validate(fields)

    def check(self, problems: Iterable[Problem], since: int) -> None:
        """Note what makes no sense in a part that could be read: one in which nothing was wrong since."""
        if len(self.problems) == since:
            for key, problem in problems:
                self.wrong(key, problem)

    def office_hours(self, head: Table) -> None:
        self.opens = self.clock_time(head, "opens", "policy", time(9))
        self.closes = self.clock_time(head, "closes", "policy", time(17))
        if self.closes <= self.opens:
            self.wrong(
                "policy.closes", f"{self.closes:%H:%M} is not after the office opens, {self.opens:%H:%M}"
            )

    def clocks(self, table: Table) -> dict[str, ClockRule]:
        found = {}
        tables = self.table(table, "clock")
        for kind in tables:
            if not _KIND.fullmatch(kind) or kind == ACT:
                self.wrong(f"clock.{kind}", "write a clock's name in small letters, and not as 'act'")
            before = len(self.problems)
            clock = self.clock(kind, self.table(tables, kind, "clock"))
            if clock:
                found[kind] = clock
                self.check(clock_problems(clock), before)
        return found

    def clock(self, kind: str, table: Table) -> ClockRule | None:
        where = f"clock.{kind}"
        if not table:
            return None
        self.only(table, _CLOCK_KEYS, where)
        rungs = [self.rung(one, where, n) for n, one in enumerate(self.tables(table, "rung", where), 1)]
        owner = self.choice(table, "owner", where, tuple(s.value for s in Side))
        roll = self.choice(table, "roll", where, tuple(r.value for r in Roll), Roll.NEVER.value)
        return ClockRule(
            kind=kind,
            title=self.word(table, "title", where),
            owner=Side(owner or Side.body),
            starts=self.events(table, "starts", where),
            limit=self.limit(table, where),
            may_be_given=self.flag(table, "may_be_given", where),
            roll=Roll(roll or Roll.NEVER),
            met_by=self.events(table, "met_by", where),
            moved_by=self.roles(table, "moved_by", where, required=False),
            statutory=self.flag(table, "statutory", where),
            rungs=tuple(rung for rung in rungs if rung),
        )

    def limit(self, table: Table, where: str) -> str | None:
        said = self.word(table, "limit", where, "")
        if said in ("", OWN):
            return said or None
        try:
            return str(Limit.parse(said))
        except LimitError as error:
            self.wrong(f"{where}.limit", str(error))
            return None

    def rung(self, table: Table, clock: str, n: int) -> Rung | None:
        where = f"{clock}.rung[{table.get('id', n)}]"
        before = len(self.problems)
        self.only(table, _RUNG_KEYS, where)
        anchor, count, working = self.when(table, where)
        rung = Rung(
            id=self.word(table, "id", where),
            anchor=anchor,
            count=count,
            working=working,
            at=self.at(table, where),
            to=self.roles(table, "to", where),
            copied_to=self.roles(table, "copy", where, required=False),
            template=self.template(table, where),
        )
        return rung if len(self.problems) == before else None

    def at(self, table: Table, where: str) -> time:
        at = self.clock_time(table, "at", where, self.opens)
        if not self.opens <= at <= self.closes:
            hours = f"{self.opens:%H:%M} to {self.closes:%H:%M}"
            self.wrong(f"{where}.at", f"{at:%H:%M} is outside office hours ({hours})")
        return at

    def when(self, table: Table, where: str) -> tuple[Anchor, int, bool]:
        said = self.word(table, "when", where)
        if said == "the day it is due":
            return Anchor.on, 0, False
        found = _WHEN.fullmatch(said)
        if found and int(found[1]):
            return Anchor(found[3]), int(found[1]), bool(found[2])
        if said:
            forms = "'5 working days before', '10 days after' or 'the day it is due'"
            self.wrong(f"{where}.when", f"{said!r} is not understood; write {forms}")
        return Anchor.on, 0, False

    def announcements(self, table: Table) -> tuple[Announcement, ...]:
        before = len(self.problems)
        found = tuple(
            self.announcement(one, f"announce[{n}]")
            for n, one in enumerate(self.tables(table, "announce", ""), 1)
        )
        self.check(announcement_problems(found), before)
        return found

    def announcement(self, table: Table, where: str) -> Announcement:
        self.only(table, _ANNOUNCE_KEYS, where)
        event = self.word(table, "event", where)
        if event:
            self.known_event(event, f"{where}.event")
        return Announcement(
            event=event,
            to=self.roles(table, "to", where),
            copied_to=self.roles(table, "copy", where, required=False),
            template=self.template(table, where),
        )

    def template(self, table: Table, where: str) -> str:
        name = self.word(table, "template", where)
        if name and name not in self.templates:
            self.wrong(f"{where}.template", f"no template {name!r} under config/templates/mail")
        return name

    def events(self, table: Table, key: str, where: str) -> tuple[str, ...]:
        found = self.words(table, key, where)
        for event in found:
            self.known_event(event, f"{where}.{key}")
        return found

    def known_event(self, event: str, key: str) -> None:
        if event not in EVENTS:
            self.wrong(key, f"unknown event {event!r}; known: {', '.join(sorted(EVENTS))}")
