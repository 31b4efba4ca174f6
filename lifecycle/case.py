"""A case as the fold of its ledger events. No policy is needed to fold: what a rule decided, the event says."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from lifecycle import events as e
from lifecycle.dates import long_date
from lifecycle.words import ENDS, Frozen, InspectionResult, Paper, Stage, unsaid

WHOLE = "*"


class ClockState(StrEnum):
    running = "running"
    met = "met"
    ended = "ended"


class Clock(Frozen):
    """A duty. `recorded` are the rungs of this version of its due date that are already sent or explained."""

    id: str
    kind: str
    started: date
    limit: str | None
    due: date | None
    why: str
    version: int = 1
    state: ClockState = ClockState.running
    recorded: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        return self.state is ClockState.running


class Case(Frozen):
    """One recommendation × one body (or one report × one oversight body, for a response).

    `stage_on` is the local date on which it came to its stage. `assessed_by` is empty while no assessment stands.
    `late_by` is of the submission that stands. `asked` are open requests for more time, clock by clock, with the date
    asked for; `questions` the numbers of those not answered yet. `draft` is the letter that the body checks, or has;
    `draft_closed` that it commented or its time is over; `points` are its comments, each accepted, not, or open (None).
    `letter` is the one authorised and, once sent, the one that stands.
    """

    id: str
    seq: int = 0
    stage: Stage = Stage.issued
    stage_on: date | None = None
    reference: str = ""
    body: str = ""
    oversight: str | None = None
    report: str = ""
    recommendation_kind: str = ""
    division: str = "england-and-wales"
    policy: str = ""
    policy_hash: str = ""
    calendar_hash: str = ""
    issued_on: date | None = None
    opened_at: datetime | None = None
    criteria: tuple[str, ...] = ()
    clocks: dict[str, Clock] = Field(default_factory=dict)
    acknowledged: tuple[Paper, ...] = ()
    submission: str | None = None
    late_by: int = 0
    late_accepted: bool = False
    assessment: str | None = None
    assessed_by: str | None = None
    outcome: str | None = None
    draft: str | None = Field(default=None, exclude_if=unsaid)
    draft_closed: bool = Field(default=False, exclude_if=unsaid)
    points: dict[str, bool | None] = Field(default_factory=dict, exclude_if=unsaid)
    authorised_by: str | None = None
    letter: str | None = Field(default=None, exclude_if=unsaid)
    declared: tuple[str, ...] = ()
    result: InspectionResult | None = None
    responded: bool = False
    asked: dict[str, date] = Field(default_factory=dict)
    questions: tuple[int, ...] = ()

    @property
    def opened(self) -> bool:
        return self.seq > 0

    @property
    def ended(self) -> bool:
        return self.stage in ENDS

    @property
    def declared_whole(self) -> bool:
        """Has the body declared all of it, at once or criterion by criterion?"""
        return WHOLE in self.declared or (bool(self.criteria) and set(self.criteria) <= set(self.declared))

    @property
    def open_points(self) -> tuple[str, ...]:
        """The body's points on the draft that have no answer."""
        return tuple(point for point, accepted in self.points.items() if accepted is None)

    def running(self) -> tuple[Clock, ...]:
        return tuple(clock for clock in self.clocks.values() if clock.running)

    def next_due(self) -> date | None:
        """The earliest due date still running, of whatever owner."""
        return min((c.due for c in self.running() if c.due), default=None)


def fold(case: Case, event: e.Event) -> Case:
    """The case after one more event."""
    change = _change(case, event)
    change["seq"] = case.seq + 1
    return case.model_copy(update=change)


def fold_all(case: Case, events: Iterable[e.Event]) -> Case:
    for event in events:
        case = fold(case, event)
    return case


_STAGES: dict[str, Stage] = {
    "requested": Stage.requested,
    "submitted": Stage.submitted,
    "assessed": Stage.assessed,
    "authorised": Stage.authorised,
    "letter_sent": Stage.letter_sent,
    "published": Stage.published,
    "withdrawn": Stage.withdrawn,
}
RESULT_STAGES: dict[InspectionResult, Stage] = {
    InspectionResult.verified: Stage.closed,
    InspectionResult.reissued: Stage.reissued,
    InspectionResult.superseded: Stage.superseded,
    InspectionResult.no_further_action: Stage.no_further_action,
}


def _change(case: Case, event: e.Event) -> dict[str, object]:
    change: dict[str, object] = {}
    if event.kind in _STAGES:
        change["stage"] = _STAGES[event.kind]
    match event:
        case e.Issued():
            change |= _issued(event)
        case e.Acknowledged():
            change["acknowledged"] = (*case.acknowledged, event.paper)
        case e.Submitted() | e.SubmissionWithdrawn() | e.LateAccepted():
            change |= _submission(case, event)
        case e.TimeAsked() | e.TimeGranted() | e.TimeRefused() | e.QuestionAsked() | e.QuestionAnswered():
            change |= _asked(case, event)
        case e.Assessed():
            change |= {
                "assessment": event.assessment,
                "assessed_by": event.actor,
                "outcome": event.outcome,
            }
        case e.TakenBack() | e.Returned():
            change |= {"assessment": None, "assessed_by": None, "outcome": None, "stage": event.back_to}
            change |= _NO_DRAFT
        case e.DraftSent() | e.DraftCommented() | e.PointAnswered() | e.DraftLapsed():
            change |= _checked(case, event)
        case e.Authorised():
            change |= {"authorised_by": event.actor, "letter": event.letter}
        case e.LetterRecalled():
            change |= {"authorised_by": None, "letter": None, "stage": Stage.assessed}
        case e.LetterSent() | e.LetterCorrected():
            change["letter"] = event.letter
        case e.Declared():
            change["declared"] = (*case.declared, event.criterion or WHOLE)
        case e.Inspected():
            change |= {"result": event.result, "stage": RESULT_STAGES[event.result]}
        case e.Responded():
            change["responded"] = True
            if event.copy_to_inspectorate and event.copy_to_secretary_of_state:
                change["stage"] = Stage.closed
        case (
            e.ClockStarted() | e.ClockMoved() | e.ClockMet() | e.ClockEnded() | e.RungFell() | e.RungPassed()
        ):
            change["clocks"] = {**case.clocks, event.clock: _clock(case, event)}
            if isinstance(event, e.ClockMet | e.ClockEnded):
                change["asked"] = _without(case.asked, event.clock)
    if "stage" in change:
        change["stage_on"] = event.on
    return change


_NO_DRAFT: dict[str, object] = {"draft": None, "draft_closed": False, "points": {}}
_Checking = e.DraftSent | e.DraftCommented | e.PointAnswered | e.DraftLapsed


def _checked(case: Case, event: _Checking) -> dict[str, object]:
    """How far the body's check of the draft is."""
    match event:
        case e.DraftSent():
            return _NO_DRAFT | {"draft": event.letter}
        case e.DraftCommented():
            return {"draft_closed": True, "points": dict.fromkeys(event.points)}
        case e.PointAnswered():
            return {"points": {**case.points, event.point: event.accepted}}
        case e.DraftLapsed():
            return {"draft_closed": True}


def _submission(case: Case, event: e.Submitted | e.SubmissionWithdrawn | e.LateAccepted) -> dict[str, object]:
    match event:
        case e.Submitted():
            late = {} if event.replaces else {"late_by": event.late_by}
            return {"submission": event.submission, **late}
        case e.SubmissionWithdrawn():
            return {"submission": None, "late_by": 0, "late_accepted": False, "stage": event.back_to}
        case e.LateAccepted():
            return {"late_accepted": True}


_Asking = e.TimeAsked | e.TimeGranted | e.TimeRefused | e.QuestionAsked | e.QuestionAnswered


def _asked(case: Case, event: _Asking) -> dict[str, object]:
    """What the body asks for and has no answer to yet."""
    match event:
        case e.TimeAsked():
            return {"asked": {**case.asked, event.clock: event.due}}
        case e.TimeGranted() | e.TimeRefused():
            return {"asked": _without(case.asked, event.clock)}
        case e.QuestionAsked():
            return {"questions": (*case.questions, event.number)}
        case e.QuestionAnswered():
            return {"questions": tuple(one for one in case.questions if one != event.number)}


def _without(asked: dict[str, date], clock: str) -> dict[str, date]:
    return {one: due for one, due in asked.items() if one != clock}


def _issued(event: e.Issued) -> dict[str, object]:
    return {
        "reference": event.reference,
        "body": event.body,
        "oversight": event.oversight,
        "report": event.report,
        "recommendation_kind": event.recommendation_kind,
        "division": event.division,
        "policy": event.policy,
        "policy_hash": event.policy_hash,
        "calendar_hash": event.calendar_hash,
        "issued_on": event.on,
        "stage_on": event.on,
        "opened_at": event.at,
        "criteria": event.criteria,
    }


_ClockEvent = e.ClockStarted | e.ClockMoved | e.ClockMet | e.ClockEnded | e.RungFell | e.RungPassed


def _clock(case: Case, event: _ClockEvent) -> Clock:
    if isinstance(event, e.ClockStarted):
        return Clock(
            id=event.clock,
            kind=event.clock_kind,
            started=event.on,
            limit=event.limit,
            due=event.due,
            why=event.why,
            version=event.version,
            recorded=tuple(p.rung for p in event.passed),
        )
    clock = case.clocks[event.clock]
    match event:
        case e.ClockMoved():
            change: dict[str, object] = {
                "due": event.due,
                "version": event.version,
                "recorded": tuple(p.rung for p in event.passed),
                "why": f"Moved to {long_date(event.due)}.",
            }
        case e.ClockMet():
            change = {"state": ClockState.met}
        case e.ClockEnded():
            change = {"state": ClockState.ended}
        case e.RungFell():
            change = {"recorded": (*clock.recorded, event.rung)}
        case e.RungPassed():
            change = {"recorded": (*clock.recorded, event.passed.rung)}
    return clock.model_copy(update=change)
