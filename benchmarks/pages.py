"""The console with many cases: `python -m benchmarks.pages [--cases 100000] [--url sqlite|postgresql] [--seconds 30]`.

One console in a process of its own, asked at twenty requests a second for lists, cases, operations' and bodies' pages.
The time is the server's own, from the request's arrival to the end of its answer. Goal: 95 in 100 under 100 ms on two
cores. Processor time is the console's, over all pages asked twenty times a second: it hardly depends on who else works
on the machine (what PostgreSQL takes is not in it).
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import httpx2
from sqlmodel import select

from benchmarks.many_cases import fill
from config.policy_files import fill_shelf
from console.rules import case_path
from embedded.engine import engine
from embedded.plan import Plan
from embedded.ports import free_ports
from lifecycle.dates import local_date
from models.database import Database
from models.installation import establish
from models.schema import upgrade
from models.tables import CaseRow
from office.access import Limits, begin
from tests.cluster import FAST, throwaway

A_SECOND = 20
GOAL_MS = 100.0
SAMPLE = 500
"""So many cases are asked for by turns."""
LEAST = 5
PATIENCE = 600.0
"""Pages that do not keep up wait in line; each is waited for, so that what is slow is seen and not left out."""
LISTS = (
    "/cases",
    "/cases?page=100",
    "/cases?stage=requested",
    "/cases?stage=closed&page=3",
    "/cases?overdue=1&kind=police-force",
    "/cases?waiting=body&sort=body",
    "/cases?waiting=inspectorate&stage=submitted",
    "/cases?body=kent&sort=reference",
    "/cases?report=many-0&shown=all",
    "/cases?shown=all&sort=reference&order=desc",
    "/cases?shown=ended",
    "/cases?inspector=nobody&sort=due&order=desc",
    "/reports",
    "/reports/many-0",
)
OPERATIONS = ("/ops", "/ops/stuck", "/ops/map", "/ops/post")
ALONE = 5
ON_SSD = "-crandom_page_cost=1.1"
"""As docs/performance.md asks of a PostgreSQL whose disk does not turn."""
BODIES = ("kent", "bedfordshire", "essex")


@dataclass(frozen=True)
class Asked:
    """One request: the kind of page, who asks, and where."""

    kind: str
    person: str
    path: str


@dataclass
class Taken:
    """What one page took: milliseconds of the server, and statements."""

    ms: list[float] = field(default_factory=list)
    queries: set[int] = field(default_factory=set)

    @property
    def p95(self) -> float:
        return quantiles(self.ms, n=20)[-1] if len(self.ms) > 1 else self.ms[0]

    def __str__(self) -> str:
        statements = " to ".join(str(one) for one in sorted({min(self.queries), max(self.queries)}))
        return f"{len(self.ms):>5}  {median(self.ms):>8.1f}  {self.p95:>8.1f}  {statements:>12}"


def requests(cases: Sequence[str]) -> Iterator[Asked]:
    """For ever: a list, a case as staff reads it, operations, a body's page, and a case as its body reads it."""
    chance = random.Random(1)
    while True:
        yield Asked("list", "inspector-1", chance.choice(LISTS))
        yield Asked("case", "inspector-1", chance.choice(cases))
        yield Asked("operations", "ops-1", chance.choice(OPERATIONS))
        body = chance.choice(BODIES)
        yield Asked("body", f"liaison-{body}", f"/body/{body}")
        own = [case for case in cases if case.endswith(f"/{body}")]
        if own:
            yield Asked("case, outside", f"liaison-{body}", chance.choice(own))


@contextlib.asynccontextmanager
async def console(url: str, address: str, home: Path) -> AsyncIterator[tuple[str, int]]:
    """A console over this ledger, in a process of its own: its address and its process id."""
    [port] = free_ports(1)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.pages_console",
        url,
        address,
        str(port),
        str(home),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin
    assert child.stdout
    try:
        if await child.stdout.readline() != b"serving\n":
            raise RuntimeError("the console did not start; its reason is above")
        yield f"http://127.0.0.1:{port}", child.pid
    finally:
        child.stdin.close()
        await child.wait()


class Driver:
    """Asks the console, and keeps what each page took: alone, and by kind at twenty requests a second."""

    def __init__(self, client: httpx2.AsyncClient, secrets: dict[str, str]) -> None:
        self.client = client
        self.secrets = secrets
        self.alone: dict[str, Taken] = defaultdict(Taken)
        self.together: dict[str, Taken] = defaultdict(Taken)
        self.processor = 0.0

    async def one_by_one(self, asked: Sequence[Asked]) -> None:
        """Each page a few times, nobody else asking. The first time is left out: it reads templates."""
        for one in asked:
            name = one.path if one.kind in ("list", "operations") else one.kind
            for time in range(ALONE + 1):
                await self._ask(one, self.alone[name] if time else Taken())

    async def at_once(self, asked: Iterator[Asked], seconds: int, pid: int) -> None:
        """Twenty requests a second, whether or not the last are answered."""
        began = processor_time(pid)
        async with asyncio.TaskGroup() as asking:
            for one in islice(asked, max(LEAST, seconds * A_SECOND)):
                asking.create_task(self._ask(one, self.together[one.kind]))
                await asyncio.sleep(1 / A_SECOND)
        self.processor = processor_time(pid) - began

    async def _ask(self, one: Asked, taken: Taken) -> None:
        answer = await self.client.get(one.path, headers={"Cookie": f"session={self.secrets[one.person]}"})
        if answer.status_code != 200:
            raise RuntimeError(f"{one.path} as {one.person}: {answer.status_code}")
        taken.ms.append(float(answer.headers["x-ms"]))
        taken.queries.add(int(answer.headers["x-queries"]))


def alone(cases: Sequence[str]) -> list[Asked]:
    """Every page once."""
    body = BODIES[0]
    own = [case for case in cases if case.endswith(f"/{body}")]
    return [
        *(Asked("list", "inspector-1", path) for path in LISTS),
        *(Asked("operations", "ops-1", path) for path in OPERATIONS),
        Asked("case", "inspector-1", cases[0]),
        *(Asked("case, outside", f"liaison-{body}", path) for path in own[:1]),
        Asked("body", f"liaison-{body}", f"/body/{body}"),
    ]


def resident(pid: int) -> float:
    """The memory that a process has in use, in MiB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def processor_time(pid: int) -> float:
    """The processor time that a process has taken, in seconds (Linux)."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def prepared(url: str, count: int) -> tuple[list[str], dict[str, str]]:
    """The ledger filled: the addresses of some cases, and each person's session."""
    database = Database(url)
    now = datetime.now(UTC)
    with contextlib.closing(database):
        upgrade(database)
        establish(database)
        with database.reading() as session:
            there = session.exec(select(CaseRow.id).limit(1)).first()
        if there is None:
            fill(database, count, local_date(now))
            settle(database)
        with database.reading() as session:
            ids = session.exec(select(CaseRow.id).order_by(CaseRow.head_hash).limit(SAMPLE)).all()
        people = ["inspector-1", "ops-1", *(f"liaison-{body}" for body in BODIES)]
        with database.writing() as session:
            secrets = {
                person: begin(session, person, "link", "a benchmark", now, Limits()) for person in people
            }
    return [case_path(case) for case in ids], secrets


def settle(database: Database) -> None:
    """What PostgreSQL does by itself within minutes of so many rows: count them, and mark pages that all may see."""
    if not database.sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


@contextlib.asynccontextmanager
async def driving(url: str, count: int) -> AsyncIterator[tuple[Driver, list[str], int]]:
    """A filled ledger with a console over it: who drives it, some cases' addresses, and the console's process id."""
    fill_shelf()
    cases, secrets = await asyncio.to_thread(prepared, url, count)
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="followthrough-pages-") as folder:
        home = Path(folder)
        async with (
            engine(Plan(home / "engine", port)) as running,
            console(url, running.address, home / "home") as (base, pid),
            httpx2.AsyncClient(base_url=base, timeout=PATIENCE) as client,
        ):
            yield Driver(client, secrets), cases, pid


async def measure(url: str, count: int, seconds: int) -> None:
    """Fill, start, drive, and print."""
    async with driving(url, count) as (driver, cases, pid):
        await driver.one_by_one(alone(cases))
        await driver.at_once(requests(cases), seconds, pid)
        show(driver, resident(pid))


def show(driver: Driver, memory: float) -> None:
    for title, found in (("alone", driver.alone), (f"{A_SECOND} a second", driver.together)):
        print(f"{title:<52}  asked   p50, ms   p95, ms    statements")
        for name, taken in found.items():
            print(f"{name:<52}  {taken}")
    pages = sum(len(taken.ms) for taken in driver.together.values())
    print(f"processor time of the console: {1000 * driver.processor / pages:.1f} ms a page")
    slow = [kind for kind, taken in driver.together.items() if taken.p95 > GOAL_MS]
    print(f"memory of the console: {memory:.0f} MiB")
    print(f"goal, p95 under {GOAL_MS:.0f} ms: {'missed by ' + '; '.join(slow) if slow else 'met'}")


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--url", default="sqlite", help="sqlite, postgresql, or a ledger's own address")
    reader.add_argument("--seconds", type=int, default=30)
    given = reader.parse_args()
    if given.url == "postgresql":
        with throwaway((*FAST, ON_SSD)) as cluster:
            asyncio.run(measure(cluster.url(cluster.create()), given.cases, given.seconds))
    elif given.url == "sqlite":
        with tempfile.TemporaryDirectory(prefix="followthrough-pages-") as folder:
            asyncio.run(measure(f"sqlite:///{folder}/ledger.db", given.cases, given.seconds))
    else:
        asyncio.run(measure(given.url, given.cases, given.seconds))


if __name__ == "__main__":
    main()
