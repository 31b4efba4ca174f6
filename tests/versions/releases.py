"""The released versions whose cases may still run: `releases.txt`, oldest first, a line each with version and commit.

Their order is that of the file: no name says which of two versions is the newer. A version is taken out, with its
program and histories, when no case of its time can be running.
"""

import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("releases.txt")


@dataclass(frozen=True)
class Release:
    version: str
    commit: str
    """In seven digits."""

    def __str__(self) -> str:
        return f"{self.version}+{self.commit}"


def releases() -> list[Release]:
    return [Release(*line.split()) for line in LIST.read_text("utf-8").splitlines()]


def enlist(commit: str) -> Release:
    """The release that a commit is, by the version that it names itself; the newest, if it was not listed yet."""
    short = git("rev-parse", "--short=7", commit).decode().strip()
    project = tomllib.loads(git("show", f"{commit}:pyproject.toml").decode())["project"]
    found = Release(str(project["version"]), short)
    if found not in (known := releases()):
        LIST.write_text("".join(f"{one.version} {one.commit}\n" for one in (*known, found)), "utf-8")
    return found


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, check=True).stdout
