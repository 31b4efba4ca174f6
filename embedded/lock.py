"""One run at a time in one home folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = "run.lock"


class HomeBusy(Exception):  # noqa: N818 - said to a person
    """Another run works in this home folder."""


@contextlib.contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the home folder, made if absent, until the block ends. A run that died holds nothing.

    Raises HomeBusy, naming the process that holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise HomeBusy(_busy(home, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _busy(home: Path, holder: str) -> str:
    by = f"process {holder}" if holder else "another process"
    return (
        f"{home} is in use by {by}. Use that run, or stop it (Ctrl-C where it runs); "
        "for a second one, set FOLLOWTHROUGH_HOME to another folder and give it other ports."
    )
