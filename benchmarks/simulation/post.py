# ruff: noqa: ANN401 - it stands for an interface that takes anything
"""The post: the real dispatcher and relay on a made-up SMTP server, which answers, refuses, stalls and drops.

The seam is the relay's connection. A worker may die between any two transactions and at any phase of a send; nothing
of it runs afterwards, as after a `kill -9`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from types import SimpleNamespace
from typing import Any, cast

from sqlmodel import Session

from activities.mail.backlog import Pace
from activities.mail.client import Backend, Phase, Progress
from activities.mail.compose import Sender
from activities.mail.counting import DispatchCount
from activities.mail.dispatch import Dispatcher
from activities.mail.relay import Relay
from benchmarks.simulation.figures import Figures
from models.database import Database

SENDER = Sender(
    name="Recommendations follow-up",
    address="followthrough@inspectorate.example",
    reply_to="recommendations@inspectorate.example",
    domain="mail.inspectorate.example",
)
PACE = Pace(timedelta(days=2), 15)
WORKERS = ("worker-1", "worker-2")
FATES = {
    "accepted": 0.9,
    "no connection": 0.02,
    "451 after RCPT": 0.02,
    "550 after RCPT": 0.005,
    "dropped before DATA": 0.01,
    "451 after DATA": 0.005,
    "dropped after DATA, arrived": 0.005,
    "dropped after DATA, lost": 0.005,
    "killed before DATA": 0.01,
    "killed after DATA, arrived": 0.005,
    "killed after DATA, lost": 0.005,
}
ARRIVES = ("accepted", "dropped after DATA, arrived", "killed after DATA, arrived")
IN_DOUBT = tuple(fate for fate in FATES if "after DATA, " in fate)
KILLED_BETWEEN = 0.004


class Killed(BaseException):
    """Stands for kill -9: nothing in the program may catch it."""


class Mortal(Database):
    """The ledger as a worker sees it that may die before and after each transaction."""

    def __init__(self, database: Database, dies: Callable[[], bool]) -> None:
        self.__dict__ |= database.__dict__
        self.dies = dies
        self.dead = False

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self._may_die()
        with super().writing() as session:
            yield session
        self._may_die()

    def _may_die(self) -> None:
        self.dead = self.dead or self.dies()
        if self.dead:
            raise Killed


class Wire:
    """One SMTP server. `arrives` is told of every message that it takes, `leaves` of each as it begins to leave."""

    def __init__(self, chance: Random, figures: Figures) -> None:
        self.chance = chance
        self.figures = figures
        self.kind = True
        self.arrived: Counter[str] = Counter()
        self.arrives: Callable[[str, str], None] = lambda message_id, mailbox: None
        self.leaves: Callable[[str], None] = lambda message_id: None

    def fate(self) -> str:
        if self.kind:
            return "accepted"
        [fate] = self.chance.choices(list(FATES), weights=list(FATES.values()))
        if fate != "accepted":
            self.figures.faults[f"mail: {fate}"] += 1
        return fate

    def take(self, message_id: str, mailbox: str) -> None:
        self.arrived[message_id] += 1
        self.arrives(message_id, mailbox)


class Connection:
    """What the relay uses of its backend: greets, hands over, and is told each phase before it begins."""

    def __init__(self, wire: Wire, ledger: Mortal) -> None:
        self.wire = wire
        self.ledger = ledger
        self.fate = "accepted"
        self._progress = Progress(lambda phase: None)

    @property
    def progress(self) -> Progress:
        return self._progress

    @progress.setter
    def progress(self, of_next: Progress) -> None:
        """Each send begins with this, and has a fate of its own."""
        self._progress, self.fate = of_next, self.wire.fate()

    def get_client(self) -> "Connection":
        if self.fate == "no connection":
            raise ConnectionRefusedError("nobody listens")
        return self

    def noop(self) -> tuple[int, bytes]:
        return 250, b"still here"

    def close(self) -> None:
        """Nothing is open."""

    def sendmail(self, _sender: str, mailboxes: list[str], message: Any) -> SimpleNamespace:
        message_id, mailbox = str(message.message_id), mailboxes[0]
        self.wire.leaves(message_id)
        for phase in (Phase.mail, Phase.rcpt):
            self.progress.reach(phase)
        self._before_data(mailbox)
        self.progress.reach(Phase.data)
        if self.fate in ARRIVES:
            self.wire.take(message_id, mailbox)
        self._after_data()
        return SimpleNamespace(status_code=250, status_text=b"taken")

    def _before_data(self, mailbox: str) -> None:
        match self.fate:
            case "451 after RCPT":
                raise SMTPRecipientsRefused({mailbox: (451, b"come back later")})
            case "550 after RCPT":
                raise SMTPRecipientsRefused({mailbox: (550, b"nobody of that name")})
            case "dropped before DATA":
                raise SMTPServerDisconnected("Connection unexpectedly closed")
            case "killed before DATA":
                self._die()

    def _after_data(self) -> None:
        match self.fate.partition(",")[0]:
            case "451 after DATA":
                raise SMTPDataError(451, b"greylisted")
            case "dropped after DATA":
                raise SMTPServerDisconnected("Connection unexpectedly closed")
            case "killed after DATA":
                self._die()

    def _die(self) -> None:
        self.ledger.dead = True
        raise Killed


class Post:
    """The dispatchers of two workers. `clock` is the time of the case, and of leases."""

    def __init__(
        self, database: Database, chance: Random, figures: Figures, clock: Callable[[], datetime]
    ) -> None:
        self.database = database
        self.chance = chance
        self.figures = figures
        self.clock = clock
        self.wire = Wire(chance, figures)
        self.unknown_policy: Callable[[str], str] = lambda case: "hold"

    def run_once(self) -> DispatchCount | None:
        """One run by one of the workers; None when it was killed."""
        ledger = Mortal(self.database, self._dies)
        relay = Relay("smtp://127.0.0.1:25", armed=False)
        relay._backend = cast(Backend, Connection(self.wire, ledger))
        dispatcher = Dispatcher(
            ledger,
            relay,
            SENDER,
            worker=self.chance.choice(WORKERS),
            clock=self.clock,
            unknown_policy=self.unknown_policy,
            pace=PACE,
        )
        try:
            return dispatcher.run_once()
        except Killed:
            self.figures.faults["dispatcher killed"] += 1
            return None

    def _dies(self) -> bool:
        return not self.wire.kind and self.chance.random() < KILLED_BETWEEN
