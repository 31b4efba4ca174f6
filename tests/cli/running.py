"""A whole installation of its own, as a person starts it, and the command line beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from cli import exits, output
from cli.main import app
from embedded.orphan import stop_orphan
from embedded.ports import free_ports

PROGRAM = str(Path(sys.executable).parent / "followthrough")
START_SECONDS = 120.0


class Installation:
    """A home folder with ports of its own. `start` may be called again after `stop` or `kill`."""

    def __init__(self, home: Path) -> None:
        names = (
            "ENGINE_PORT",
            "ENGINE_UI_PORT",
            "INBOX_SMTP_PORT",
            "INBOX_WEB_PORT",
            "CONSOLE_PORT",
            "SITE_PORT",
        )
        self.home = home
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLLOWTHROUGH_")}
        ours = {f"FOLLOWTHROUGH_{name}": str(port) for name, port in self.ports.items()}
        ours |= {"FOLLOWTHROUGH_HOME": str(home), "FOLLOWTHROUGH_SITE_SECONDS": "0"}
        self.environ = kept | ours | {"NO_COLOR": "1"}
        self.program = [PROGRAM]
        self.process: subprocess.Popen[bytes] | None = None
        self.said = home.parent / f"{home.name}.said"

    def start(self) -> None:
        """Start it and wait until it says that it runs."""
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [*self.program, "up"], env=self.environ, stdout=said, stderr=said, stdin=subprocess.DEVNULL
            )
        before = self.words().count("is running.")
        deadline = time.monotonic() + START_SECONDS
        while self.words().count("is running.") == before:
            assert self.process.poll() is None, self.words()
            assert time.monotonic() < deadline, self.words()
            time.sleep(0.05)

    def words(self) -> str:
        return self.said.read_text("utf-8") if self.said.exists() else ""

    def stop(self) -> int:
        """Ctrl-C; answers the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def kill(self) -> None:
        """kill -9 of the whole program; its engine is left behind, as after a crash."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def run(
        self, *words: str, stdin: str = "", actor: str | None = "lead-1"
    ) -> subprocess.CompletedProcess[str]:
        """A command beside it, as a program of its own."""
        return subprocess.run(
            [*self.program, *words],
            env=self._environ(actor),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def here(self, *words: str, actor: str | None = "lead-1") -> subprocess.CompletedProcess[str]:
        """The same command within this process: in a twentieth of the time, most of which goes into starting."""
        out, err = StringIO(), StringIO()
        with (
            patch.dict(os.environ, self._environ(actor), clear=True),
            patch.object(sys, "argv", [*self.program, *words]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = exits.run(app, output.say)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def json(self, *words: str, actor: str | None = "lead-1") -> object:
        """A command's JSON; its exit code must be 0."""
        done = self.here(*words, "--json", actor=actor)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _environ(self, actor: str | None) -> dict[str, str]:
        return self.environ | ({"FOLLOWTHROUGH_ACTOR": actor} if actor else {})


@contextmanager
def installation(home: Path) -> Iterator[Installation]:
    """An installation that is stopped at the end, whatever happened; the engine that a kill left behind too."""
    there = Installation(home)
    try:
        yield there
    finally:
        if there.process is not None and there.process.poll() is None:
            there.stop()
        stop_orphan(home)
