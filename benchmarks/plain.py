"""The plain workflow: the fixed lifecycle as somebody writes it who has read Temporal's own guide.

Each step is an activity, each act a signal, each rung one wait with a timeout, each mail an activity of its own, so
that trying one of them again does not repeat the other. In its favour: a phase waits for its rungs one after another,
so that an act overtakes the rest without a timer; no search attributes; SDK defaults wherever there is one (sandbox,
eager activities, retries), with the messages' modules passed through as the guide advises. `lean` records a rung and
its mail in one activity, as could be done only while a mail is a row beside the others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from benchmarks.lifecycle import Lifecycle, Mail, Phase, Rung

STEP = timedelta(seconds=30)


@dataclass
class PlainCase:
    """Starts a plain workflow. `nine` is the real instant from which the rungs' seconds are counted."""

    id: str
    nine: datetime
    life: Lifecycle
    lean: bool = False


@dataclass
class Act:
    key: str
    actor: str
    text: str


@dataclass
class Remind:
    case: str
    after: int
    clock: str
    due: str
    rung: Rung
    and_tell: bool


@dataclass
class Record:
    """An act to be recorded: the clock it meets, and the one it starts."""

    case: str
    after: int
    kind: str
    act: Act
    due: str
    meets: str
    starts: str


@dataclass
class Tell:
    """A mail about an act, or about a rung of a clock."""

    case: str
    cause: int
    due: str | None
    mail: Mail
    clock: str = ""
    rung: str = ""


@workflow.defn
class PlainWorkflow:
    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.seq = 0

    @workflow.run
    async def run(self, case: PlainCase) -> str:
        self.seq = await _step("open_case", case)
        for number, phase in enumerate(case.life.phase):
            await self._remind_until_done(case, phase)
            await self._record(case, number, phase)
        return "closed"

    async def _remind_until_done(self, case: PlainCase, phase: Phase) -> None:
        for rung in phase.rungs:
            left = case.nine + timedelta(seconds=rung.second) - workflow.now()
            try:
                await workflow.wait_condition(lambda: phase.act in self.acts, timeout=max(left, timedelta(0)))
                return
            except TimeoutError:
                await self._remind(case, phase, rung)
        await workflow.wait_condition(lambda: phase.act in self.acts)

    async def _remind(self, case: PlainCase, phase: Phase, rung: Rung) -> None:
        due = case.life.due.isoformat()
        self.seq = await _step("remind", Remind(case.id, self.seq, phase.clock, due, rung, case.lean))
        if not case.lean:
            mail = Mail(rung.role, rung.template)
            await _step("tell", Tell(case.id, self.seq, due, mail, phase.clock, rung.id))

    async def _record(self, case: PlainCase, number: int, phase: Phase) -> None:
        due = case.life.due.isoformat()
        starts = _clock_started_by(case.life, number)
        record = Record(case.id, self.seq, phase.act, self.acts[phase.act], due, phase.clock, starts)
        cause = self.seq + 1
        self.seq = await _step("record_act", record)
        for mail in phase.mails:
            await _step("tell", Tell(case.id, cause, due if starts else None, mail))

    @workflow.signal
    def record_submission(self, act: Act) -> None:
        self.acts["record_submission"] = act

    @workflow.signal
    def complete_assessment(self, act: Act) -> None:
        self.acts["complete_assessment"] = act

    @workflow.signal
    def authorise(self, act: Act) -> None:
        self.acts["authorise"] = act

    @workflow.signal
    def send_letter(self, act: Act) -> None:
        self.acts["send_letter"] = act

    @workflow.signal
    def record_inspection(self, act: Act) -> None:
        self.acts["record_inspection"] = act


async def _step(activity: str, order: object) -> int:
    """The ledger's seq after a step."""
    seq: int = await workflow.execute_activity(activity, order, result_type=int, start_to_close_timeout=STEP)
    return seq


def _clock_started_by(life: Lifecycle, number: int) -> str:
    """The clock of the phase that an act begins, if it has one."""
    following = life.phase[number + 1 : number + 2]
    return following[0].clock if following else ""
