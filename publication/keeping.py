"""Keeping the site up to date: built again when what it tells has changed, in a process of its own.

A worker answers its engine within seconds; a build of many pages would keep it from that.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from models.database import Database
from publication.changes import mark

MARK = "built.txt"


@dataclass(frozen=True)
class Task:
    """What to build: said to the process on its standard input, since the database's address may hold a password."""

    database: str
    folder: str
    base: str
    on: str


class BuildFailed(Exception):  # noqa: N818 - said to an operator
    """The site could not be built, and stands as it was; the message says why."""


async def keep_current(database: Database, url: str, folder: Path, base: str, on: date) -> str:
    """Build the site if it would be another one than that which stands; answers what was done.

    Raises:
        BuildFailed
    """
    wanted = await asyncio.to_thread(mark, database, on, base)
    if _stands(folder, wanted):
        return "as it was"
    said = await _build(Task(url, str(folder), base, on.isoformat()))
    (folder / MARK).write_text(wanted, encoding="ascii")
    return said


def _stands(folder: Path, wanted: str) -> bool:
    there = folder / MARK
    return (folder / "current").is_dir() and there.is_file() and there.read_text("ascii") == wanted


async def _build(task: Task) -> str:
    """In a process that is killed with us: it is safe to kill."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "publication.build", stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        out, err = await process.communicate(json.dumps(asdict(task)).encode())
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        said = err.decode(errors="replace").strip().splitlines()
        raise BuildFailed(said[-1] if said else f"the build ended with {process.returncode}")
    return out.decode().strip()
