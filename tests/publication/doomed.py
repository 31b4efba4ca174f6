"""Builds that kill themselves before their nth change to the disk, each from the same site as it was:
python -m tests.publication.doomed LEDGER FOLDER. One process with one thread forks them all; it prints, for each, how
far it came and the site that it left."""

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from config.policy_files import fill_shelf
from models.database import Database
from publication.build import build
from publication.check import problems
from tests.publication.scene import BASE, ON, contents

CHANGES = ("link", "mkdir", "rename", "replace", "unlink", "symlink", "fsync", "rmdir")
FINE, COARSE = 25, 2
"""The last changes are tried one by one, those before by steps."""


class Countdown:
    """Lets the process live for so many changes."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.made = 0

    def before(self, change: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **more: object) -> object:
            self.made += 1
            if self.made == self.left:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **more)

        return counted


def attempt(ledger: str, folder: Path, nth: int) -> int:
    """Build, and die before the nth change; answers how many there were."""
    countdown = Countdown(nth)
    for name in CHANGES:
        setattr(os, name, countdown.before(getattr(os, name)))
    os.sync = lambda: None
    build(Database(f"sqlite:///{ledger}"), folder, BASE, ON, pdf=False)
    return countdown.made


def forked(ledger: str, folder: Path, nth: int) -> int:
    """How many changes a build in a child made; 0 when it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, str(attempt(ledger, folder, nth)).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return int(said.read() or 0)


def seen(folder: Path) -> str:
    """The current site, as one hash."""
    files = contents((folder / "current").resolve())
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def main(ledger: str, site: str) -> None:
    fill_shelf()
    folder, kept = Path(site), Path(f"{site}.kept")
    shutil.copytree(folder, kept, symlinks=True)
    every = forked(ledger, folder, 0)
    told = [{"nth": 0, "died": False, "site": seen(folder), "problems": problems(folder)}]
    for nth in [*range(1, every - FINE, COARSE), *range(max(1, every - FINE), every + 1)]:
        shutil.rmtree(folder)
        shutil.copytree(kept, folder, symlinks=True)
        died = not forked(ledger, folder, nth)
        told.append({"nth": nth, "died": died, "site": seen(folder), "problems": problems(folder)})
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
