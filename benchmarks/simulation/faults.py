"""What goes wrong: in single steps by chance, and for a while in episodes drawn from the seed."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from activities.ledger.append import append
from benchmarks.simulation.country import change_holder
from benchmarks.simulation.engine import Engine, Seat
from benchmarks.simulation.figures import Figures
from benchmarks.simulation.post import Post
from lifecycle.acts import Act
from lifecycle.agenda import next_instant
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date
from lifecycle.decisions import decide
from lifecycle.explain import waiting_for
from lifecycle.rules import rules_for
from lifecycle.words import Refused
from models.database import Database
from models.messages import Append, CaseStart
from office.repair import folded

IN_A_STEP = {
    "": 0.93,
    "failed_before": 0.02,
    "answer_lost": 0.02,
    "killed_before": 0.01,
    "killed_after": 0.01,
    "slow": 0.01,
}
A_DAY = timedelta(days=1)


class Faults:
    """While `calm` nothing goes wrong any more."""

    def __init__(
        self, chance: Random, engine: Engine, post: Post, database: Database, figures: Figures
    ) -> None:
        self.chance = chance
        self.engine = engine
        self.post = post
        self.database = database
        self.figures = figures
        self.calm = False
        self.post_stands_still = False
        engine.fault = self.in_a_step

    def in_a_step(self, _activity: str) -> str:
        if self.calm:
            return ""
        [fault] = self.chance.choices(list(IN_A_STEP), weights=list(IN_A_STEP.values()))
        if fault:
            self.figures.faults[f"step: {fault.replace('_', ' ')}"] += 1
        return fault

    # --- episodes -----------------------------------------------------------------------------------------------

    def episode(self) -> None:
        """One of the things that go wrong for a while, or once."""
        kinds: dict[Callable[[], str], float] = {
            self._engine_down: 3,
            self._post_still: 2,
            self._clock_wrong: 3,
            self._one_lost: 6,
            self._all_lost: 0.3,
            self._reset: 4,
            self._ahead: 4,
            self._worker_killed: 6,
            self._somebody_leaves: 4,
        }
        [deed] = self.chance.choices(list(kinds), weights=list(kinds.values()))
        self.figures.faults[deed()] += 1

    def _for(self, hours: float, end: Callable[[], None]) -> None:
        self.engine.loop.call_later(hours * 3600, end)

    def _some_hours(self) -> float:
        """Mostly minutes or hours, seldom three weeks."""
        return self.chance.choice((0.1, 0.5, 2, 12, 12, 48, 21 * 24))

    def _engine_down(self) -> str:
        self.engine.down = True
        self._for(self._some_hours(), self.engine.come_up)
        return "engine down"

    def _post_still(self) -> str:
        self.post_stands_still = True

        def again() -> None:
            self.post_stands_still = False

        self._for(self._some_hours(), again)
        return "post stands still"

    def _clock_wrong(self) -> str:
        """Up to two hours fast or slow, and then right again: it jumps both ways."""
        self.engine.set_clock(timedelta(seconds=self.chance.uniform(-7200, 7200)))
        self._for(self.chance.uniform(1, 30), lambda: self.engine.set_clock(timedelta()))
        return "clock set wrong"

    def _one_lost(self) -> str:
        if seat := self._some_seat():
            self.engine.lose(seat)
        return "workflow lost"

    def _all_lost(self) -> str:
        for seat in list(self.engine.seats.values()):
            self.engine.lose(seat)
        return "namespace lost"

    def _worker_killed(self) -> str:
        if seat := self._some_seat():
            self.engine.kill(seat)
        return "worker killed"

    def _somebody_leaves(self) -> str:
        with self.database.writing() as session:
            change_holder(session, self.chance, local_date(self.engine.now()))
        return "somebody left"

    def _reset(self) -> str:
        if seat := self._some_seat():
            self.engine.reset(seat, CaseStart(opening=seat.begun.opening))
        return "workflow reset"

    def _ahead(self) -> str:
        """Its workflow has seen what this ledger lacks, as after the restoring of an older ledger."""
        seat = self._some_seat()
        if seat and seat.conductor.case.opened and not seat.conductor._writing.locked():
            case = seat.conductor.case
            if folded(self.database, case.id).seq == case.seq:
                seat.conductor.case = case.model_copy(update={"seq": case.seq + 1})
        return "workflow ahead of its ledger"

    def _some_seat(self) -> Seat | None:
        seats = [self.engine.seats[name] for name in sorted(self.engine.seats)]
        return self.chance.choice(seats) if seats else None

    # --- somebody else writes ---------------------------------------------------------------------------------------

    def write_past(self, case: Case, act: Act) -> bool:
        """The act reaches the ledger past the case's workflow, which is then behind.

        Not past one that is ahead: an append compares numbers, and would take what it saw for what is written.
        """
        seat = self.engine.seats.get(case.id)
        if seat is not None and seat.conductor.case.seq > case.seq:
            return False
        rules = rules_for(case.policy_hash, case.calendar_hash, case.division)
        try:
            events = decide(case, act, self.engine.now(), rules)
        except Refused:
            return False
        after = fold_all(case, events)
        request = Append(
            stream=case.id,
            expected_seq=case.seq,
            act_key=act.key,
            events=events,
            waiting_for=waiting_for(after, rules),
            next_at=next_instant(after, rules),
        )
        with self.database.writing() as session:
            append(session, request)
        self.engine.touched[case.id] = None
        self.figures.faults["written past the workflow"] += 1
        return True
