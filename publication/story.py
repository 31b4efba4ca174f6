"""One case's public story, folded from the events that its letter tells and that come after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lifecycle.case import WHOLE
from lifecycle.words import Finding
from office.publications import Sent

TOLD = (
    "issued",
    "requested",
    "submitted",
    "submission_withdrawn",
    "assessed",
    "taken_back",
    "returned",
    "letter_sent",
    "letter_corrected",
    "published",
    "declared",
    "inspected",
    "withdrawn",
    "clock_started",
    "clock_moved",
    "responded",
)
"""The kinds of event that are read. What each side says to the other meanwhile is nobody else's."""
ILLUSTRATIVE = "illustrative: "
TO_INSPECTORATE, TO_SECRETARY = COPIES = ("copy_to_inspectorate", "copy_to_secretary_of_state")


@dataclass(frozen=True)
class Told:
    """An event as a row has it."""

    kind: str
    at: datetime
    on: date
    details: Mapping[str, object]

    def text(self, name: str) -> str:
        return str(self.details.get(name) or "")

    def day(self, name: str) -> date | None:
        said = self.text(name)
        return date.fromisoformat(said) if said else None

    def number(self, name: str) -> int:
        said = self.details.get(name)
        return said if isinstance(said, int) else 0

    def names(self, name: str) -> tuple[str, ...]:
        said = self.details.get(name)
        return tuple(map(str, said)) if isinstance(said, list) else ()

    @property
    def made_up(self) -> frozenset[str]:
        """The facts in it that are illustrative, as a rehearsal's history says in its source."""
        source = self.text("source")
        if not source.startswith(ILLUSTRATIVE):
            return frozenset()
        return frozenset(source.removeprefix(ILLUSTRATIVE).split(", "))


@dataclass
class Story:
    """What is known of a case so far. `lettered` is what the letter tells: an assessment in no letter is not here."""

    requested: date | None = None
    submitted: date | None = None
    late_by: int = 0
    assessed: Told | None = None
    lettered: Told | None = None
    letter: Told | None = None
    corrected: date | None = None
    published: Told | None = None
    criteria: tuple[str, ...] = ()
    declarations: dict[str, date] = field(default_factory=dict)
    inspected: Told | None = None
    withdrawn: date | None = None
    ended_at: datetime | None = None
    responded: Told | None = None
    response: str = ""
    copies: dict[str, date] = field(default_factory=dict)
    due: dict[str, date] = field(default_factory=dict)
    made_up: frozenset[str] = frozenset()

    def hear(self, told: Told) -> None:
        """Take in the next event."""
        match told.kind:
            case "issued":
                self.criteria = told.names("criteria")
            case "requested":
                self.requested = told.on
            case "submitted":
                self._submitted(told)
            case "submission_withdrawn":
                self.submitted, self.late_by = None, 0
            case "assessed":
                self.assessed = told
            case "taken_back" | "returned":
                self.assessed = None
            case "letter_sent":
                self.letter, self.lettered, self.corrected = told, self.assessed, None
                self.made_up |= self.assessed.made_up if self.assessed else frozenset()
            case "letter_corrected":
                self._corrected(told)
            case "published":
                self.published = told
            case "declared":
                self.declarations.setdefault(told.text("criterion") or WHOLE, told.on)
            case "inspected":
                self.inspected, self.ended_at = told, told.at
            case "withdrawn":
                self.withdrawn, self.ended_at = told.on, told.at
            case "responded":
                self._responded(told)
            case "clock_started" | "clock_moved":
                self._due(told)
        if told.kind not in ("assessed", "taken_back", "returned"):
            self.made_up |= told.made_up

    def _responded(self, told: Told) -> None:
        """Recorded again for a copy that came later, it keeps its day, and how late it was; a copy has its own day."""
        self.responded = self.responded or told
        self.response = told.text("response")
        for copy in COPIES:
            if told.details.get(copy):
                self.copies.setdefault(copy, told.on)

    @property
    def declared(self) -> date | None:
        """The day by which the body had declared all of it, at once or criterion by criterion; None for a part."""
        parts = [self.declarations.get(one) for one in self.criteria]
        done = [max(day for day in parts if day)] if parts and all(parts) else []
        whole = self.declarations.get(WHOLE)
        return min([*done, *([whole] if whole else [])], default=None)

    @property
    def declared_parts(self) -> dict[str, date]:
        return {one: on for one, on in self.declarations.items() if one != WHOLE}

    def _submitted(self, told: Told) -> None:
        """Lateness is of the first submission; what replaces one later is not later."""
        if not told.text("replaces"):
            self.late_by = told.number("late_by")
            self.submitted = told.on

    def _corrected(self, told: Told) -> None:
        """What is public is the corrected letter; it was sent when the first one was."""
        if self.letter is not None:
            at, on = self.letter.at, self.letter.on
            self.letter, self.corrected = Told(told.kind, at, on, told.details), told.on

    def _due(self, told: Told) -> None:
        if (due := told.day("due")) is not None:
            self.due[told.text("clock")] = due

    @property
    def sent(self) -> Sent | None:
        """When the letter was sent, for the orders that may publish it."""
        return Sent(self.letter.at, self.letter.on, self.ended_at) if self.letter else None

    @property
    def outcome(self) -> str:
        return self.lettered.text("outcome") if self.lettered else ""

    @property
    def findings(self) -> dict[str, Finding]:
        found = self.lettered.details.get("findings") if self.lettered else None
        return (
            {str(one): Finding(str(said)) for one, said in found.items()} if isinstance(found, dict) else {}
        )


def stories(rows: Iterable[tuple[str, Told]]) -> dict[str, Story]:
    """The stories of streams, from rows in the order of each stream."""
    found: dict[str, Story] = {}
    for stream, told in rows:
        found.setdefault(stream, Story()).hear(told)
    return found
