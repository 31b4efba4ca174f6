"""An engine whose run died before it could stop it: found again by its process id and its command line."""

import os
import signal
import subprocess
import time
from pathlib import Path

from embedded.stamp import DATABASE

PID = "engine.pid"


class OrphanStays(Exception):  # noqa: N818 - said to a person
    """An engine left by an earlier run does not stop."""


def remember(home: Path, pid: int) -> None:
    (home / PID).write_text(f"{pid}\n", encoding="ascii")


def forget(home: Path) -> None:
    (home / PID).unlink(missing_ok=True)


def stop_orphan(home: Path, seconds: float = 20.0) -> int | None:
    """Stop the engine an earlier run left on this home's file, and give its process id, if there is one.

    Only a process that we noted, and that still has our file on its command line, is touched. Hold the home
    folder before: then no living run owns it. Raises OrphanStays.
    """
    pid = _noted(home)
    if pid is None or str(home / DATABASE) not in _command(pid):
        forget(home)
        return None
    for order in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, order)
        if _gone(pid, seconds):
            forget(home)
            return pid
    raise OrphanStays(
        f"process {pid}, an engine left by an earlier run on {home}, does not stop. End it yourself."
    )


def _noted(home: Path) -> int | None:
    try:
        return int((home / PID).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _command(pid: int) -> str:
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def _gone(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not _command(pid).strip():
            return True
        time.sleep(0.05)
    return False
