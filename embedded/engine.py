"""The embedded engine: a Temporal server of our own, on a file in the home folder, as a child process."""

import asyncio
import contextlib
import logging
import os
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from activities.wall import until_set_back
from config.temporal import NoServer, connect_to
from embedded import orphan
from embedded.binary import find_binary, server_version
from embedded.lock import hold
from embedded.namespace import prepare
from embedded.plan import NAMESPACE, Plan
from embedded.ports import LOOPBACK, require_free
from embedded.stamp import Stamp, check_stamp

START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.1
LOG_BYTES = 10_000_000
LOG_TAIL = 5

log = logging.getLogger(__name__)


class EngineFailed(Exception):  # noqa: N818 - said to a person
    """The engine did not come up. The text ends with its last words."""


class Engine:
    """A running engine. Its process has a session of its own: Ctrl-C at the terminal does not reach it."""

    def __init__(self, plan: Plan, process: subprocess.Popen[bytes], client: Client) -> None:
        self.plan = plan
        self.client = client
        self._process = process
        self._changing = False

    @property
    def address(self) -> str:
        """host:port of the server."""
        return self.plan.address

    @property
    def ui_url(self) -> str | None:
        """Where Temporal's Web UI is, if it was asked for."""
        return f"http://{LOOPBACK}:{self.plan.ui_port}" if self.plan.ui_port else None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def healthy(self) -> bool:
        """Whether the server says, within five seconds, that it serves."""
        return await _serves(self.client)

    async def ended(self) -> int:
        """Wait until the process ends, however it ends; gives its exit code."""
        while self._changing or (code := self._process.poll()) is None:
            await asyncio.sleep(POLL_SECONDS)
        return code

    async def keep_in_time(self, binary: Path) -> None:
        """Start the server again whenever the machine's clock is set back: until then it would serve nobody.

        One that does not come up again is seen as ended.
        """
        while True:
            back = await until_set_back()
            log.warning("the clock was set back: the engine is started again", extra={"seconds": round(back)})
            self._changing = True
            try:
                await _stop(self.plan, self._process)
                self._process = _spawn(self.plan, binary)
                await _come_up(self.plan, self._process)
            except EngineFailed as failed:
                log.error(str(failed))
            finally:
                self._changing = False

    async def stop(self) -> None:
        """Let the server finish what it holds and stop it. Stopping twice is harmless."""
        await _stop(self.plan, self._process)


@contextlib.asynccontextmanager
async def engine(plan: Plan, *, held: bool = False) -> AsyncIterator[Engine]:
    """A healthy engine with our search attributes, stopped when the block ends.

    The home folder is held meanwhile; say `held` if the caller holds it already (`embedded.lock.hold`).
    Raises NoEngine, HomeBusy, PortTaken, WrongEngine, EngineFailed: each says what to do.
    """
    binary = find_binary()
    stamp = Stamp(await server_version(binary), plan.timeline)
    with contextlib.nullcontext() if held else hold(plan.home):
        orphan.stop_orphan(plan.home)
        _require_ports(plan)
        check_stamp(plan.home, stamp)
        process = _spawn(plan, binary)
        try:
            running = Engine(plan, process, await _come_up(plan, process))
            await prepare(running.client)
        except BaseException:
            await _stop(plan, process)
            raise
        keeping = asyncio.create_task(running.keep_in_time(binary))
        try:
            yield running
        finally:
            keeping.cancel()
            await running.stop()


def _require_ports(plan: Plan) -> None:
    require_free(plan.port, "the embedded engine", "FOLLOWTHROUGH_ENGINE_PORT")
    if plan.ui_port:
        require_free(plan.ui_port, "the engine's Web UI", "FOLLOWTHROUGH_ENGINE_UI_PORT")


def _spawn(plan: Plan, binary: Path) -> subprocess.Popen[bytes]:
    plan.log.parent.mkdir(parents=True, exist_ok=True)
    if plan.log.exists() and plan.log.stat().st_size > LOG_BYTES:
        plan.log.replace(plan.log.with_suffix(".log.1"))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    with plan.log.open("ab") as log:
        process = subprocess.Popen(
            plan.command(binary),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environ,
            start_new_session=True,
        )
    orphan.remember(plan.home, process.pid)
    return process


async def _come_up(plan: Plan, process: subprocess.Popen[bytes]) -> Client:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise EngineFailed(f"the engine ended with code {process.returncode}. {_last_words(plan.log)}")
        with contextlib.suppress(NoServer):
            client = await connect_to(plan.address, NAMESPACE)
            if await _serves(client):
                return client
        await asyncio.sleep(POLL_SECONDS)
    raise EngineFailed(
        f"the engine did not answer within {START_SECONDS:.0f} seconds. {_last_words(plan.log)}"
    )


async def _serves(client: Client) -> bool:
    with contextlib.suppress(RPCError, TimeoutError):
        async with asyncio.timeout(5):
            return await client.service_client.check_health()
    return False


async def _stop(plan: Plan, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    end = time.monotonic() + STOP_SECONDS
    while process.poll() is None and time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
    orphan.forget(plan.home)


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL:]
    return "\n".join([f"{log} ends with:", *lines])
