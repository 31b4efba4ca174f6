"""A case as its events tell it, folded by itself: the stage, the outcome, the clocks, and what its rows should say."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from audit.record import Difference, Papers, Record, Row

STAGES = {
    "requested": "requested",
    "submitted": "submitted",
    "assessed": "assessed",
    "authorised": "authorised",
    "letter_sent": "letter_sent",
    "published": "published",
    "withdrawn": "withdrawn",
}
RESULTS = {"verified": "closed"}
ENDS = ("closed", "reissued", "superseded", "no_further_action", "withdrawn")
BUSY = ("submitted", "assessed", "authorised", "letter_sent")
"""Where the inspectorate owes the next step."""
NOT_CHASED = "implementation"
FROM_OPENING = {
    "reference": "reference",
    "body_id": "body",
    "oversight_id": "oversight",
    "report_id": "report",
    "recommendation_kind": "recommendation_kind",
    "division": "division",
    "policy": "policy",
    "policy_hash": "policy_hash",
    "calendar_hash": "calendar_hash",
}


@dataclass(frozen=True)
class Ticking:
    """A clock as it stands."""

    kind: str
    started: date
    limit: str | None
    due: date | None
    version: int
    state: str = "running"


@dataclass
class Told:
    """What the events so far say."""

    stage: str = "issued"
    outcome: str | None = None
    ended_on: date | None = None
    clocks: dict[str, Ticking] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.stage in ENDS

    def hear(self, event: Record) -> None:
        """One more event."""
        stage = stage_after(event)
        if stage is not None:
            self.stage = stage
            if self.ended and self.ended_on is None:
                self.ended_on = event.on
        if event.kind == "assessed":
            self.outcome = event.details["outcome"]
        elif event.kind in ("taken_back", "returned"):
            self.outcome = None
        elif event.kind.startswith("clock_"):
            self._clock(event)

    def _clock(self, event: Record) -> None:
        said, name = event.details, event.details["clock"]
        match event.kind:
            case "clock_started":
                self.clocks[name] = Ticking(
                    said["clock_kind"],
                    event.on,
                    said.get("limit"),
                    day(said.get("due")),
                    said.get("version", 1),
                )
            case "clock_moved":
                moved = {"due": day(said["due"]), "version": said["version"]}
                self.clocks[name] = replace(self.clocks[name], **moved)
            case "clock_met":
                self.clocks[name] = replace(self.clocks[name], state="met")
            case "clock_ended":
                self.clocks[name] = replace(self.clocks[name], state="ended")


def stage_after(event: Record) -> str | None:
    """The stage to which an event brings its case; None when it stays."""
    match event.kind:
        case "taken_back" | "returned" | "submission_withdrawn":
            return str(event.details.get("back_to", "submitted"))
        case "letter_recalled":
            return "assessed"
        case "inspected":
            return RESULTS.get(event.details["result"], str(event.details["result"]))
        case "responded":
            both = event.details["copy_to_inspectorate"] and event.details["copy_to_secretary_of_state"]
            return "closed" if both else None
    return STAGES.get(event.kind)


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def fold(papers: Papers) -> Told:
    told = Told()
    for event in papers.events:
        told.hear(event)
    return told


# --- rows ---------------------------------------------------------------------------------------------------------


def wrong_rows(papers: Papers) -> Iterator[Difference]:
    """Where the rows that pages read, or the keys of acts, are not what the events say."""
    wrong = [*_wrong_case(papers), *_wrong_clocks(papers), *_wrong_acts(papers)]
    if wrong:
        yield Difference(
            "wrong_rows", papers.stream, "; ".join(wrong), f"followthrough audit mend {papers.stream}"
        )


def _wrong_case(papers: Papers) -> Iterator[str]:
    if papers.case is None:
        yield "the case has no row"
        return
    for name, value in _case_values(papers).items():
        if papers.case[name] != value:
            yield f"the row's {name} is {papers.case[name]}, and the events say {value}"


def _case_values(papers: Papers) -> Row:
    told, opened = fold(papers), papers.events[0]
    dues = [clock.due for clock in told.clocks.values() if clock.state == "running" and clock.due]
    return {
        **{column: opened.details.get(key) for column, key in FROM_OPENING.items()},
        "kind": "response" if opened.details["recommendation_kind"] == "response" else "recommendation",
        "stage": told.stage,
        "outcome": told.outcome,
        "seq": len(papers.events),
        "head_hash": papers.events[-1].hash,
        "issued_on": opened.on,
        "opened_at": opened.at,
        "next_due": min(dues, default=None),
        "ended_on": told.ended_on,
    }


def _wrong_clocks(papers: Papers) -> Iterator[str]:
    kept = {row["id"]: row for row in papers.clocks}
    told = fold(papers).clocks
    for name in sorted(told.keys() - kept.keys()):
        yield f"the clock {name} has no row"
    for name in sorted(kept.keys() - told.keys()):
        yield f"no event began the clock {name}, and it has a row"
    for name in sorted(told.keys() & kept.keys()):
        for part, value in vars(told[name]).items():
            if kept[name][part] != value:
                yield f"the {part} of {name} is {kept[name][part]}, and the events say {value}"


def _wrong_acts(papers: Papers) -> Iterator[str]:
    """The key of each act stands once, with its events' numbers: else a repeat would be taken twice, or not at all."""
    said = act_keys(papers)
    kept = {row["key"]: (row["first_seq"], row["last_seq"]) for row in papers.acts}
    for key in sorted(said.keys() | kept.keys()):
        if said.get(key) != kept.get(key):
            yield f"the act {key} stands at {kept.get(key)}, and its events at {said.get(key)}"


def act_keys(papers: Papers) -> dict[str, tuple[int, int]]:
    """The first and last event of each act."""
    found: dict[str, tuple[int, int]] = {}
    for event in papers.events:
        if event.key is not None:
            found[event.key] = (found.get(event.key, (event.seq, 0))[0], event.seq)
    return found
