"""Keep the program of a released version: `python -m tests.versions.keep COMMIT`.

What a worker of that version needs goes into a zip beside this file, so that a shallow clone without network can start
one. Kept once for each release, and dropped when no case of its time can be running.
"""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.versions.releases import enlist, git, releases

FOLDER = Path(__file__).parent
PROGRAM = (
    *("activities", "audit", "config", "lifecycle", "models", "office", "workflows"),
    *("worker.py", "scheduler.py"),
)
LEFT_OUT = ("config/samples/", "config/histories/")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def kept() -> list[Path]:
    """The programs of all releases, oldest first."""
    return [FOLDER / f"{release.commit}.zip" for release in releases()]


def unpack(program: Path, folder: Path) -> Path:
    """Lay a kept program down; answers the folder to run it from."""
    with zipfile.ZipFile(program) as found:
        found.extractall(folder)
    return folder


def keep(commit: str) -> Path:
    """Write the zip: the same bytes for the same commit."""
    target = FOLDER / f"{enlist(commit).commit}.zip"
    with (
        tarfile.open(fileobj=io.BytesIO(git("archive", commit, *PROGRAM))) as tree,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept_in,
    ):
        for file in sorted(tree.getmembers(), key=lambda one: one.name):
            text = tree.extractfile(file) if file.isfile() else None
            if text is not None and not file.name.startswith(LEFT_OUT):
                kept_in.writestr(zipfile.ZipInfo(file.name, LONG_AGO), text.read(), zipfile.ZIP_DEFLATED)
    return target


if __name__ == "__main__":
    print(keep(sys.argv[1]))
