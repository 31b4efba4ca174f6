"""The programs of an installation as processes of their own: each can be killed alone, and is started again."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak.wall import Wall

OURS = "import sys; from cli.main import run; sys.argv[0] = 'followthrough'; run()"
PR_SET_PDEATHSIG = 1
STEP = 0.1
AGAIN = 0.5
"""Whoever keeps a program running waits so long after it ended by itself."""


def _die_with_us() -> None:
    """A soak that is killed cannot stop its programs; Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Program:
    """A process that is started again whenever it ends, until it is told to stop."""

    name: str
    order: Sequence[str]
    log: Path
    wall: Wall | None = None
    """Its clock; the machine's own without."""
    environ: dict[str, str] | None = None
    cwd: str | Path = "/"
    user: int | None = None
    group: int | None = None
    whole: bool = False
    """Kill it with all its children: a database's sessions are processes."""

    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    ended: list[int] = field(default_factory=list)

    def start(self) -> None:
        self.wanted = True
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.order,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environ,
                cwd=self.cwd,
                user=self.user,
                group=self.group,
                start_new_session=True,
                preexec_fn=_die_with_us,
            )
        if self.wall is not None:
            self.wall.hang(self.process.pid)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """kill -9, now."""
        self.wanted = False
        if self.process is None or self.process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            if self.whole:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
        self.process.wait(10)

    async def stop(self) -> int:
        """As an operator would; answers the exit code."""
        self.wanted = False
        assert self.process is not None
        self.process.send_signal(signal.SIGINT if self.whole else signal.SIGTERM)
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(STEP)
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait(10)

    async def keep(self) -> None:
        """Start it again whenever it ends by itself."""
        while True:
            await asyncio.sleep(STEP)
            if self.wanted and self.process is not None and (code := self.process.poll()) is not None:
                self.ended.append(code)
                await asyncio.sleep(AGAIN)
                if self.wanted:
                    self.start()


@dataclass
class Command:
    """`followthrough` beside the programs, with the clock they have."""

    environ: dict[str, str]
    cwd: Path
    wall: Wall

    async def run(self, *words: str, seconds: float = 120) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", OURS, *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environ,
            cwd=self.cwd,
        )
        self.wall.hang(process.pid)
        try:
            out, err = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            process.kill()
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()
