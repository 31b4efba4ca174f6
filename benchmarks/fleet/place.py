"""Where a fleet works: a PostgreSQL and an engine of its own, the local inbox, and what all workers are told."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from benchmarks.fleet.hands import CODE, Hand
from config.policy_files import fill_shelf
from config.temporal import connect_to
from embedded.engine import engine
from embedded.inbox import Inbox
from embedded.plan import NAMESPACE, Plan
from embedded.ports import free_ports
from lifecycle.opening import Opening
from models.database import Database
from models.schema import upgrade
from models.tables import CaseRow, Person, Recommendation, Report
from tests.cluster import throwaway

LOOKS = 0.05
LATE_DAYS = "60"
"""Reminders here are of days that are past: shown to the cases as the present, and to the post as late."""


@dataclass(frozen=True)
class Place:
    """`settings` are what each worker is started with."""

    folder: Path
    client: Client
    database: Database
    settings: dict[str, str]

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    async def opened(self, case: str) -> None:
        """Wait until the ledger has the case."""
        while not await asyncio.to_thread(self._has, case):
            await asyncio.sleep(LOOKS)

    def imported(self, openings: Iterable[Opening]) -> None:
        """Have their report, recommendations and person in the ledger, as an import does: it opens no others."""
        with self.database.writing() as session:
            for one in openings:
                if session.get(Person, one.actor) is None:
                    session.add(Person(id=one.actor, name="Operations"))
                if session.get(Report, one.report) is None:
                    session.add(
                        Report(id=one.report, title="Benchmark", published_on=one.issued_on, s55=False)
                    )
                    session.flush()
                if session.get(Recommendation, one.reference) is None:
                    session.add(
                        Recommendation(
                            reference=one.reference,
                            report_id=one.report,
                            kind=one.recommendation_kind,
                            title=one.reference,
                            issued_on=one.issued_on,
                            policy=one.policy,
                        )
                    )

    def _has(self, case: str) -> bool:
        with self.database.reading() as session:
            return session.get(CaseRow, case) is not None

    @contextlib.asynccontextmanager
    async def hands(self, number: int, code: Path = CODE, name: str = "hand") -> AsyncIterator[list[Hand]]:
        """So many workers at work, which drain at the end."""
        crew = [Hand(self.folder / f"{name}-{one}", self.settings, code) for one in range(number)]
        try:
            await asyncio.gather(*(hand.start() for hand in crew))
            yield crew
            await asyncio.gather(*(hand.stop() for hand in crew))
        finally:
            for hand in crew:
                hand.kill()


@contextlib.asynccontextmanager
async def place() -> AsyncIterator[Place]:
    """Everything but workers. Raises NoPostgreSQL."""
    fill_shelf()
    engine_port, smtp_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="ft-fleet-") as name, _ledger() as database:
        folder = Path(name)
        settings = {
            "DATABASE_URL": database.url,
            "TEMPORAL_ADDRESS": f"127.0.0.1:{engine_port}",
            "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "FOLLOWTHROUGH_DISPATCH_SECONDS": "2",
            "FOLLOWTHROUGH_MAIL_LATE_DAYS": LATE_DAYS,
        }
        with Inbox().start(smtp_port, 0, folder / "inbox"):
            async with engine(Plan(folder / "home", engine_port)):
                client = await connect_to(f"127.0.0.1:{engine_port}", NAMESPACE)
                yield Place(folder, client, database, settings)


@contextlib.contextmanager
def _ledger() -> Iterator[Database]:
    with throwaway() as cluster:
        database = Database(cluster.url(cluster.create()))
        with contextlib.closing(database):
            upgrade(database)
            yield database
