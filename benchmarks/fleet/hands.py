"""Worker processes as operators run them: `followthrough worker`, each from a folder of its own, stopped by SIGTERM."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

CODE = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 120
COMMAND = "from cli.main import run; run()"
OLDER = """
import asyncio, worker
from config.logs import set_up
from config.settings import load
worker.upgrade = lambda database: None
given = load()
set_up(given.home / "log", given.log_level, "worker")
asyncio.run(worker.serve(given))
"""
"""A kept version has no command line; and its schema may be older, which it would refuse. What is asked of it is that
its workflow code goes on with the cases of the other."""


class Hand:
    """One worker process with its scheduler. `code` is the folder of the program that it runs: this one's, or another
    version's."""

    def __init__(self, home: Path, settings: Mapping[str, str], code: Path = CODE) -> None:
        self.home = home
        self.code = code
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FOLLOWTHROUGH_")},
            **settings,
            "FOLLOWTHROUGH_HOME": str(home),
            "PYTHONPATH": str(code),
            "NO_COLOR": "1",
        }
        self.starts = self.pid = 0
        self.exits: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    async def start(self) -> None:
        """Start it, and wait until it works."""
        with (self.home / "said").open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-c", COMMAND if self.code == CODE else OLDER, "worker"],
                cwd=self.code,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        self.starts += 1
        self.pid = self._process.pid
        async with asyncio.timeout(START_SECONDS):
            while self.said("working") < self.starts:
                if self._process.poll() is not None:
                    raise RuntimeError(f"a worker ended: {(self.home / 'said').read_text()[-3000:]}")
                await asyncio.sleep(0.02)

    @property
    def identity(self) -> str:
        """How the engine names it."""
        return f"{self.pid}@{socket.gethostname()}"

    async def stop(self) -> None:
        """SIGTERM, and wait until it has drained."""
        if self._process is None:
            return
        self._process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            while (code := self._process.poll()) is None:
                await asyncio.sleep(0.02)
        self.exits.append(code)
        self._process = None

    def kill(self) -> None:
        """For a run that is broken off."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def said(self, event: str) -> int:
        """How often its log says so."""
        return sum(line.get("event") == event for line in self._log())

    def _log(self) -> Iterator[dict[str, object]]:
        path = self.home / "log" / "worker.log"
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                yield json.loads(line)
