"""The simulation itself: one seeded thread through the years, with the invariants asked after every step."""

import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from unittest.mock import patch

from sqlalchemy import event, func
from sqlmodel import Session, col, select

from activities.ledger.recording import LedgerActivities
from activities.mail import lease, progress
from benchmarks.simulation.client import Client
from benchmarks.simulation.country import Country, settle
from benchmarks.simulation.engine import Activity, Engine
from benchmarks.simulation.faults import Faults
from benchmarks.simulation.figures import Broken, Figures, Found
from benchmarks.simulation.loop import VirtualLoop
from benchmarks.simulation.operations import Operations
from benchmarks.simulation.people import People
from benchmarks.simulation.post import IN_DOUBT, Post
from benchmarks.simulation.watch import Watch
from config.policy_files import fill_shelf, load_policies
from lifecycle.dates import local_date
from models import schema
from models.database import Database
from models.installation import establish
from models.messages import CaseStart
from models.tables import ActTaken, Attempt, CaseRow, Mail, MailState, Notice, NoticeState
from office.desk import Desk

BEGINS = datetime(2013, 1, 7, 8, 0, tzinfo=UTC)
A_DAY = timedelta(days=1)
A_YEAR = timedelta(days=365.25)
QUIET_END = timedelta(days=30)
"""Nothing goes wrong any more at the end, so that whatever was left behind must be seen to."""
SOON = timedelta(seconds=10)
LATER = timedelta(hours=6)
AUDITED_EVERY = 200
SETTLED = (NoticeState.sent.value, NoticeState.not_sent.value)


@dataclass(frozen=True)
class Size:
    """How long, of how many bodies, with how many reports and troubles a year."""

    years: float
    bodies: float
    reports: float
    episodes: float


NIGHTLY = Size(years=30, bodies=500, reports=4, episodes=20)
"""Some six minutes; as many bodies as always had somebody to answer for them."""
SUITE = Size(years=0.5, bodies=6, reports=8, episodes=100)


class World:
    """Everything that there is, on one loop."""

    def __init__(self, seed: int, size: Size, folder: Path) -> None:
        self.seed, self.size = seed, size
        self.chance = Random(seed)
        self.figures = Figures()
        self.loop = VirtualLoop(BEGINS)  # type: ignore[abstract]
        self.ends = BEGINS + A_YEAR * size.years
        self.database = _ledger(folder)
        self.country: Country = settle(self.database, self.chance, int(size.bodies))
        ledger = LedgerActivities(self.database)
        steps: dict[str, Activity] = {
            "append": ledger.append,
            "read_stream": ledger.read_stream,
            "note_parked": ledger.note_parked,
        }
        self.engine = Engine(self.loop, self.chance, steps)
        self.client = Client(self.engine)
        desk = Desk(self.client, self.database, clock=self.engine)  # type: ignore[arg-type]
        self.post = Post(self.database, self.chance, self.figures, self.engine.now)
        self.people = People(self.country, desk, self.chance, self.figures.acts)
        self.watch = Watch(self.database, self.engine, self.post.wire.arrived)
        self.operations = Operations(self.database, desk, self.client, self.chance, self.post.wire.arrived)
        self.faults = Faults(self.chance, self.engine, self.post, self.database, self.figures)
        self._next_dispatch: datetime | None = None
        self._idle_since = BEGINS
        self._prepare_post()
        self._first_steps()

    def _prepare_post(self) -> None:
        again = {policy.hash: policy.unknown_send for policy in load_policies()}

        def on_unknown(case: str) -> str:
            with self.database.reading() as session:
                row = session.get(CaseRow, case)
            return again[row.policy_hash] if row else "hold"

        self.post.unknown_policy = on_unknown
        self.post.wire.kind = False
        self.post.wire.leaves = self._leaving

    def _first_steps(self) -> None:
        self._in(timedelta(hours=1), self._report)
        self._in(timedelta(hours=2), self._episode)
        self._in(timedelta(hours=3), self._round)

    def _in(self, after: timedelta, deed: object) -> None:
        self.loop.call_later(after.total_seconds(), deed)  # type: ignore[arg-type]

    def _about(self, mean: timedelta) -> timedelta:
        return timedelta(seconds=self.chance.expovariate(1 / mean.total_seconds()))

    # --- what happens ---------------------------------------------------------------------------------------------

    def _report(self) -> None:
        """A report appears: its cases begin, and people take them up."""
        if self.faults.calm:
            return
        self._in(self._about(A_YEAR / self.size.reports), self._report)
        if self.engine.down:
            return
        for opening in self.country.report(local_date(self.engine.now())):
            kind = (
                "ResponseWorkflow" if opening.recommendation_kind == "response" else "RecommendationWorkflow"
            )
            self.engine.start(kind, CaseStart(opening=opening), opening.id)
            self._in(self._about(5 * A_DAY), lambda case=opening.id: self._visit(case))

    def _visit(self, case_id: str) -> None:
        """Somebody looks at a case's page and acts, then comes again."""
        if self.faults.calm:
            return
        self._in(self._about(15 * A_DAY), lambda: self._visit(case_id))
        known = self.watch.known.get(case_id)
        if known is None or not known.case.opened or known.case.ended:
            return
        act = self.people.next_act(known.case, self.engine.now())
        if act is None:
            return
        if self.chance.random() < 0.02 and self.faults.write_past(known.case, act):
            return
        self.loop.create_task(self.people.hand_in(case_id, act))

    def _episode(self) -> None:
        if self.faults.calm:
            return
        self._in(self._about(A_YEAR / self.size.episodes), self._episode)
        self.faults.episode()

    def _round(self) -> None:
        """Each morning operations look at what needs them, and the watch at whoever has missed a rung."""
        self._in(A_DAY, self._round)
        self.loop.create_task(self.operations.round(self.engine.now()))
        for name in self.engine.seats:
            if (known := self.watch.known.get(name)) and known.case.opened:
                self.watch._seat(self.engine.seats[name], known)

    # --- the post ---------------------------------------------------------------------------------------------------

    def _leaving(self, message_id: str) -> None:
        """Everything in it is true as it leaves; an act in this very moment comes too late to stop it."""
        self.watch.leaves(message_id)
        if not self.faults.calm and self.chance.random() < 0.01:
            self._act_meanwhile(message_id)

    def _act_meanwhile(self, message_id: str) -> None:
        with self.database.reading() as session:
            mail = session.exec(select(Mail).where(Mail.message_id == message_id)).one()
        known = self.watch.known.get(mail.case_id)
        if known is None or known.case.ended or mail.case_id in self.engine.touched:
            return
        act = self.people.next_act(known.case, self.engine.now())
        if act is not None:
            self.faults.write_past(known.case, act)

    def _plan_dispatch(self) -> None:
        """Wake the dispatcher soon after the next thing that it could do; what it could not do, hours later."""
        with self.database.reading() as session:
            new, old = _next_mail(session, self._idle_since)
        times = [new - self.engine.skew] if new else []
        times += [self._idle_since + LATER] if old else []
        if times:
            self._dispatch_at(max(self.loop.now() + SOON, min(times)))

    def _dispatch_at(self, when: datetime) -> None:
        if self._next_dispatch is None or when < self._next_dispatch:
            self._next_dispatch = when
            self.loop.at(when, self._dispatch, when)

    def _dispatch(self, planned: datetime) -> None:
        if planned != self._next_dispatch:
            return
        self._next_dispatch = None
        if self.faults.post_stands_still:
            self._dispatch_at(self.loop.now() + LATER)
            return
        count = self.post.run_once()
        if count is not None and not (count.claimed or count.sent or count.suppressed or count.deferred):
            self._idle_since = self.loop.now()
        self._plan_dispatch()

    # --- the run ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Raises Broken, with what does not hold."""
        self._until(self.ends)
        self._calm()
        self._until(self.ends + QUIET_END)
        self._reckon()

    def _until(self, end: datetime) -> None:
        while (at := self.loop.next_timer()) is not None and at <= end:
            self.loop.step()
            self.engine.settle()
            self.figures.steps += 1
            self._look()

    def _look(self) -> None:
        touched = list(self.engine.touched)
        self.engine.touched.clear()
        self.watch.step(touched)
        if touched:
            self._plan_dispatch()
        if self.figures.steps % AUDITED_EVERY == 0 and touched and not self._unwell():
            self.watch.audit([name for name in touched if self._is_well(name)], self.engine.now())

    def _unwell(self) -> bool:
        return self.engine.down or self.engine.skew != timedelta() or self.faults.post_stands_still

    def _is_well(self, stream: str) -> bool:
        """Whether its workflow can have recorded all: it waits for nobody, and knows what the ledger holds."""
        seat, known = self.engine.seats.get(stream), self.watch.known.get(stream)
        behind = known is not None and known.behind
        return seat is not None and not seat.conductor.parked and not seat.handed and not behind

    def _calm(self) -> None:
        self.faults.calm = True
        self.post.wire.kind = True
        self.faults.post_stands_still = False
        self.engine.come_up()
        self.engine.set_clock(timedelta())

    # --- the reckoning --------------------------------------------------------------------------------------------

    def _reckon(self) -> None:
        """After everybody has seen to what was left: nothing is lost, nothing there twice, nobody stuck."""
        with self.database.reading() as session:
            cases = list(session.exec(select(CaseRow)))
            waiting = session.exec(select(Notice.id).where(col(Notice.state).not_in(SETTLED))).all()
            accepted = set(
                session.exec(select(Mail.message_id).where(Mail.state == MailState.accepted.value))
            )
            taken = {one.key: one.last_seq for one in session.exec(select(ActTaken))}
            doubts = session.exec(
                select(func.count()).select_from(Attempt).where(Attempt.outcome == "unknown")
            ).one()
            repeated = set(session.exec(select(Attempt.mail_id).where(Attempt.outcome == "unknown")))
            names = dict(session.exec(select(Mail.message_id, Mail.id)).all())
        open_cases = {case.id for case in cases if case.ended_on is None}
        arrived = self.post.wire.arrived
        _hold(open_cases == set(self.engine.seats), "open cases without a workflow, or the reverse")
        parked = [seat.id for seat in self.engine.seats.values() if seat.conductor.parked]
        _hold(not parked, f"parked: {parked}")
        _hold(not waiting, f"notices neither sent nor explained: {list(waiting)[:10]}")
        _hold(accepted <= {one for one, copies in arrived.items() if copies}, "accepted and never arrived")
        lost = [key for key, receipt in self.people.taken.items() if taken.get(key) != receipt.seq]
        _hold(not lost, f"acts answered and not in the ledger: {lost}")
        twice = [one for one, copies in arrived.items() if copies > 1 and names[one] not in repeated]
        _hold(not twice, f"sent twice without having been unknown: {twice}")
        faults = sum(self.figures.faults[f"mail: {fate}"] for fate in IN_DOUBT)
        faults += self.figures.faults["dispatcher killed"]
        _hold(doubts <= faults, f"{doubts} sends in doubt, and {faults} faults after DATA")
        self.watch.audit([case.id for case in cases], self.engine.now())
        self.figures.arrived, self.figures.repeated = (
            sum(arrived.values()),
            sum(arrived.values()) - len(arrived),
        )

    def digest(self) -> str:
        """A hash over the last event of every chain and every copy that arrived: the same for the same seed."""
        heads = sorted(f"{name} {known.head}" for name, known in self.watch.known.items())
        mails = sorted(f"{name} {copies}" for name, copies in self.post.wire.arrived.items())
        return hashlib.sha256("\n".join((*heads, *mails)).encode()).hexdigest()[:16]

    def summary(self) -> Found:
        with self.database.reading() as session:
            notices = dict(session.exec(select(Notice.state, func.count()).group_by(Notice.state)).all())
        return Found(
            seed=self.seed,
            years=self.size.years,
            bodies=len(self.country.bodies),
            cases=len(self.watch.known),
            events=self.watch.events,
            steps=self.figures.steps,
            notices=notices,
            messages=len(self.post.wire.arrived),
            copies=self.figures.repeated,
            acts=dict(sorted(self.figures.acts.items())),
            faults=dict(sorted(self.figures.faults.items())),
            all_faults=sum(self.figures.faults.values()),
            reseated=self.operations.reseated,
            digest=self.digest(),
            seconds=0,
        )


def _next_mail(session: Session, since: datetime) -> tuple[datetime | None, bool]:
    """When the dispatcher could do something: a notice is due, a try has come, a lease has run out. The first such
    instant after `since`, and whether there is one before."""
    waits = (MailState.deferred.value, MailState.composed.value, MailState.sending.value)
    claimed = (col(Notice.state) == NoticeState.claimed.value, col(Notice.mail_id).is_(None))
    asked = (
        select(Notice.not_before).where(Notice.state == NoticeState.due.value, col(Notice.held).is_(False)),
        select(func.coalesce(Mail.lease_until, Mail.next_try)).where(
            col(Mail.state).in_(waits), col(Mail.held).is_(False)
        ),
        select(Notice.lease_until).where(*claimed),
    )
    found = [at for one in asked for at in session.exec(one) if at is not None]
    return min((at for at in found if at > since), default=None), any(at <= since for at in found)


def _hold(true: bool, said: str) -> None:
    if not true:
        raise Broken(said)


def _ledger(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    event.listen(database.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))
    schema.upgrade(database)
    establish(database)
    return database


@contextmanager
def world(seed: int, size: Size) -> Iterator[World]:
    """A world in a folder of its own. Leases are in its time."""
    fill_shelf()
    with tempfile.TemporaryDirectory(prefix="followthrough-sim-") as folder:
        made = World(seed, size, Path(folder))
        with (
            patch.object(lease, "host_now", made.engine.now),
            patch.object(progress, "host_now", made.engine.now),
        ):
            yield made
        made.database.close()


def simulate(seed: int, size: Size) -> Found:
    """The figures of a whole run. Raises Broken, naming the seed."""
    began = time.monotonic()
    with world(seed, size) as made:
        try:
            made.run()
        except (Broken, Exception) as broken:
            broken.add_note(f"seed {seed}, {made.engine.now()}, step {made.figures.steps}")
            raise
        return replace(made.summary(), seconds=round(time.monotonic() - began, 1))
