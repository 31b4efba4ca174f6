"""What the tests of the lifecycle share: the committed policies as rules, acts with plain defaults, and a story.

A story is one case on a timeline: it takes acts, wakes for its rungs, and keeps every event.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import config
from config.calendar_files import load_calendars
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.agenda import falls_due, next_instant
from lifecycle.calendars import Division
from lifecycle.case import Case, fold_all
from lifecycle.dates import at_local
from lifecycle.decisions import decide
from lifecycle.opening import Opening, OwnLimit, open_case
from lifecycle.policy import Policy
from lifecycle.policy_reader import read_policy
from lifecycle.rules import Rules
from lifecycle.words import Finding, InspectionResult, LetterKind, Paper, Stage, SubmissionAnswer

FOLDER = Path(config.__file__).parent / "policies"
FILES = sorted(FOLDER.glob("*.toml"))
NAMES = sorted({path.stem.rpartition("-")[0] for path in FILES})
NATIONAL, CONCERN = "national-recommendation", "cause-of-concern"
ACCELERATED, AREA, RESPONSE = "accelerated-cause-of-concern", "area-for-improvement", "response"
OUTCOMES = {NATIONAL: "started", CONCERN: "in_progress", ACCELERATED: "in_progress"}
INSPECTOR, LEAD, OPERATIONS, FORCE = "inspector-1", "lead-1", "operations-1", "liaison-1"
MINUTE = timedelta(minutes=1)


@cache
def templates() -> frozenset[str]:
    """The templates that the committed policies name."""
    return frozenset(
        name for path in FILES for name in re.findall(r'^template = "(.+)"', path.read_text(), re.M)
    )


@cache
def policy(name: str = NATIONAL) -> Policy:
    """The newest version."""
    path = max(FOLDER.glob(f"{name}-*.toml"), key=lambda one: int(one.stem.rpartition("-")[2]))
    return read_policy(path.read_text("utf-8"), path.name, templates())


@cache
def rules(name: str = NATIONAL, division: Division = Division.ENGLAND_AND_WALES) -> Rules:
    calendars = load_calendars()
    return Rules(policy(name), calendars.of(division), calendars.of(Division.ENGLAND_AND_WALES))


def london(day: date, clock: str = "12:00") -> datetime:
    """The instant at which London's clocks show this."""
    return at_local(day, time.fromisoformat(clock))


def opening(name: str = NATIONAL, issued_on: date = date(2016, 12, 8), **changes: Any) -> Opening:
    fields: dict[str, Any] = {
        "id": "recommendation/2016-1/bedfordshire",
        "reference": "2016-1",
        "body": "bedfordshire",
        "oversight": "bedfordshire-pcc",
        "report": "peel-legitimacy-2016",
        "recommendation_kind": "recommendation",
        "division": "england-and-wales",
        "policy": name,
        "policy_hash": policy(name).hash,
        "calendar_hash": load_calendars().hash,
        "issued_on": issued_on,
        "actor": OPERATIONS,
    }
    return Opening(**{**fields, **changes})


# Acts, each with what the test does not care about filled in. Every act needs a key of its own only in the ledger.


def request(on: date | None = None, due: date | None = None, actor: str = OPERATIONS) -> a.Act:
    return a.SendRequestLetter(key="request", actor=actor, on=on, due=due, letter="letter-1")


def acknowledgement(paper: Paper = Paper.recommendation, on: date | None = None, actor: str = FORCE) -> a.Act:
    return a.Acknowledge(key=f"acknowledge-{paper}", actor=actor, on=on, paper=paper)


def submission(
    on: date | None = None,
    *,
    complete: bool = True,
    sealed: str = "submission-1",
    answer: SubmissionAnswer = SubmissionAnswer.plan,
    reference: str | None = None,
    actor: str = FORCE,
) -> a.Act:
    return a.RecordSubmission(
        key="submit",
        actor=actor,
        on=on,
        submission=sealed,
        complete=complete,
        answer=answer,
        reference=reference,
    )


def withdrawing_submission(on: date | None = None, actor: str = FORCE) -> a.Act:
    return a.WithdrawSubmission(key="withdraw-submission", actor=actor, on=on, reason="reason-1")


def accepting_late(on: date | None = None, actor: str = INSPECTOR) -> a.Act:
    return a.AcceptLate(key="accept-late", actor=actor, on=on, reason="reason-1")


def document(on: date | None = None, due: date | None = None, actor: str = INSPECTOR) -> a.Act:
    return a.AskForDocument(key="document", actor=actor, on=on, due=due, document="document-1")


def assessment(
    on: date | None = None,
    outcome: str = "started",
    actor: str = INSPECTOR,
    findings: dict[str, Finding] | None = None,
) -> a.Act:
    return a.CompleteAssessment(
        key="assess", actor=actor, on=on, assessment="assessment-1", outcome=outcome, findings=findings or {}
    )


def taking_back(on: date | None = None, actor: str = INSPECTOR) -> a.Act:
    return a.TakeBackAssessment(key="take-back", actor=actor, on=on, reason="reason-1")


def sending_draft(on: date | None = None, due: date | None = None, actor: str = INSPECTOR) -> a.Act:
    return a.SendDraft(key="draft", actor=actor, on=on, due=due, letter="draft-1")


def commenting(*points: str, actor: str = FORCE) -> a.Act:
    numbered = {str(number): point for number, point in enumerate(points, 1)}
    return a.CommentOnDraft(key="comment", actor=actor, points=numbered)


def answering_point(point: str = "1", accepted: bool = True, actor: str = INSPECTOR) -> a.Act:
    return a.AnswerPoint(
        key=f"point-{point}", actor=actor, point=point, accepted=accepted, reason=f"reason-{point}"
    )


def authorisation(
    on: date | None = None,
    actor: str = LEAD,
    letter: str | None = "letter-2",
    written_by: tuple[str, ...] = (),
) -> a.Act:
    return a.Authorise(key="authorise", actor=actor, on=on, letter=letter, written_by=written_by)


def recalling(on: date | None = None, actor: str = LEAD) -> a.Act:
    return a.RecallLetter(key="recall", actor=actor, on=on, reason="reason-1")


def correcting(
    on: date | None = None,
    actor: str = LEAD,
    letter: str = "letter-3",
    corrects: str = "letter-2",
    written_by: tuple[str, ...] = (INSPECTOR,),
) -> a.Act:
    return a.CorrectLetter(
        key="correct",
        actor=actor,
        on=on,
        letter=letter,
        corrects=corrects,
        reason="reason-1",
        written_by=written_by,
    )


def word(
    of: LetterKind = LetterKind.progress, actor: str = LEAD, written_by: tuple[str, ...] = (INSPECTOR,)
) -> a.Act:
    return a.SendWord(key=f"word-{of}", actor=actor, letter=f"letter-{of}", of=of, written_by=written_by)


def returning(on: date | None = None, actor: str = LEAD) -> a.Act:
    return a.ReturnAssessment(key="return", actor=actor, on=on, reason="reason-1")


def letter(on: date | None = None, actor: str = LEAD) -> a.Act:
    return a.SendLetter(key="letter", actor=actor, on=on, letter="letter-2")


def publication(on: date | None = None, actor: str = LEAD) -> a.Act:
    return a.Publish(key="publish", actor=actor, on=on, order="order-1")


def declaration(on: date | None = None, criterion: str | None = None, actor: str = FORCE) -> a.Act:
    return a.DeclareImplemented(
        key="declare", actor=actor, on=on, statement="statement-1", criterion=criterion
    )


def inspection(
    result: InspectionResult = InspectionResult.verified,
    on: date | None = None,
    followed_by: str | None = None,
    actor: str = INSPECTOR,
) -> a.Act:
    return a.RecordInspection(
        key="inspect", actor=actor, on=on, result=result, narrative="narrative-1", followed_by=followed_by
    )


def withdrawal(on: date | None = None, actor: str = LEAD) -> a.Act:
    return a.Withdraw(key="withdraw", actor=actor, on=on, reason="reason-1")


def move(clock: str, due: date, role: str = "lead_inspector", on: date | None = None) -> a.Act:
    return a.MoveDueDate(key="move", actor=LEAD, role=role, on=on, clock=clock, due=due, reason="reason-1")


def asking_for_time(clock: str, due: date, on: date | None = None, actor: str = FORCE) -> a.Act:
    return a.AskForTime(key="ask-time", actor=actor, on=on, clock=clock, due=due, reason="reason-1")


def granting(clock: str, due: date | None = None, role: str = "lead_inspector") -> a.Act:
    return a.AnswerRequest(
        key="grant", actor=LEAD, role=role, clock=clock, grant=True, due=due, reason="reason-2"
    )


def denying(clock: str, due: date | None = None, role: str = "lead_inspector") -> a.Act:
    return a.AnswerRequest(
        key="deny", actor=LEAD, role=role, clock=clock, grant=False, due=due, reason="reason-2"
    )


def question(on: date | None = None, sealed: str = "question-1", actor: str = FORCE) -> a.Act:
    return a.AskQuestion(key=sealed, actor=actor, on=on, question=sealed)


def answer(number: int, on: date | None = None, actor: str = INSPECTOR) -> a.Act:
    return a.AnswerQuestion(
        key=f"answer-{number}", actor=actor, on=on, number=number, answer=f"answer-{number}"
    )


def invitation(on: date | None = None) -> a.Act:
    return a.InviteComments(key="invite", actor="oversight-1", on=on)


def response(on: date | None = None, *, inspectorate: bool = True, secretary: bool = True) -> a.Act:
    return a.RecordResponse(
        key="respond",
        actor="oversight-1",
        on=on,
        response="response-1",
        copy_to_inspectorate=inspectorate,
        copy_to_secretary_of_state=secretary,
    )


EVERY_ACT: dict[str, a.Act] = {
    act.kind: act
    for act in (
        request(),
        acknowledgement(),
        submission(),
        withdrawing_submission(),
        accepting_late(),
        document(),
        assessment(),
        taking_back(),
        sending_draft(),
        commenting(),
        answering_point(),
        authorisation(),
        recalling(),
        returning(),
        letter(),
        correcting(),
        word(),
        publication(),
        declaration(),
        inspection(),
        withdrawal(),
        move("implementation", date(2017, 9, 1)),
        asking_for_time("implementation", date(2017, 9, 1)),
        granting("implementation"),
        question(),
        answer(1),
        invitation(),
        response(),
    )
}


class Story:
    """One case on a timeline. `now` moves only when told; `events` are all that happened."""

    def __init__(self, opening_: Opening, now: datetime, division: Division = Division.ENGLAND_AND_WALES):
        self.rules = rules(opening_.policy, division)
        self.now = now
        self.case = Case(id=opening_.id)
        self.events: list[e.Event] = []
        self._add(open_case(opening_, now, self.rules))

    def _add(self, events: tuple[e.Event, ...]) -> tuple[e.Event, ...]:
        self.case = fold_all(self.case, events)
        self.events.extend(events)
        return events

    def at(self, day: date, clock: str = "12:00") -> "Story":
        """Let the clock stand at this time, without waking."""
        self.now = london(day, clock)
        return self

    def take(self, act: a.Act) -> tuple[e.Event, ...]:
        return self._add(decide(self.case, act, self.now, self.rules))

    def wake(self) -> tuple[e.Event, ...]:
        return self._add(falls_due(self.case, self.rules, self.now))

    def walk(self, until: datetime) -> list[e.Event]:
        """Wake at every instant of the agenda up to `until`, as the engine does."""
        fell: list[e.Event] = []
        while (at := next_instant(self.case, self.rules)) and at <= until:
            self.now = at
            fell += self.wake()
        self.now = until
        return fell

    def passed(self) -> dict[tuple[str, int, str], str]:
        """Reasons of rungs that were not sent, by clock, version and rung."""
        found: dict[tuple[str, int, str], str] = {}
        for event in self.events:
            if isinstance(event, e.ClockStarted | e.ClockMoved):
                found |= {(event.clock, event.version, p.rung): p.reason.value for p in event.passed}
            elif isinstance(event, e.RungPassed):
                found[event.clock, event.version, event.passed.rung] = event.passed.reason.value
        return found

    def fell(self) -> list[tuple[str, int, str]]:
        """Rungs that were sent, by clock, version and rung."""
        return [(one.clock, one.version, one.rung) for one in self.events if isinstance(one, e.RungFell)]


def story(name: str = NATIONAL, issued_on: date = date(2016, 12, 8), **changes: Any) -> Story:
    """A case opened at noon on the day of its issue."""
    return Story(opening(name, issued_on, **changes), london(issued_on))


def requested(on: date = date(2017, 5, 16), due: date | None = None, **changes: Any) -> Story:
    """The case of 2017: asked for on 16 May, due on 31 May."""
    told = story(**changes).at(on)
    told.take(request(due=due))
    return told


def at_stage(stage: Stage) -> Story:
    """A national recommendation that has come to this stage by 30 June 2017, to be implemented within six months."""
    told = story(own_limits=(OwnLimit(limit="6 months"),))
    path = (
        (Stage.requested, date(2017, 5, 16), request()),
        (Stage.submitted, date(2017, 5, 30), submission()),
        (Stage.assessed, date(2017, 6, 5), assessment()),
        (Stage.authorised, date(2017, 6, 6), authorisation()),
        (Stage.letter_sent, date(2017, 6, 7), letter()),
        (Stage.published, date(2017, 6, 9), publication()),
        (Stage.closed, date(2017, 6, 12), inspection()),
    )
    for reached, day, act in path:
        if told.case.stage is stage:
            break
        told.at(day).take(act)
        assert told.case.stage is reached
    assert told.case.stage is stage
    return told.at(date(2017, 6, 30))
