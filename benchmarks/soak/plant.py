"""One installation for the soak: engine, worker, console and, on PostgreSQL, the database, each its own process."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client

from benchmarks.soak.post import Post
from benchmarks.soak.programs import OURS, STEP, Command, Program
from benchmarks.soak.wall import Wall
from config.settings import load
from config.temporal import NoServer, connect, connect_to
from embedded.binary import find_binary
from embedded.namespace import prepare
from embedded.plan import Plan
from embedded.ports import free_ports
from models.database import Database
from models.tables import Heartbeat
from tests.cluster import GID, UID, prepared

PATIENCE = 120.0
PAYLOAD_KEY = "a-key-for-the-soak-alone-which-seals-nothing-else"


@dataclass
class Plant:
    """What runs, where its files are, and the ways in."""

    folder: Path
    home: Path
    url: str
    wall: Wall
    post: Post
    address: str
    engine_address: str
    command: Command
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def killable(self) -> list[str]:
        return sorted(self.programs)

    def database(self) -> Database:
        return Database(self.url)

    async def client(self, database: Database) -> Client:
        """A way to the engine that opens what is sealed."""
        given = load(home=self.home, temporal_address=self.engine_address, payload_keys=PAYLOAD_KEY)
        return await connect(given, database)

    async def at_work(self) -> None:
        """Wait until this very worker dispatches and the console serves: ledger and engine are there as well."""
        worker, end = self.programs["worker"], time.monotonic() + PATIENCE
        with closing(self.database()) as database:
            while time.monotonic() < end:
                with suppress(SQLAlchemyError), database.reading() as session:
                    row = session.get(Heartbeat, "dispatch")
                    if row and worker.process and row.worker.endswith(f" {worker.process.pid}"):
                        break
                await asyncio.sleep(STEP)
        await self.ready()

    async def ready(self) -> None:
        """Wait until the console reaches ledger and engine."""
        end = time.monotonic() + PATIENCE
        async with httpx2.AsyncClient(timeout=10) as browser:
            while True:
                try:
                    if (await browser.get(f"{self.address}/readyz")).status_code == 200:
                        return
                except httpx2.HTTPError:
                    pass
                if time.monotonic() > end:
                    raise TimeoutError(
                        f"the console was not ready in {PATIENCE:.0f} seconds; see {self.folder}/*.log"
                    )
                await asyncio.sleep(0.1)


@asynccontextmanager
async def plant(
    folder: Path, checkout: Path, home: Path, wall: Wall, seed: int, *, postgresql: bool
) -> AsyncIterator[Plant]:
    """Everything started, and stopped at the end."""
    home.mkdir(exist_ok=True)
    engine_port, console_port = free_ports(2)
    async with AsyncExitStack() as stack:
        post = Post(folder / "post", seed, wall.furthest)
        await post.open()
        stack.push_async_callback(post.close)
        programs = {}
        url = f"sqlite:///{home / 'ledger.db'}"
        if postgresql:
            for one in (folder, home):
                one.chmod(0o711)  # its server is another user
            files = stack.enter_context(prepared(inside=home))
            programs["database"] = Program(
                "database", files.order, folder / "database.log", user=UID, group=GID, whole=True
            )
            url = files.cluster.url("postgres")
        environ = _environ(checkout, home, url, post.port, engine_port, console_port)
        plan = Plan(home, engine_port)
        programs |= {
            "engine": Program("engine", plan.command(find_binary()), folder / "engine.log", wall),
            "worker": _ours("worker", folder, checkout, environ, wall),
            "console": _ours("console", folder, checkout, environ, wall),
        }
        made = Plant(
            folder,
            home,
            url,
            wall,
            post,
            f"http://127.0.0.1:{console_port}",
            plan.address,
            Command(environ, checkout, wall),
            programs,
        )
        stack.push_async_callback(_end, made)
        await _begin(made)
        keepers = [asyncio.create_task(program.keep()) for program in programs.values()]
        stack.callback(lambda: [one.cancel() for one in keepers])
        yield made


async def _begin(made: Plant) -> None:
    """The engine's namespace is prepared once, as on a server that others run."""
    for program in made.programs.values():
        program.start()
    end = time.monotonic() + PATIENCE
    while True:
        try:
            client = await connect_to(made.engine_address)
            if await client.service_client.check_health():
                break
        except NoServer:
            if time.monotonic() > end:
                raise
        await asyncio.sleep(0.1)
    await prepare(client)
    await made.ready()


async def _end(made: Plant) -> None:
    for name in ("console", "worker", "engine", "database"):
        program = made.programs.get(name)
        if program is not None and program.process is not None and program.process.poll() is None:
            await program.stop()


def _ours(name: str, folder: Path, checkout: Path, environ: dict[str, str], wall: Wall) -> Program:
    order = [sys.executable, "-c", OURS, name]
    return Program(name, order, folder / f"{name}.log", wall, environ, checkout)


def _environ(checkout: Path, home: Path, url: str, smtp: int, engine: int, console: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FOLLOWTHROUGH_", "TEMPORAL_")) and name not in ("DATABASE_URL", "SMTP_URL")
    }
    return kept | {
        "PYTHONPATH": str(checkout),
        "TEMPORAL_ADDRESS": f"127.0.0.1:{engine}",
        "DATABASE_URL": url,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "FOLLOWTHROUGH_HOME": str(home),
        "FOLLOWTHROUGH_CONSOLE_PORT": str(console),
        "FOLLOWTHROUGH_BASE_URL": f"http://127.0.0.1:{console}",
        "FOLLOWTHROUGH_DISPATCH_SECONDS": "2",
        "FOLLOWTHROUGH_PAYLOAD_KEYS": PAYLOAD_KEY,
        "NO_COLOR": "1",
    }
