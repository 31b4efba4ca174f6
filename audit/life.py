"""A case's life judged event by event: which clocks each act should stop and begin, and which rungs should fall.

Walks the ledger's facts with a policy's text in hand, and says where what was recorded is not what follows from them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from audit.days import Table
from audit.fold import BUSY, NOT_CHASED, Told, day
from audit.ladders import Step, World
from audit.record import Papers, Record, Row

ANSWERED, MOVED, ENDED, MOOT = (
    "already answered",
    "the due date was moved",
    "the case ended",
    "no longer needed",
)
UNCOMMENTED = "no comment came in time"
OVERTAKEN, BEFORE_US = "overtaken by the start", "before we took over"
MERGED, INSPECTORATES = "merged into a newer rung", "the next duty is the inspectorate's"
SUBMISSION = "submission"
CLOCK, RUNG, MISSING, TOLD = "wrong_clock", "wrong_rung", "rung_missing", "wrong_told"
Found = tuple[str, str]
"""The kind of a difference, and its words."""


@dataclass
class Duty:
    """One version of one clock, as it should be."""

    id: str
    kind: str
    version: int
    due: date | None
    began_at: datetime
    running: bool = True
    recorded: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Beginning:
    """A clock that a fact should start. `due` is known when it resumes with the date it had."""

    kind: str
    cause: Record
    due: date | None = None
    resumed: bool = False


class Life:
    """One case, walked once."""

    def __init__(self, papers: Papers, world: World) -> None:
        self.papers = papers
        self.world = world
        self.opened = papers.events[0]
        self.told = Told()
        self.duties: dict[str, Duty] = {}
        self.cause = self.opened
        self._declared: set[str] = set()
        self._stops: dict[str, str] = {}
        self._begins: dict[str, Beginning] = {}
        self._found: list[Found] = []

    def judged(self, until: datetime) -> list[Found]:
        """All that is not as it should be, of what should have happened by `until`."""
        for batch in _batches(self.papers.events):
            if batch[0].is_fact:
                self._fact(batch[0])
            elif batch[0].kind.startswith("clock_"):
                self._clock(batch[0])
            elif batch[0].key is not None:
                self._left_behind(batch[0])
            else:
                self._wake(batch)
        self._settle()
        for duty in self._running():
            if duty.began_at <= until:
                self._missing(duty, until)
        return self._found

    def _say(self, kind: str, words: str) -> None:
        self._found.append((kind, words))

    def _running(self) -> list[Duty]:
        return [duty for duty in self.duties.values() if duty.running]

    def _steps(self, duty: Duty) -> list[Step]:
        return self.world.steps(duty.kind, duty.due) if duty.due else []

    # --- facts ----------------------------------------------------------------------------------------------------

    def _fact(self, fact: Record) -> None:
        self._settle()
        self.cause = fact
        self.told.hear(fact)
        self._announced(fact)
        if fact.kind == "declared":
            self._declared.add(str(fact.details.get("criterion") or "*"))
        self._stops = self._stopped_by(fact)
        self._begins = {} if self.told.ended else dict(self._begun_by(fact))

    def _settle(self) -> None:
        """What the last fact should have done to clocks, and no event says."""
        for name, reason in self._stops.items():
            self._say(CLOCK, f"event {self.cause.seq} ({self.cause.kind}) should stop {name}: {reason}")
        for name in self._begins:
            self._say(CLOCK, f"event {self.cause.seq} ({self.cause.kind}) should start {name}")
        self._stops, self._begins = {}, {}

    def _announced(self, fact: Record) -> None:
        told = {(one["role"], one["template"]) for one in fact.details.get("notify", ())}
        wanted = set() if self._of_the_past(fact) else _told_of(self.world, fact)
        for role, template in sorted(wanted ^ told):
            owed = "should have been told" if (role, template) in wanted else "was told without a reason"
            self._say(TOLD, f"{role} {owed} ({template}) of event {fact.seq} ({fact.kind})")

    def _of_the_past(self, fact: Record) -> bool:
        """What happened before we took the case over has no act key; of that nobody is told."""
        if fact is not self.opened:
            return fact.key is None
        past = any(one.key is None and one.is_fact for one in self.papers.events[1:])
        return past or bool(fact.details.get("source"))

    def _stopped_by(self, fact: Record) -> dict[str, str]:
        running = self._running()
        why = {duty.id: ENDED for duty in running} if self.told.ended else {}
        why |= {duty.id: MOOT for duty in running if self._undone(fact, duty)}
        if fact.kind == "draft_lapsed":
            why |= {duty.id: UNCOMMENTED for duty in running if "draft_sent" in self._rule(duty)["starts"]}
        why |= {duty.id: ANSWERED for duty in running if self._meets(fact, duty)}
        for duty in running:
            if "time_asked" in self._rule(duty)["starts"] and duty.id.partition("/")[2] in why:
                why.setdefault(duty.id, MOOT)
        return why

    def _rule(self, duty: Duty) -> Table:
        return self.world.rule(duty.kind) or {"starts": (), "met_by": ()}

    def _undone(self, fact: Record, duty: Duty) -> bool:
        if fact.kind in ("taken_back", "returned"):
            return "draft_sent" in self._rule(duty)["starts"]
        followed = {"submitted", "document_asked"} & set(self._rule(duty)["starts"])
        return fact.kind == "submission_withdrawn" and bool(followed)

    def _meets(self, fact: Record, duty: Duty) -> bool:
        if fact.kind not in self._rule(duty)["met_by"]:
            return False
        if fact.kind == "declared" and not self._whole():
            return duty.id == f"{duty.kind}/{fact.details.get('criterion')}"
        return _name(duty.kind, fact) in (duty.kind, duty.id)

    def _whole(self) -> bool:
        criteria = set(self.opened.details.get("criteria", ()))
        return "*" in self._declared or (bool(criteria) and criteria <= self._declared)

    def _begun_by(self, fact: Record) -> Iterator[tuple[str, Beginning]]:
        old = self.duties.get(SUBMISSION)
        if fact.kind == "submission_withdrawn" and old is not None and not old.running:
            yield SUBMISSION, Beginning(SUBMISSION, fact, old.due, resumed=True)
        for kind, rule in self.world.policy["clock"].items():
            name = _name(kind, fact)
            running = name in self.duties and self.duties[name].running and name not in self._stops
            if fact.kind in rule["starts"] and rule.get("limit") != "own" and not running:
                yield name, Beginning(kind, fact)

    # --- clocks ---------------------------------------------------------------------------------------------------

    def _clock(self, event: Record) -> None:
        self.told.hear(event)
        match event.kind:
            case "clock_started":
                self._started(event)
            case "clock_moved":
                self._moved(event)
            case _:
                self._stopped(event)

    def _started(self, event: Record) -> None:
        name, kind = event.details["clock"], event.details["clock_kind"]
        begun, due = self._begins.pop(name, None), day(event.details.get("due"))
        rule = self.world.rule(kind)
        if rule is None or (begun is None and not self._own(event, rule)):
            self._say(CLOCK, f"nothing starts the clock {name} at event {event.seq}")
        elif begun is not None and not self._dated(event, begun, rule):
            self._say(CLOCK, f"{name} is due on {due} by event {event.seq}, counted again otherwise")
        self._begin(event, name, kind, due, event.details.get("version", 1))

    def _begin(self, event: Record, name: str, kind: str, due: date | None, version: int) -> None:
        old = self.duties.get(name)
        wanted = old.version + 1 if old else 1
        if version != wanted:
            self._say(CLOCK, f"{name} has version {version} at event {event.seq}, and should have {wanted}")
        duty = self.duties[name] = Duty(name, kind, version, due, event.at)
        self._gone(event, duty)

    def _dated(self, event: Record, begun: Beginning, rule: Table) -> bool:
        due, limit = day(event.details.get("due")), rule.get("limit")
        if event.on != begun.cause.on:
            return False
        if begun.resumed:
            return due == begun.due
        if rule.get("may_be_given") and due and not event.details.get("limit"):
            return True
        return due == (self.world.counted(rule, limit, event.on) if limit else None)

    def _own(self, event: Record, rule: Table) -> bool:
        """A limit in the recommendation's own words: as the recommendation is kept, or counted from its limit."""
        said, due = event.details, day(event.details.get("due"))
        if rule.get("limit") != "own" or self.cause is not self.opened:
            return False
        kept = self.papers.own.get(said["clock"].partition("/")[2])
        counted = self.world.counted(rule, said["limit"], event.on) if said.get("limit") else kept
        return due in (kept, counted) or (kept is None and counted is None)

    def _gone(self, event: Record, duty: Duty) -> None:
        """The rungs that are gone when a clock begins: those of its first day and before, and of before our time."""
        wanted = {}
        for step in self._steps(duty):
            if step.day <= event.on:
                wanted[step.id] = OVERTAKEN
            elif step.at <= self.opened.at:
                wanted[step.id] = BEFORE_US
        said = {one["rung"]: one["reason"] for one in event.details.get("passed", ())}
        for rung in sorted(wanted.keys() | said.keys()):
            if wanted.get(rung) != said.get(rung):
                words = f"{said.get(rung, 'not gone')}, and should be {wanted.get(rung, 'to come')}"
                self._say(RUNG, f"{rung} of {duty.id} is {words} (event {event.seq})")
        duty.recorded |= said.keys()

    def _moved(self, event: Record) -> None:
        duty = self.duties.get(event.details["clock"])
        if duty is None or not duty.running:
            self._say(CLOCK, f"event {event.seq} moves {event.details['clock']}, which does not run")
            return
        if self._rule(duty).get("statutory"):
            self._say(CLOCK, f"event {event.seq} moves {duty.id}, which is set by statute")
        self._missing(duty, event.at)
        self._begin(event, duty.id, duty.kind, day(event.details["due"]), event.details["version"])

    def _stopped(self, event: Record) -> None:
        name = event.details["clock"]
        said = ANSWERED if event.kind == "clock_met" else event.details.get("reason", ENDED)
        wanted, duty = self._stops.pop(name, None), self.duties.get(name)
        if said != wanted or duty is None:
            self._say(
                CLOCK, f"event {event.seq} stops {name} ({said}); by the policy: {wanted or 'it goes on'}"
            )
        if duty is not None:
            self._missing(duty, event.at)
            duty.running = False

    # --- rungs ----------------------------------------------------------------------------------------------------

    def _missing(self, duty: Duty, until: datetime) -> None:
        for step in self._steps(duty):
            if step.at <= until and step.id not in duty.recorded:
                self._say(
                    MISSING, f"{step.id} of {duty.id} fell due on {step.day}, and nothing is recorded of it"
                )

    def _left_behind(self, event: Record) -> None:
        """A rung that an act finds unrecorded: not sent, for the reason that stops or moves its clock."""
        name, reason = event.details["clock"], event.details["passed"]["reason"]
        moves = any(
            one.key == event.key and one.kind == "clock_moved" and one.details["clock"] == name
            for one in self.papers.events[event.seq :]
        )
        if reason != self._stops.get(name, MOVED if moves else None):
            self._say(RUNG, f"event {event.seq} passes over a rung of {name}: {reason}, which is not so")
        self._step(event)

    def _wake(self, batch: Sequence[Record]) -> None:
        """Rungs that fell due together: of each clock the newest is sent, and the others are merged into it."""
        self._settle()
        found = [(event, step) for event in batch if (step := self._step(event)) is not None]
        for name, group in groupby(sorted(found, key=_clock_of), key=_clock_of):
            self._fates(self.duties[name], list(group))

    def _fates(self, duty: Duty, group: list[tuple[Record, Step]]) -> None:
        busy = duty.kind == NOT_CHASED and self.told.stage in BUSY
        sent = [step for _, step in group if not (busy and step.outside)]
        newest = max(sent, key=lambda step: (step.at, step.place), default=None)
        for event, step in group:
            wanted = INSPECTORATES if step not in sent else None if step is newest else MERGED
            said = None if event.kind == "rung_fell" else event.details["passed"]["reason"]
            if said != wanted:
                words = f"{said or 'sent'}, and should be {wanted or 'sent'}"
                self._say(RUNG, f"{step.id} of {duty.id} is {words} (event {event.seq})")

    def _step(self, event: Record) -> Step | None:
        """The rung of an event, marked as recorded; None, and a difference, when there is no such rung then."""
        rung, roles, template = _rung_of(event)
        duty = self.duties.get(event.details["clock"])
        step = next((one for one in self._steps(duty) if one.id == rung), None) if duty else None
        if duty is None or step is None or not duty.running or event.details["version"] != duty.version:
            self._say(
                RUNG, f"event {event.seq}: there is no rung {rung} of {event.details['clock']} just then"
            )
            return None
        if step.at > event.at:
            self._say(
                RUNG,
                f"{rung} of {duty.id} falls due on {step.day}, and was recorded before (event {event.seq})",
            )
        if rung in duty.recorded:
            self._say(RUNG, f"{rung} of {duty.id} is recorded a second time (event {event.seq})")
        if (roles, template) != (step.roles, step.template):
            self._say(
                RUNG, f"{rung} of {duty.id} tells {', '.join(roles)}; by the policy {', '.join(step.roles)}"
            )
        duty.recorded.add(rung)
        return step


def _told_of(world: World, fact: Record) -> set[tuple[str, str]]:
    """Who is told of a fact, and in which words. Letters after the assessment's go where that one goes."""
    if fact.kind == "letter_corrected":
        return {(role, "corrected-letter") for role, _ in world.announced("letter_sent")}
    if fact.kind == "word_sent":
        return {(role, f"{fact.details['of']}-letter") for role, _ in world.announced("letter_sent")}
    return world.announced(fact.kind)


def _batches(events: Iterable[Record]) -> Iterator[list[Record]]:
    """The events one by one, but for rungs that fell at one waking: those together."""

    def waking(event: Record) -> object:
        return (event.at,) if event.kind.startswith("rung_") and event.key is None else event.seq

    for _, batch in groupby(events, key=waking):
        yield list(batch)


def _name(kind: str, fact: Record) -> str:
    """The clock's name: its kind; for a request or a question, each with a clock of its own, of which."""
    if fact.kind in ("time_asked", "time_granted", "time_refused"):
        return f"{kind}/{fact.details['clock']}"
    if fact.kind in ("question_asked", "question_answered"):
        return f"{kind}/{fact.details['number']}"
    return kind


def _clock_of(found: tuple[Record, Step]) -> str:
    return str(found[0].details["clock"])


def _rung_of(event: Record) -> tuple[str, tuple[str, ...], str]:
    """The rung, the roles and the template that an event names."""
    said = event.details
    if event.kind == "rung_passed":
        passed: Row = said["passed"]
        return passed["rung"], tuple(passed["roles"]), passed["template"]
    notify = said.get("notify", ())
    return said["rung"], tuple(one["role"] for one in notify), notify[0]["template"] if notify else ""
