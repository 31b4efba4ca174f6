"""Keep the histories of a released version for good: `python -m tests.replay.keep COMMIT`.

`tests.replay.record` writes the histories of the code as it is, over those of the same version number. What was
released goes beside them, under the version and the commit, and is replayed as long as cases of its time may run.
"""

import subprocess
import sys
from pathlib import Path

from tests.replay.record import HISTORIES, this_version

CHECKOUT = Path(__file__).parents[2]


def keep(commit: str) -> int:
    """Copy the histories that stand in a commit under its name; answers how many."""
    found = [
        path
        for path in _git("ls-tree", "-r", "--name-only", commit, str(_within())).splitlines()
        if _own(path)
    ]
    short = _git("rev-parse", "--short=7", commit).strip()
    for path in found:
        workflow, version, name = Path(path).parts[-3:]
        copy = HISTORIES / workflow / f"{version}+{short}" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_git("show", f"{commit}:{path}"), "utf-8")
    return len(found)


def _within() -> Path:
    return HISTORIES.relative_to(CHECKOUT)


def _own(path: str) -> bool:
    """A history that the commit's own code recorded, not one that it kept of an earlier release."""
    return Path(path).suffix == ".json" and Path(path).parent.name == this_version()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    print(f"{keep(sys.argv[1])} histories kept in {HISTORIES}")
