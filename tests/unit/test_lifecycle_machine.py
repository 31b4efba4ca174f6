"""The lifecycle as a machine: any acts by anybody on any day, waking on time or late, and what always holds."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.agenda import falls_due, next_instant
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date
from lifecycle.decisions import decide
from lifecycle.events import EVENT
from lifecycle.explain import in_words, waiting_for
from lifecycle.ladder import steps
from lifecycle.opening import Opening, OwnLimit
from lifecycle.words import Finding, InspectionResult, Paper, Refused, Role, Stage, SubmissionAnswer
from tests.unit.builders import (
    ACCELERATED,
    AREA,
    CONCERN,
    EVERY_ACT,
    NATIONAL,
    OUTCOMES,
    RESPONSE,
    Story,
    london,
    opening,
    request,
    submission,
)
from tests.unit.records import passed, versions

FAR = london(date(2080, 1, 1))
ACTORS = st.sampled_from(["anna", "ben", "carla"])
ROLES = st.sampled_from([*(role.value for role in Role), "wizard"])
CRITERIA = st.sampled_from([None, "a", "b", "z"])
BACK = st.none() | st.none() | st.integers(-1, 12)
AHEAD = st.none() | st.integers(-2, 60)
CLOCKS = ["submission", "document", "implementation", "implementation/a", "assessment", "authorisation"]
CLOCKS += ["publication", "inspection", "response", "nonsense"]
FINDINGS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(list(Finding)))
LIMITS = st.sampled_from([None, "10 days", "6 weeks", "6 months"])


@st.composite
def openings(draw: Any) -> Opening:
    name = draw(st.sampled_from([NATIONAL, NATIONAL, CONCERN, ACCELERATED, AREA, RESPONSE]))
    issued = draw(st.dates(date(2016, 1, 1), date(2030, 1, 1)))
    own = tuple(
        OwnLimit(criterion=criterion, limit=draw(LIMITS))
        for criterion in (None, "a")
        if draw(st.booleans()) and name != RESPONSE
    )
    past: tuple[a.Act, ...] = ()
    if name == NATIONAL and draw(st.booleans()):
        asked = issued + timedelta(days=draw(st.integers(0, 90)))
        past = (request(on=asked),)
        if draw(st.booleans()):
            past += (submission(on=asked + timedelta(days=draw(st.integers(0, 30)))),)
    criteria = draw(st.sampled_from([("a",), ("a", "b")]))
    return opening(name, issued, criteria=criteria, own_limits=own, past=past, source="register" * bool(past))


class Lifecycle(RuleBasedStateMachine):
    """Time moves only forward; the engine wakes on time, or whenever it is let."""

    told: Story

    @initialize(start=openings(), late=st.sampled_from([0, 0, 0, 2, 40]), hour=st.integers(0, 23))
    def open(self, start: Opening, late: int, hour: int) -> None:
        last = max((act.on or start.issued_on for act in start.past), default=start.issued_on)
        opened = london(last + timedelta(days=late), f"{hour:02}:00")
        self.told = Story(start, opened)
        self.opened_at = self.told.now
        self.checked = self.folded = Case(id=start.id)
        assert falls_due(self.told.case, self.told.rules, opened) == ()

    def act(self, kind: type[a.ActBase], actor: str, back: int | None, **fields: Any) -> None:
        """Take an act, or be refused it; anything else is our fault."""
        on = None if back is None else self.today() - timedelta(days=back)
        act: Any = kind(key="key", actor=actor, on=on, **fields)
        before = self.told.case
        try:
            self.told.take(act)
        except Refused:
            assert self.told.case == before

    def today(self) -> date:
        return local_date(self.told.now)

    def day(self, ahead: int | None) -> date | None:
        return None if ahead is None else self.today() + timedelta(days=ahead)

    # --- acts ---

    @rule()
    def go_on(self) -> None:
        """What the stage waits for, taken today by somebody who may, so that many a case comes far."""
        match self.told.case.stage:
            case Stage.issued:
                self.request("anna", None, None)
            case Stage.requested:
                self.submit("ben", None, complete=True)
            case Stage.submitted:
                self.assess("anna", None, {}, whole=True)
            case Stage.assessed:
                self.authorise("ben" if self.told.case.assessed_by == "carla" else "carla", None)
            case Stage.authorised:
                self.send_letter("anna", None)
            case Stage.letter_sent:
                self.publish("anna", None)

    @rule(actor=ACTORS, back=BACK, due=AHEAD)
    def request(self, actor: str, back: int | None, due: int | None) -> None:
        self.act(a.SendRequestLetter, actor, back, letter="l", due=self.day(due))

    @rule(actor=ACTORS, back=BACK, paper=st.sampled_from(Paper))
    def acknowledge(self, actor: str, back: int | None, paper: Paper) -> None:
        self.act(a.Acknowledge, actor, back, paper=paper)

    @rule(actor=ACTORS, back=BACK, complete=st.booleans())
    def submit(self, actor: str, back: int | None, complete: bool) -> None:
        self.act(a.RecordSubmission, actor, back, submission="s", complete=complete)

    @rule(
        actor=ACTORS,
        back=BACK,
        answer=st.sampled_from(SubmissionAnswer),
        reference=st.sampled_from([None, "2016-1", "2016-3"]),
    )
    def submit_an_answer(
        self, actor: str, back: int | None, answer: SubmissionAnswer, reference: str | None
    ) -> None:
        self.act(a.RecordSubmission, actor, back, submission="s", answer=answer, reference=reference)

    @rule(actor=ACTORS, back=BACK)
    def withdraw_submission(self, actor: str, back: int | None) -> None:
        """The date is the one there was, and whatever waited for the submission stops."""
        before = self.told.case.clocks.get("submission")
        stood = self.told.case.stage is Stage.submitted
        self.act(a.WithdrawSubmission, actor, back, reason="r")
        case = self.told.case
        if stood and case.stage is not Stage.submitted:
            assert case.submission is None
            assert not {clock.kind for clock in case.running()} & {"assessment", "document"}
            if before:
                after = case.clocks["submission"]
                assert after.running
                assert (after.due, after.version) == (before.due, before.version + 1)

    @rule(actor=ACTORS, back=BACK)
    def accept_late(self, actor: str, back: int | None) -> None:
        before = self.told.case
        self.act(a.AcceptLate, actor, back, reason="r")
        if self.told.case is not before:
            assert (self.told.case.late_by, self.told.case.clocks) == (before.late_by, before.clocks)

    @rule(actor=ACTORS, back=BACK, due=AHEAD)
    def ask_document(self, actor: str, back: int | None, due: int | None) -> None:
        self.act(a.AskForDocument, actor, back, document="d", due=self.day(due))

    @rule(actor=ACTORS, back=BACK, findings=FINDINGS, whole=st.booleans())
    def assess(self, actor: str, back: int | None, findings: dict[str, Finding], whole: bool) -> None:
        found = dict.fromkeys(self.told.case.criteria, Finding.included) if whole else findings
        outcome = OUTCOMES.get(self.told.case.policy, "good")
        self.act(a.CompleteAssessment, actor, back, assessment="x", outcome=outcome, findings=found)

    @rule(actor=ACTORS, back=BACK)
    def take_back(self, actor: str, back: int | None) -> None:
        self.act(a.TakeBackAssessment, actor, back, reason="r")

    @rule(actor=ACTORS, back=BACK)
    def authorise(self, actor: str, back: int | None) -> None:
        self.act(a.Authorise, actor, back)

    @rule(actor=ACTORS, back=BACK)
    def return_assessment(self, actor: str, back: int | None) -> None:
        self.act(a.ReturnAssessment, actor, back, reason="r")

    @rule(actor=ACTORS, back=BACK)
    def send_letter(self, actor: str, back: int | None) -> None:
        self.act(a.SendLetter, actor, back, letter="l")

    @rule(actor=ACTORS, back=BACK)
    def publish(self, actor: str, back: int | None) -> None:
        self.act(a.Publish, actor, back, order="o")

    @rule(actor=ACTORS, back=BACK, criterion=CRITERIA)
    def declare(self, actor: str, back: int | None, criterion: str | None) -> None:
        self.act(a.DeclareImplemented, actor, back, statement="s", criterion=criterion)

    @rule(
        actor=ACTORS,
        back=BACK,
        result=st.sampled_from(list(InspectionResult)),
        next_=st.sampled_from(["", "n"]),
    )
    @precondition(lambda self: self.told.now > self.opened_at + timedelta(days=90))
    def inspect(self, actor: str, back: int | None, result: InspectionResult, next_: str) -> None:
        self.act(a.RecordInspection, actor, back, result=result, narrative="n", followed_by=next_ or None)

    @rule(actor=ACTORS, back=BACK)
    @precondition(lambda self: self.told.now > self.opened_at + timedelta(days=200))
    def withdraw(self, actor: str, back: int | None) -> None:
        self.act(a.Withdraw, actor, back, reason="r")

    @rule(actor=ACTORS, back=BACK, role=ROLES, clock=st.sampled_from(CLOCKS), due=st.integers(-2, 400))
    def move(self, actor: str, back: int | None, role: str, clock: str, due: int) -> None:
        self.act(a.MoveDueDate, actor, back, role=role, clock=clock, due=self.day(due), reason="r")

    @rule(actor=ACTORS, back=BACK, clock=st.sampled_from(CLOCKS), due=st.integers(-2, 90))
    def ask_for_time(self, actor: str, back: int | None, clock: str, due: int) -> None:
        before = self.told.case.clocks.get(clock)
        self.act(a.AskForTime, actor, back, clock=clock, due=self.day(due), reason="r")
        assert self.told.case.clocks.get(clock) == before

    @rule(nth=st.integers(0, 9), more=st.integers(1, 40))
    @precondition(lambda self: self.told.case.running())
    def ask_for_time_that_may_be_given(self, nth: int, more: int) -> None:
        running = self.told.case.running()
        clock = running[nth % len(running)]
        due = max(clock.due or self.today(), self.today()) + timedelta(days=more)
        self.act(a.AskForTime, "anna", None, clock=clock.id, due=due, reason="r")

    @rule(actor=ACTORS, role=ROLES, clock=st.sampled_from(CLOCKS), grant=st.booleans(), due=AHEAD)
    def answer_request(self, actor: str, role: str, clock: str, grant: bool, due: int | None) -> None:
        self.act(
            a.AnswerRequest, actor, None, role=role, clock=clock, grant=grant, due=self.day(due), reason="r"
        )

    @rule(actor=ACTORS, grant=st.booleans())
    @precondition(lambda self: self.told.case.asked)
    def answer_what_was_asked(self, actor: str, grant: bool) -> None:
        clock = next(iter(self.told.case.asked))
        self.answer_request(actor, "lead_inspector", clock, grant, None)

    @rule(actor=ACTORS, back=BACK)
    def ask_question(self, actor: str, back: int | None) -> None:
        self.act(a.AskQuestion, actor, back, question="q")

    @rule(actor=ACTORS, back=BACK, nth=st.integers(0, 3))
    def answer_question(self, actor: str, back: int | None, nth: int) -> None:
        number = dict(enumerate(self.told.case.questions)).get(nth, nth)
        self.act(a.AnswerQuestion, actor, back, number=number, answer="w")

    @rule(actor=ACTORS, back=BACK)
    def invite(self, actor: str, back: int | None) -> None:
        self.act(a.InviteComments, actor, back)

    @rule(actor=ACTORS, back=BACK, copies=st.tuples(st.booleans(), st.booleans()))
    @precondition(lambda self: self.told.now > self.opened_at + timedelta(days=20))
    def respond(self, actor: str, back: int | None, copies: tuple[bool, bool]) -> None:
        given = {"copy_to_inspectorate": copies[0], "copy_to_secretary_of_state": copies[1]}
        self.act(a.RecordResponse, actor, back, response="r", **given)

    # --- time ---

    @rule()
    def wake_on_time(self) -> None:
        """The engine wakes at the next instant of the agenda, or at once for what it slept through."""
        at = next_instant(self.told.case, self.told.rules)
        if at is not None:
            self.told.now = max(at, self.told.now)
            self.wake()

    @rule(days=st.integers(0, 45), minutes=st.integers(0, 24 * 60))
    def sleep(self, days: int, minutes: int) -> None:
        self.told.now += timedelta(days=days, minutes=minutes)

    @rule()
    def wake(self) -> None:
        events = self.told.wake()
        sent = Counter(event.clock for event in events if isinstance(event, e.RungFell))
        assert all(count == 1 for count in sent.values())
        assert self.told.wake() == ()

    # --- what always holds ---

    @invariant()
    def state_is_the_fold_of_the_ledgers_events(self) -> None:
        new = self.told.events[self.folded.seq :]
        again = [EVENT.validate_json(EVENT.dump_json(event)) for event in new]
        assert again == new
        self.folded = fold_all(self.folded, again)
        assert self.folded == self.told.case
        assert self.folded.seq == len(self.told.events)

    @invariant()
    def no_rung_is_recorded_twice(self) -> None:
        records = Counter(self.told.fell()) + Counter(passed(self.told.events))
        assert not [record for record, times in records.items() if times > 1]

    @invariant()
    def nothing_is_sent_of_a_clock_that_stopped_or_of_a_date_that_moved(self) -> None:
        """The clock of every new event, as it stood before that event."""
        case = self.checked
        for event in self.told.events[case.seq :]:
            if isinstance(event, e.RungFell):
                clock = case.clocks[event.clock]
                assert clock.running
                assert clock.version == event.version
                assert self.opened_at < event.scheduled <= event.at
                assert local_date(event.scheduled) > clock.started
            case = fold_all(case, [event])
        self.checked = case

    @invariant()
    def an_ended_case_refuses_every_act_and_has_no_agenda(self) -> None:
        if self.told.case.ended:
            assert self.told.case.running() == ()
            assert falls_due(self.told.case, self.told.rules, FAR) == ()
            assert all(_refuses(self.told, act) for act in EVERY_ACT.values())

    @invariant()
    def two_people_assess_and_authorise(self) -> None:
        case = self.told.case
        if case.stage in (Stage.authorised, Stage.letter_sent, Stage.published):
            assert case.assessed_by
            assert case.assessed_by != case.authorised_by

    @invariant()
    def the_clock_of_a_statute_stands_where_the_statute_put_it(self) -> None:
        clock = self.told.case.clocks.get("response")
        if clock and self.told.case.issued_on:
            assert clock.due == self.told.case.issued_on + timedelta(days=55)
            assert clock.version == 1

    @invariant()
    def what_is_asked_and_not_answered_has_its_clock(self) -> None:
        """And only that: an answer ends it, and so does the end of the duty that it was about."""
        case = self.told.case
        if not case.ended and "request" in self.told.rules.policy.clocks:
            names = {clock.id for clock in case.running()}
            assert {one for one in names if one.startswith("request/")} == {
                f"request/{c}" for c in case.asked
            }
            wanted = {f"question/{number}" for number in case.questions}
            assert {one for one in names if one.startswith("question/")} == wanted
        assert all(case.clocks[clock].running for clock in case.asked)

    @invariant()
    def a_question_has_the_number_of_its_event(self) -> None:
        for seq, event in enumerate(self.told.events, 1):
            assert not isinstance(event, e.QuestionAsked) or event.number == seq

    @invariant()
    def everything_can_be_said(self) -> None:
        assert 0 < len(waiting_for(self.told.case, self.told.rules)) <= 400
        assert all(in_words(event) for event in self.told.events[-3:])

    def teardown(self) -> None:
        """In the end every rung of every version fell, or passed with its reason, or its clock had stopped."""
        if not hasattr(self, "told"):
            return
        self.told.walk(FAR)
        self.no_rung_is_recorded_twice()
        self.nothing_is_sent_of_a_clock_that_stopped_or_of_a_date_that_moved()
        recorded = {*self.told.fell(), *passed(self.told.events)}
        for clock, version, kind, due, stopped in versions(self.told.events):
            for step in steps(self.told.rules.policy.clocks[kind], due, self.told.rules):
                fell = (clock, version, step.rung.id) in recorded
                assert fell or (stopped is not None and stopped < step.at), (clock, version, step)


def _refuses(told: Story, act: a.Act) -> bool:
    try:
        decide(told.case, act, told.now, told.rules)
    except Refused:
        return True
    return False


Lifecycle.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLifecycle = Lifecycle.TestCase
