"""How long the ledger takes for 1,000 appends: `python -m benchmarks.append [how many]`.

One writer takes case after case through its life; every append is on disk before the next. SQLite runs as in
production; PostgreSQL is a throwaway server on this machine, with its own settings for durability.
"""

import sys
import time
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from config.calendar_files import load_calendars
from config.policy_files import fill_shelf, newest
from lifecycle import acts as a
from lifecycle.rules import Rules, rules_for
from lifecycle.words import Finding
from models import schema
from models.database import Database
from models.messages import Append, Appended
from tests.cluster import NoPostgreSQL, throwaway
from tests.ledger.story import CRITERIA, Story, write


class Enough(Exception):  # noqa: N818 - not an error
    """As many appends as were asked for."""


class Timed:
    """Writes, and remembers how long each append took."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seconds: list[float] = []

    def __call__(self, database: Database, request: Append) -> Appended:
        if len(self.seconds) == self.wanted:
            raise Enough
        start = time.perf_counter()
        answer = write(database, request)
        self.seconds.append(time.perf_counter() - start)
        return answer

    def __str__(self) -> str:
        slow = quantiles(self.seconds, n=100)[-1]
        return (
            f"{len(self.seconds):,} appends in {sum(self.seconds):.1f} s, "
            f"median {median(self.seconds) * 1000:.1f} ms, 99th {slow * 1000:.1f} ms"
        )


FINDINGS = dict.fromkeys(CRITERIA, Finding.included)
LIFE: tuple[tuple[int, a.Act], ...] = (
    (30, a.SendRequestLetter(key="letter", actor="adams", letter="l-1")),
    (40, a.RecordSubmission(key="plan", actor="adams", submission="s-1")),
    (
        20,
        a.CompleteAssessment(
            key="found", actor="adams", assessment="a-1", outcome="started", findings=FINDINGS
        ),
    ),
    (2, a.Authorise(key="authorised", actor="brown", letter="l-2")),
    (1, a.SendLetter(key="answer", actor="adams", letter="l-2")),
    (3, a.Publish(key="published", actor="adams", order="o-1")),
    (400, a.Withdraw(key="over", actor="adams", reason="r-1")),
)


def measure(name: str, url: str, rules: Rules, wanted: int) -> None:
    database = Database(url)
    schema.upgrade(database)
    timed = Timed(wanted)
    try:
        for number in count(1):
            live(Story(database, rules, f"recommendation/R-1/body-{number}", writer=timed))
    except Enough:
        print(f"{name}: {timed}")
    finally:
        database.close()


def live(story: Story) -> None:
    """From issue to the end, with days of waiting before each act."""
    story.opened()
    for days, act in LIFE:
        story.wait(days)
        story.take(act.model_copy(update={"key": f"{story.case.id}/{act.key}"}))


def main(wanted: int = 1000) -> None:
    fill_shelf()
    policy = newest("national-recommendation")
    rules = rules_for(policy.hash, load_calendars(policy.calendar).hash, "england-and-wales")
    with TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'ledger.db'}", rules, wanted)
    try:
        with throwaway(settings=()) as cluster:
            measure("PostgreSQL", cluster.url(cluster.create()), rules, wanted)
    except NoPostgreSQL as missing:
        print(f"PostgreSQL: {missing}")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
