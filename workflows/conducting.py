"""How a workflow conducts a stream of the ledger: one writer, one armed timer, every act compared and appended.

The ledger is the truth. What is folded here is what the ledger has answered; on Behind the missed events are
folded in and the act is judged again; on Ahead nothing is written and the case waits for repair.

What this process lacks (a policy file, a bug mended) is never parked: it fails the workflow task, which the engine
tries again until the process has it. Parking would be decided by what no history holds, and could not be replayed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, CancelledError, FailureError

with workflow.unsafe.imports_passed_through():
    from lifecycle.acts import Act, ActBase
    from lifecycle.agenda import agenda, falls_due, next_instant
    from lifecycle.case import Case, fold, fold_all
    from lifecycle.dates import end_of_day, local_date, long_date
    from lifecycle.decisions import decide
    from lifecycle.events import Event
    from lifecycle.explain import waiting_for
    from lifecycle.moments import next_for
    from lifecycle.opening import open_case
    from lifecycle.rules import Rules, rules_for
    from lifecycle.words import Refused
    from models import attributes
    from models.messages import (
        Answer,
        Append,
        Appended,
        CaseStart,
        CaseView,
        Forecast,
        Receipt,
        Recorded,
        Reseat,
    )

from workflows.ledger import ask_ledger, note_parked, read_ledger, refusal, refuse_without

LEAST_WAIT = timedelta(seconds=1)
A_WEEK = timedelta(days=7)
KEYS_KEPT = 200


class Conducting:
    """The state and the primitives of a workflow that conducts one case. Its subclasses read as the process."""

    def __init__(self, start: CaseStart) -> None:
        self.start = start
        self.case: Case = start.case or Case(id=start.opening.id)
        self.done: dict[str, int] = dict(start.done)
        self.parked = start.parked
        self._writing = asyncio.Lock()
        self._shown: tuple[object, ...] = ()
        self._noted = start.noted
        self._reseats = 0
        self._rang: datetime | None = None

    # --- time ---------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The engine's instant: real, or shifted and stepped on a virtual timeline."""
        return self.start.time.stepped(self._exact_now())

    def _exact_now(self) -> datetime:
        """Never before the instant of a timer that has rung: a worker that had to replay a case first has been seen to
        give it, with the ring, the time of its last task. The case then armed its timer anew, which no replay repeats.
        """
        now = workflow.now() + timedelta(seconds=self.start.time.shift_seconds)
        return now if self._rang is None else max(now, self._rang)

    def rules(self) -> Rules:
        opening = self.start.opening
        return rules_for(opening.policy_hash, opening.calendar_hash, opening.division)

    # --- waiting ------------------------------------------------------------------------------------------------

    async def wait(self) -> None:
        """The one wait: until the next instant on the agenda, or until anything changes.

        A timer is a wake-up, never truth: on waking the agenda is asked again.
        """
        await self._let_rungs_fall()
        await self._note_parked()
        if self.case.ended:
            return
        self._show()
        seen, at = self._state(), self._next_wake()
        if at is None:
            await workflow.wait_condition(lambda: self._state() != seen)
            return
        rings = self._stepped_up(at)
        left = max(LEAST_WAIT, rings - self._exact_now())
        try:
            await workflow.wait_condition(
                lambda: self._state() != seen, timeout=left, timeout_summary=self._timer_summary(at)
            )
        except TimeoutError:
            self._rang = rings

    def _state(self) -> tuple[int, str, int]:
        return self.case.seq, self.parked, self._reseats

    def _next_wake(self) -> datetime | None:
        """The next instant on the agenda. Where none follows a due date within a week, the end of that day: from
        then on the case shows as overdue."""
        if self.parked:
            return None
        at, due = next_instant(self.case, self.rules()), self.case.next_due()
        over = end_of_day(due) if due else None
        if over is None or over <= self.now() or (at is not None and at - over < A_WEEK):
            return at
        return over

    def _stepped_up(self, at: datetime) -> datetime:
        """The first instant at which `now` is not before `at`."""
        step = self.start.time.stepped(at)
        return step if step == at else step + timedelta(seconds=self.start.time.grain_seconds)

    def _timer_summary(self, at: datetime) -> str:
        entry = next((one for one in agenda(self.case, self.rules()) if one.at == at), None)
        what = f"{entry.clock}: {entry.rung}" if entry else "overdue from now"
        return f"{what} on {long_date(local_date(at))}"

    async def _let_rungs_fall(self) -> None:
        if self.parked or self.case.ended:
            return
        async with self._writing:
            events = falls_due(self.case, self.rules(), self.now())
            if events:
                await self._append(None, events)

    # --- acting -------------------------------------------------------------------------------------------------

    def refuse_wrong(self, act: Act) -> None:
        """For validators: a wrong act is refused with its reason, and leaves no trace in the history."""
        refuse_without(act, ActBase)
        if act.key in self.done:
            return
        self._refuse_parked()
        if self.case.opened:
            self._judge(act)

    async def act(self, act: Act) -> Receipt:
        """Take an act: judged again, appended under its key, acknowledged only when it is in the ledger."""
        await workflow.wait_condition(lambda: self.case.opened or bool(self.parked))
        async with self._writing:
            if act.key in self.done:
                return self._receipt(act.key, self.done[act.key])
            for _ in range(5):
                self._refuse_parked()
                answer = await self._append(act.key, self._judge(act), act)
                if answer.answer in (Answer.committed, Answer.already):
                    return self._receipt(act.key, answer.seq, answer.leaving)
            self._park("The ledger moved under this case five times in a row.")
            raise self._not_recorded()

    def _judge(self, act: Act) -> tuple[Event, ...]:
        try:
            return decide(self.case, act, self.now(), self.rules())
        except Refused as refused:
            raise refusal(str(refused)) from None

    @workflow.update(dynamic=True)
    async def unknown_act(self, name: str, _args: Sequence[RawValue]) -> None:
        """Never reached: its validator refuses."""

    @unknown_act.validator
    def _refuse_unknown(self, name: str, _args: Sequence[RawValue]) -> None:
        said = f"{self.case.id} takes no act {name!r}."
        if self.case.opened and not self.case.ended:
            said += f" Next for this case: {next_for(self.case, self.rules())}."
        raise refusal(said)

    def _refuse_parked(self) -> None:
        if self.parked:
            raise self._not_recorded()

    def _not_recorded(self) -> ApplicationError:
        return ApplicationError(
            f"{self.case.id} needs repair: {self.parked}",
            type="NeedsRepair",
            non_retryable=True,
        )

    def _receipt(self, key: str, seq: int, leaving: tuple[str, ...] = ()) -> Receipt:
        return Receipt(
            stream=self.case.id, act_key=key, seq=seq, stage=self.case.stage.value, leaving=leaving
        )

    # --- the ledger ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Write the first events. A workflow started again is answered Behind, and folds what there is."""
        async with self._writing:
            if not self.case.opened:
                await self._append(None, open_case(self.start.opening, self.now(), self.rules()))

    async def _append(self, key: str | None, events: tuple[Event, ...], act: Act | None = None) -> Appended:
        after = fold_all(self.case, events)
        request = Append(
            stream=self.case.id,
            expected_seq=self.case.seq,
            act_key=key,
            events=events,
            waiting_for=waiting_for(after, self.rules()),
            next_at=next_instant(after, self.rules()),
            act=act.kind if act else "",
            actor=act.actor if act else "",
            role=act.role if act else "",
        )
        answer = await ask_ledger(request)
        match answer.answer:
            case Answer.committed:
                self.case = after
            case Answer.already | Answer.behind:
                self._fold_missed(answer.missed)
            case Answer.ahead:
                self._park(
                    f"the ledger stands at {answer.seq} and this workflow at {self.case.seq}. "
                    "Re-seat the case from its ledger."
                )
                raise self._not_recorded()
        if key is not None and answer.answer in (Answer.committed, Answer.already):
            self._remember(key, answer.seq)
        return answer

    def _fold_missed(self, missed: tuple[Recorded, ...]) -> None:
        for recorded in missed:
            if recorded.seq == self.case.seq + 1:
                self.case = fold(self.case, recorded.event)
            if recorded.act_key is not None:
                self._remember(recorded.act_key, max(recorded.seq, self.done.get(recorded.act_key, 0)))

    def _remember(self, key: str, seq: int) -> None:
        self.done[key] = seq
        while len(self.done) > KEYS_KEPT:
            self.done.pop(next(iter(self.done)))

    # --- repair -------------------------------------------------------------------------------------------------

    def _park(self, cause: str) -> None:
        self.parked = cause
        workflow.logger.error("parked for repair", extra={"stream": self.case.id, "cause": cause})

    async def _note_parked(self) -> None:
        """Have people see that the case waits for repair, and that it no longer does."""
        if self.parked == self._noted:
            return
        self._noted = self.parked
        self._show()
        await note_parked(self.case.id, self.parked)

    async def reseat_from_ledger(self, order: Reseat) -> Receipt:
        """Fold the case again from its ledger, and go on."""
        async with self._writing:
            recorded = await read_ledger(self.case.id)
            self.case, self.done, self.parked = Case(id=self.start.opening.id), {}, ""
            self._fold_missed(recorded)
            self._reseats += 1
            return self._receipt(order.key, self.case.seq)

    async def conduct(self) -> None:
        """Run the process to its end. What the ledger refuses parks the case for repair; nothing ever fails it."""
        while not self.case.ended:
            await self._guarded(self.stage if self.case.opened or self.parked else self.open)
            if self._must_continue_as_new():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._carried())
        self._show()
        await self._note_parked()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except CancelledError:
            raise
        except (FailureError, Refused) as error:
            self._park(self.parked or str(error.__cause__ or error))

    async def stage(self) -> None:
        """One stage of the process; returns when something has changed."""
        await self.wait()

    def _must_continue_as_new(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    def _carried(self) -> CaseStart:
        return self.start.model_copy(
            update={
                "case": self.case,
                "done": dict(self.done),
                "parked": self.parked,
                "noted": self._noted,
            }
        )

    # --- being seen ---------------------------------------------------------------------------------------------

    def waiting_for(self) -> str:
        if self.parked:
            return f"REPAIR NEEDED: {self.parked}"
        return waiting_for(self.case, self.rules()) if self.case.opened else "opening"

    def _show(self) -> None:
        """Tell the operator, in Temporal's own pages, what the case waits for."""
        workflow.set_current_details(self.waiting_for())
        due = self.case.next_due()
        overdue = due is not None and due < local_date(self.now())
        shown = (self.case.stage, due, overdue)
        if shown == self._shown:
            return
        self._shown = shown
        workflow.upsert_search_attributes(attributes.changes(self.case.stage.value, due, overdue))

    def view(self) -> CaseView:
        rules = self.rules()
        return CaseView(
            case=self.case,
            now=self.now(),
            waiting_for=self.waiting_for(),
            next_instant=next_instant(self.case, rules) if self.case.opened else None,
            agenda=tuple(
                Forecast(
                    at=one.at,
                    clock=one.clock,
                    version=one.version,
                    due=one.due,
                    rung=one.rung,
                    roles=tuple(role.value for role in one.roles),
                    template=one.template,
                    reason=one.reason.value if one.reason else None,
                )
                for one in agenda(self.case, rules)
            ),
            parked=self.parked,
        )
