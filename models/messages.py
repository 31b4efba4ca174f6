"""What crosses a workflow boundary: one argument object per call, plain fields, no personal data."""

from datetime import UTC, date, datetime
from enum import StrEnum

from pydantic import Field

from lifecycle.case import Case
from lifecycle.events import Event
from lifecycle.opening import Opening
from lifecycle.words import Frozen


class TimeFrame(Frozen):
    """A case's clock. Real time: both zero. A virtual timeline adds `shift_seconds`, and reads the clock in steps
    of `grain_seconds`, so that two runs write the same instants."""

    shift_seconds: float = 0.0
    grain_seconds: int = 0

    @property
    def virtual(self) -> bool:
        return self.grain_seconds > 0

    def starting_at(self, at: datetime, now: datetime) -> "TimeFrame":
        """The frame of a workflow that starts now by the host's clock, and at `at` by its own; real time stays."""
        return self.model_copy(update={"shift_seconds": (at - now).total_seconds()}) if self.virtual else self

    def stepped(self, instant: datetime) -> datetime:
        """The instant as events have it: on a virtual timeline the start of its step."""
        if not self.virtual:
            return instant
        step = self.grain_seconds
        return datetime.fromtimestamp(instant.timestamp() // step * step, tz=UTC)


class CaseStart(Frozen):
    """Starts, or continues as new, the workflow of a case. `case` and `done` are empty at first.

    `parked` is why it waits for repair, `noted` what people have been told of that.
    """

    opening: Opening
    time: TimeFrame = TimeFrame()
    case: Case | None = None
    done: dict[str, int] = Field(default_factory=dict)
    parked: str = ""
    noted: str = ""


class Recorded(Frozen):
    """One event as the ledger holds it."""

    seq: int
    act_key: str | None
    event: Event


class Append(Frozen):
    """Compare-and-append: these events, if the ledger's stream stands at `expected_seq`.

    `act_key` is unique in the ledger; engine appends have none. `waiting_for` is what the case waits for afterwards,
    in words, for the pages; `next_at` the next instant on its agenda then, for whoever watches that it is kept.
    `act`, `actor` and `role` are those of an act that a person takes; empty for what the engine records by itself.
    """

    stream: str
    expected_seq: int
    act_key: str | None
    events: tuple[Event, ...]
    waiting_for: str = ""
    next_at: datetime | None = None
    act: str = ""
    actor: str = ""
    role: str = ""


class Answer(StrEnum):
    """How the ledger answers an append."""

    committed = "committed"
    already = "already"
    behind = "behind"
    ahead = "ahead"


class Appended(Frozen):
    """The ledger's answer. `seq` is where the stream stands for this act; `missed` the events a Behind caller lacks.

    `leaving` names mail that an act came too late to stop.
    """

    answer: Answer
    seq: int
    missed: tuple[Recorded, ...] = ()
    leaving: tuple[str, ...] = ()


class Receipt(Frozen):
    """An act has happened: it is in the ledger at `seq`. Pages read at that number or later."""

    stream: str
    act_key: str
    seq: int
    stage: str
    leaving: tuple[str, ...] = ()


class Forecast(Frozen):
    """One entry of an agenda, for people and programs."""

    at: datetime
    clock: str
    version: int
    due: date
    rung: str
    roles: tuple[str, ...]
    template: str
    reason: str | None


class CaseView(Frozen):
    """What a case's workflow says of itself when asked."""

    case: Case
    now: datetime
    waiting_for: str
    next_instant: datetime | None
    agenda: tuple[Forecast, ...]
    parked: str


class Reseat(Frozen):
    """An operator's repair: fold the case again from its ledger and go on."""

    key: str
    actor: str


class Parked(Frozen):
    """A case waits for repair, and why; with no cause it no longer does."""

    stream: str
    cause: str


class StreamRead(Frozen):
    """Ask for a stream's events after `after_seq`."""

    stream: str
    after_seq: int = 0


class StreamEvents(Frozen):
    events: tuple[Recorded, ...]


class PublishReport(Frozen):
    """Publish a report's letters and overview together. `left_out` are cases held back by a recorded decision."""

    key: str
    actor: str
    on: date | None = None
    left_out: dict[str, str] = Field(default_factory=dict)


class ReportStart(Frozen):
    """Starts the workflow of a report. Its cases follow, in batches, by the update `open_cases`.

    `order` is a publication that the ledger holds and that a lost engine did not finish: it is carried on.
    """

    report: str
    time: TimeFrame = TimeFrame()
    actor: str = "operations"
    order: PublishReport | None = None


class StartCases(Frozen):
    """Start a case for each opening. `at` is the asking workflow's instant: on a virtual timeline they start at it."""

    report: str
    openings: tuple[Opening, ...]
    time: TimeFrame
    at: datetime | None = None


class ReportState(Frozen):
    """How a report stands: its cases by stage and by outcome.

    `not_ready` are cases without a letter; in the answer to publication, those which it could not publish.
    """

    report: str
    stages: dict[str, int] = Field(default_factory=dict)
    outcomes: dict[str, int] = Field(default_factory=dict)
    not_ready: tuple[str, ...] = ()
    published_on: date | None = None


class PublishCases(Frozen):
    report: str
    order: str
    key: str
    actor: str
    on: date
    left_out: tuple[str, ...] = ()


class Unpublished(Frozen):
    """What an order could not publish: cases that wait for repair and are tried again, and acts that were refused."""

    stuck: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class StartResponses(Frozen):
    """Start the oversight bodies' responses. `at` as in `StartCases`."""

    report: str
    published_on: date
    actor: str
    time: TimeFrame
    at: datetime | None = None


class RecordOrder(Frozen):
    """The one ledger row from which an order over many cases is in force."""

    report: str
    key: str
    actor: str
    on: date
    left_out: dict[str, str] = Field(default_factory=dict)
    at: datetime


class DigestStart(Frozen):
    """One day's digest, `digest/<day>`."""

    day: date
    time: TimeFrame = TimeFrame()


class DigestMade(Frozen):
    day: date
    notices: int
