"""The plain workflow: the fixed lifecycle as somebody writes it who has read Temporal's own guide.

Each step is an activity, each act a signal, each rung one wait with a timeout, each mail an activity. Choices, all
in its favour: a rung's event and its mail are one activity, not two; a phase waits for its rungs one after another,
so that an act overtakes the rest without a timer; no search attributes; SDK defaults wherever there is one
(sandbox, eager activities, retries), with the activities' messages passed through as the guide advises.
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
    case: str
    cause: int
    due: str | None
    mail: Mail


@workflow.defn
class PlainWorkflow:
    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.seq = 0

    @workflow.run
    async def run(self, case: PlainCase) -> str:
        self.seq = await workflow.execute_activity(
            "open_case", case, result_type=int, start_to_close_timeout=STEP
        )
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
                reminder = Remind(case.id, self.seq, phase.clock, case.life.due.isoformat(), rung)
                self.seq = await workflow.execute_activity(
                    "remind", reminder, result_type=int, start_to_close_timeout=STEP
                )
        await workflow.wait_condition(lambda: phase.act in self.acts)

    async def _record(self, case: PlainCase, number: int, phase: Phase) -> None:
        due = case.life.due.isoformat()
        starts = _clock_started_by(case.life, number)
        act = self.acts[phase.act]
        record = Record(case.id, self.seq, phase.act, act, due, meets=phase.clock, starts=starts)
        cause = self.seq + 1
        self.seq = await workflow.execute_activity(
            "record_act", record, result_type=int, start_to_close_timeout=STEP
        )
        for mail in phase.mails:
            await workflow.execute_activity(
                "tell", Tell(case.id, cause, due if starts else None, mail), start_to_close_timeout=STEP
            )

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


def _clock_started_by(life: Lifecycle, number: int) -> str:
    """The clock of the phase that an act begins, if it has one."""
    following = life.phase[number + 1 : number + 2]
    return following[0].clock if following else ""
