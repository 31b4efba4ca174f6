"""What an engine's file was made by: the server never migrates it, so another version must not open it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DATABASE = "engine.db"
STAMP = "engine.version"


class WrongEngine(Exception):  # noqa: N818 - said to a person
    """The engine's file was made by another server version, or for another timeline."""


@dataclass(frozen=True)
class Stamp:
    """The server's version, and whether the file's timeline is real or virtual."""

    server: str
    timeline: str


def check_stamp(home: Path, ours: Stamp) -> None:
    """Stamp a new file before it is made; raises WrongEngine when an old one is not ours to open."""
    database, stamp = home / DATABASE, home / STAMP
    if not database.exists():
        write_stamp(home, ours)
        return
    theirs = read_stamp(home)
    if theirs is None:
        raise WrongEngine(
            f"{stamp} is missing or cannot be read, so nobody knows what made {database}. {_ways(home)}"
        )
    if theirs.timeline != ours.timeline:
        raise WrongEngine(
            f"{database} holds a {theirs.timeline} timeline, and a {ours.timeline} one was asked for. "
            "Use another home folder (FOLLOWTHROUGH_HOME)."
        )
    if theirs.server != ours.server:
        raise WrongEngine(
            f"{database} was made by Temporal server {theirs.server}; the engine here is {ours.server}, "
            f"which does not migrate the file. {_ways(home)}"
        )


def write_stamp(home: Path, stamp: Stamp) -> None:
    """Say what made, or is about to make, the engine's file in this home."""
    (home / STAMP).write_text(json.dumps(asdict(stamp)) + "\n", encoding="ascii")


def read_stamp(home: Path) -> Stamp | None:
    """What made the engine's file in this home; None when nobody knows."""
    try:
        read = json.loads((home / STAMP).read_text(encoding="ascii"))
        return Stamp(read["server"], read["timeline"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ways(home: Path) -> str:
    return (
        "Go back to the version that made it, or move "
        f"{home / DATABASE}* and {home / STAMP} aside and start again: the workflows are rebuilt from the ledger "
        "(`followthrough engine rebuild`; docs/operating.md)."
    )
