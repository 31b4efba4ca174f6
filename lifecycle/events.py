"""What a ledger holds: one typed event per thing that happened. State is their fold (`lifecycle/case.py`)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from lifecycle.words import (
    Finding,
    Frozen,
    InspectionResult,
    LetterKind,
    Paper,
    Reason,
    Role,
    Stage,
    SubmissionAnswer,
    unsaid,
)


class Notify(Frozen):
    """A duty to tell one role, with one template. `copied_to` is what the message says of others told."""

    role: Role
    template: str
    copied_to: tuple[Role, ...] = ()


class Passed(Frozen):
    """A rung that was not sent, and why."""

    rung: str
    reason: Reason
    at: datetime
    roles: tuple[Role, ...]
    template: str


class EventBase(Frozen):
    """`at` is the engine's instant (aware UTC); `on` the local date it counts for in law."""

    at: datetime
    on: date
    actor: str
    notify: tuple[Notify, ...] = ()
    source: str = ""


class Issued(EventBase):
    """The case is ours from here on. `on` is the day the recommendation was issued or published."""

    kind: Literal["issued"] = "issued"
    reference: str
    body: str
    report: str
    recommendation_kind: str
    division: str
    policy: str
    policy_hash: str
    calendar_hash: str
    criteria: tuple[str, ...] = ()
    oversight: str | None = None
    virtual: bool = False


class Requested(EventBase):
    kind: Literal["requested"] = "requested"
    letter: str


class Acknowledged(EventBase):
    """The body has seen the paper: `actor` says who, `on` when."""

    kind: Literal["acknowledged"] = "acknowledged"
    paper: Paper


class Submitted(EventBase):
    """`late_by` counts days, on a first submission. `reference` is where it was reported already."""

    kind: Literal["submitted"] = "submitted"
    submission: str
    complete: bool
    late_by: int = 0
    replaces: str | None = None
    answer: SubmissionAnswer = SubmissionAnswer.plan
    reference: str | None = None


class SubmissionWithdrawn(EventBase):
    """The body took `submission` back; the case goes to `back_to`, and its clock runs again to the same date."""

    kind: Literal["submission_withdrawn"] = "submission_withdrawn"
    submission: str
    reason: str
    back_to: Stage


class LateAccepted(EventBase):
    """A submission that came `late_by` days late was accepted. It stays late."""

    kind: Literal["late_accepted"] = "late_accepted"
    submission: str
    late_by: int
    reason: str


class DocumentAsked(EventBase):
    kind: Literal["document_asked"] = "document_asked"
    document: str


class Assessed(EventBase):
    kind: Literal["assessed"] = "assessed"
    assessment: str
    outcome: str
    findings: dict[str, Finding]
    without_submission: bool = False


class TakenBack(EventBase):
    """`back_to` is where the case goes: a case assessed without a submission goes on waiting for one."""

    kind: Literal["taken_back"] = "taken_back"
    reason: str
    back_to: Stage = Stage.submitted


class DraftSent(EventBase):
    """The draft letter went to the body, under embargo, for its check of the facts."""

    kind: Literal["draft_sent"] = "draft_sent"
    letter: str


class DraftCommented(EventBase):
    """The body's points on the draft `letter`, by number, each a sealed text; none: it finds the facts right."""

    kind: Literal["draft_commented"] = "draft_commented"
    letter: str
    points: dict[str, str]
    late_by: int = 0


class PointAnswered(EventBase):
    kind: Literal["point_answered"] = "point_answered"
    point: str
    accepted: bool
    reason: str


class DraftLapsed(EventBase):
    """No comment came on the draft in time: it goes on without."""

    kind: Literal["draft_lapsed"] = "draft_lapsed"
    letter: str


class Authorised(EventBase):
    """`letter` is the sealed letter that may be sent, and no other; none by policies that authorise the assessment
    alone. `instead_of` is the one authorised before it."""

    kind: Literal["authorised"] = "authorised"
    letter: str | None = Field(default=None, exclude_if=unsaid)
    written_by: tuple[str, ...] = Field(default=(), exclude_if=unsaid)
    instead_of: str | None = Field(default=None, exclude_if=unsaid)


class LetterRecalled(EventBase):
    """The authorised letter, not sent yet, was taken back, and its assessment waits for a second person again."""

    kind: Literal["letter_recalled"] = "letter_recalled"
    letter: str | None
    reason: str


class Returned(EventBase):
    kind: Literal["returned"] = "returned"
    reason: str
    back_to: Stage = Stage.submitted


class LetterSent(EventBase):
    kind: Literal["letter_sent"] = "letter_sent"
    letter: str


class LetterCorrected(EventBase):
    """A corrected letter went out. The one that it corrects stays in the record."""

    kind: Literal["letter_corrected"] = "letter_corrected"
    letter: str
    corrects: str
    reason: str
    written_by: tuple[str, ...] = ()


class WordSent(EventBase):
    """A letter between the assessment's and the closing one."""

    kind: Literal["word_sent"] = "word_sent"
    letter: str
    of: LetterKind
    written_by: tuple[str, ...] = ()


class Published(EventBase):
    kind: Literal["published"] = "published"
    order: str


class Declared(EventBase):
    kind: Literal["declared"] = "declared"
    statement: str
    criterion: str | None = None


class Inspected(EventBase):
    kind: Literal["inspected"] = "inspected"
    result: InspectionResult
    narrative: str
    followed_by: str | None = None
    letter: str | None = Field(default=None, exclude_if=unsaid)


class Withdrawn(EventBase):
    kind: Literal["withdrawn"] = "withdrawn"
    reason: str


class TimeAsked(EventBase):
    """The body asks that `clock` be due on `due`."""

    kind: Literal["time_asked"] = "time_asked"
    clock: str
    due: date
    reason: str


class TimeGranted(EventBase):
    """More time is given, until `due`: a `ClockMoved` follows it."""

    kind: Literal["time_granted"] = "time_granted"
    clock: str
    due: date
    reason: str
    letter: str | None = Field(default=None, exclude_if=unsaid)


class TimeRefused(EventBase):
    """More time is not given: `due`, as it was, stays."""

    kind: Literal["time_refused"] = "time_refused"
    clock: str
    due: date | None
    reason: str
    letter: str | None = Field(default=None, exclude_if=unsaid)


class QuestionAsked(EventBase):
    """`number` is this event's own number in its stream; `question` the sealed text."""

    kind: Literal["question_asked"] = "question_asked"
    number: int
    question: str


class QuestionAnswered(EventBase):
    kind: Literal["question_answered"] = "question_answered"
    number: int
    answer: str


class Invited(EventBase):
    kind: Literal["invited"] = "invited"


class Responded(EventBase):
    """The response is published. It ends the matter once both copies have come (Police Act 1996 s.55(6))."""

    kind: Literal["responded"] = "responded"
    response: str
    copy_to_inspectorate: bool
    copy_to_secretary_of_state: bool
    late_by: int = 0


class ClockStarted(EventBase):
    """A duty begins. `passed` are rungs that are never sent: they stand before its start, or before ours."""

    kind: Literal["clock_started"] = "clock_started"
    clock: str
    clock_kind: str
    limit: str | None
    due: date | None
    why: str
    version: int = 1
    passed: tuple[Passed, ...] = ()


class ClockMoved(EventBase):
    kind: Literal["clock_moved"] = "clock_moved"
    clock: str
    due: date
    version: int
    reason: str
    passed: tuple[Passed, ...] = ()


class ClockMet(EventBase):
    kind: Literal["clock_met"] = "clock_met"
    clock: str


class ClockEnded(EventBase):
    """A duty ends unmet: with its case, or because nothing needs it any more."""

    kind: Literal["clock_ended"] = "clock_ended"
    clock: str
    reason: Reason = Reason.ended


class RungFell(EventBase):
    """A rung fell due: its roles are to be told. `scheduled` is the instant the agenda gave."""

    kind: Literal["rung_fell"] = "rung_fell"
    clock: str
    version: int
    rung: str
    scheduled: datetime


class RungPassed(EventBase):
    """A rung fell due and was not sent."""

    kind: Literal["rung_passed"] = "rung_passed"
    clock: str
    version: int
    passed: Passed


Event = Annotated[
    Issued
    | Requested
    | Acknowledged
    | Submitted
    | SubmissionWithdrawn
    | LateAccepted
    | DocumentAsked
    | Assessed
    | TakenBack
    | DraftSent
    | DraftCommented
    | PointAnswered
    | DraftLapsed
    | Authorised
    | LetterRecalled
    | Returned
    | LetterSent
    | LetterCorrected
    | WordSent
    | Published
    | Declared
    | Inspected
    | Withdrawn
    | TimeAsked
    | TimeGranted
    | TimeRefused
    | QuestionAsked
    | QuestionAnswered
    | Invited
    | Responded
    | ClockStarted
    | ClockMoved
    | ClockMet
    | ClockEnded
    | RungFell
    | RungPassed,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
