"""Keep the program of a released version: `python -m tests.versions.keep COMMIT`.

What a worker of that version needs goes into a zip beside this file, so that a shallow clone without network can start
one. Kept once for each release, and dropped when no case of its time can be running.
"""

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[1]
PROGRAM = (
    *("activities", "audit", "config", "lifecycle", "models", "office", "workflows"),
    *("worker.py", "scheduler.py"),
)
LEFT_OUT = ("config/samples/", "config/histories/")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def kept() -> list[Path]:
    """The programs that are kept, oldest first by name."""
    return sorted(FOLDER.glob("*.zip"))


def unpack(program: Path, folder: Path) -> Path:
    """Lay a kept program down; answers the folder to run it from."""
    with zipfile.ZipFile(program) as found:
        found.extractall(folder)
    return folder


def keep(commit: str) -> Path:
    """Write the zip: the same bytes for the same commit."""
    short = _git("rev-parse", "--short=7", commit).decode().strip()
    target = FOLDER / f"{short}.zip"
    with (
        tarfile.open(fileobj=io.BytesIO(_git("archive", commit, *PROGRAM))) as tree,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept_in,
    ):
        for file in sorted(tree.getmembers(), key=lambda one: one.name):
            text = tree.extractfile(file) if file.isfile() else None
            if text is not None and not file.name.startswith(LEFT_OUT):
                kept_in.writestr(zipfile.ZipInfo(file.name, LONG_AGO), text.read(), zipfile.ZIP_DEFLATED)
    return target


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, check=True).stdout


if __name__ == "__main__":
    print(keep(sys.argv[1]))
