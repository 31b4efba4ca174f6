"""Keep the histories of a released version for good: `python -m tests.replay.keep COMMIT`.

`tests.replay.record` writes the histories of the code as it is, over those of the same version number. What was
released goes beside them, under the version that the commit names and the commit, and is replayed as long as cases of
its time may run.
"""

import sys
from pathlib import Path

from tests.replay.record import HISTORIES
from tests.versions.releases import CHECKOUT, Release, enlist, git


def keep(commit: str) -> int:
    """Copy the histories that stand in a commit under its name; answers how many."""
    release = enlist(commit)
    listed = git("ls-tree", "-r", "--name-only", commit, str(HISTORIES.relative_to(CHECKOUT)))
    found = [path for path in map(Path, listed.decode().splitlines()) if _own(path, release)]
    for path in found:
        copy = HISTORIES / path.parts[-3] / str(release) / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(git("show", f"{commit}:{path}"))
    return len(found)


def _own(path: Path, release: Release) -> bool:
    """A history that the commit's own code recorded, not one that it kept of an earlier release."""
    return path.suffix == ".json" and path.parent.name == release.version


if __name__ == "__main__":
    print(f"{keep(sys.argv[1])} histories kept in {HISTORIES}")
