"""Notices against events: each that an event asks for is there, sent or explained, and nobody asked for another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit.fold import BUSY, NOT_CHASED, Told, day
from audit.life import ANSWERED, ENDED, INSPECTORATES, MERGED, MOOT, MOVED, UNCOMMENTED
from audit.record import Difference, Papers, Record, Row

ACT = "act"
NOT_ASKED = "nobody asked for it"
"""The reason of a notice that the audit found without a cause, and that never left."""
LONG = timedelta(days=1)
WAITING = ("due", "claimed")
Key = tuple[str, int, str, str]


@dataclass(frozen=True)
class Asked:
    """A notice that an event asks for; `reason` when it is not to be sent. `due` is its clock's date."""

    clock: str
    version: int
    rung: str
    role: str
    template: str
    copied_to: str
    cause: Record
    due: date | None
    reason: str = ""

    @property
    def key(self) -> Key:
        return self.clock, self.version, self.rung, self.role

    @property
    def words(self) -> str:
        return f"{self.rung} of {self.clock} to {self.role}"


def asked(papers: Papers) -> Iterator[Asked]:
    """All notices that the events ask for, in order."""
    told = Told()
    for event in papers.events:
        told.hear(event)
        said = event.details
        due = told.clocks[said["clock"]].due if said.get("clock") in told.clocks else None
        for one in (*said.get("passed", ()),) if event.kind.startswith("clock_") else ():
            yield from _passed(event, one, due)
        if event.kind == "rung_passed":
            yield from _passed(event, said["passed"], due)
        for one in said.get("notify", ()):
            fell = event.kind == "rung_fell"
            yield Asked(
                clock=said["clock"] if fell else ACT,
                version=said["version"] if fell else event.seq,
                rung=said["rung"] if fell else one["template"],
                role=one["role"],
                template=one["template"],
                copied_to=",".join(one.get("copied_to", ())),
                cause=event,
                due=due if fell else _act_due(papers, event),
            )


def _passed(event: Record, passed: Row, due: date | None) -> Iterator[Asked]:
    for role in passed["roles"]:
        yield Asked(
            clock=event.details["clock"],
            version=event.details.get("version", 1),
            rung=passed["rung"],
            role=role,
            template=passed["template"],
            copied_to="",
            cause=event,
            due=due,
            reason=passed["reason"],
        )


def _act_due(papers: Papers, event: Record) -> date | None:
    """The date that news of an act names: its own, or that of the first clock that started with it."""
    if event.kind in ("time_granted", "time_refused"):
        return day(event.details.get("due"))
    same = [one for one in papers.events if one.kind == "clock_started" and _together(one, event)]
    return day(same[0].details.get("due")) if same else None


def _together(one: Record, event: Record) -> bool:
    return one.key == event.key and one.at == event.at


# --- against the rows -----------------------------------------------------------------------------------------------


def wrong_notices(papers: Papers, now: datetime) -> Iterator[Difference]:
    """What is not as the events ask."""
    wanted = {one.key: one for one in asked(papers)}
    kept = {key_of(row): row for row in papers.notices if not row["cover"]}
    mend = f"followthrough audit mend {papers.stream}"
    lost = [one.words for key, one in wanted.items() if key not in kept]
    if lost:
        said = f"No notice is kept of {_some(lost)}, which an event asks for"
        yield Difference("notice_missing", papers.stream, said, mend)
    strange = [row for row in papers.notices if key_of(row) not in wanted and not _laid_down(row)]
    if strange:
        said = f"Nobody asked for {_some([_words(row) for row in strange])}"
        left = [row for row in strange if row["state"] not in (*WAITING, "not_sent")]
        told = "; what has left cannot be called back: tell whoever got it" if left else ""
        yield Difference("notice_unasked", papers.stream, said, mend + told)
    wrong = [why for key, one in wanted.items() if key in kept and (why := bent(papers, one, kept[key]))]
    if wrong:
        yield Difference("notice_wrong", papers.stream, _some(wrong), mend)
    yield from _waiting(papers, now)


def key_of(row: Row) -> Key:
    return row["clock"], row["version"], row["rung"], row["role"]


def _laid_down(row: Row) -> bool:
    return bool(row["state"] == "not_sent" and row["reason"] == NOT_ASKED)


def bent(papers: Papers, one: Asked, row: Row) -> str:
    """Why a notice is not as its event asks; empty when it is."""
    dated = bool(one.reason) or row["due"] == one.due
    if row["cause_seq"] != one.cause.seq or row["template"] != one.template or not dated:
        return f"{one.words} names another event, template or date than event {one.cause.seq} gives"
    if one.reason:
        explained = (row["state"], row["reason"]) == ("not_sent", one.reason)
        return "" if explained else f"{one.words} is {row['state']}, and should not be sent: {one.reason}"
    if row["state"] != "not_sent" or _stands(papers, one, row["reason"]):
        return ""
    return f"{one.words} was not sent ({row['reason'] or 'no reason'}), and nothing that happened says so"


def _stands(papers: Papers, one: Asked, reason: str) -> bool:
    """Whether something that happened after the rung is a reason not to send it."""
    later = papers.events[one.cause.seq :]
    of_clock = [event for event in later if event.details.get("clock") == one.clock]
    match reason:
        case "" | "overtaken by the start" | "before we took over":
            return False
        case _ if reason == MERGED:
            return any(event.kind == "rung_fell" and _tells(event, one.role) for event in of_clock)
        case _ if reason == ANSWERED:
            return any(event.kind == "clock_met" for event in of_clock)
        case _ if reason == MOVED:
            return any(event.kind == "clock_moved" for event in of_clock)
        case _ if reason in (ENDED, MOOT, UNCOMMENTED):
            return any(event.kind == "clock_ended" for event in of_clock)
        case _ if reason == INSPECTORATES:
            return one.clock.partition("/")[0] == NOT_CHASED and _was_busy(papers, one.cause.seq)
    return False


def _tells(event: Record, role: str) -> bool:
    return any(one["role"] == role for one in event.details.get("notify", ()))


def _was_busy(papers: Papers, since: int) -> bool:
    """Whether the inspectorate owed the next step at any time since that event."""
    told = Told()
    for event in papers.events:
        told.hear(event)
        if event.seq >= since and told.stage in BUSY:
            return True
    return False


def _waiting(papers: Papers, now: datetime) -> Iterator[Difference]:
    late = [
        _words(row)
        for row in papers.notices
        if row["state"] in WAITING and not row["held"] and max(row["not_before"], row["fell_at"]) < now - LONG
    ]
    if late:
        said = f"Neither sent nor explained for over a day: {_some(late)}"
        remedy = f"followthrough doctor; then followthrough case show {papers.stream}"
        yield Difference("notice_waiting", papers.stream, said, remedy)


def _words(row: Row) -> str:
    return f"{row['rung']} of {row['clock']} to {row['role']}"


def _some(said: list[str]) -> str:
    return "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")
