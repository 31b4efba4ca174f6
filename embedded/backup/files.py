"""SQLite files copied while others write them, and folders that appear whole or not at all."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path


def copy_sqlite(source: Path, target: Path) -> None:
    """The file as of one instant, by SQLite's own backup, into one file without a journal beside it.

    Raises:
        sqlite3.Error, OSError
    """
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
    alone(target)


def alone(path: Path) -> None:
    """Fold a SQLite file's journal into it, so that it is one file that may be copied."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


@contextlib.contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name at the end of the block, on disk; or is gone, on any error."""
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        yield partial
        for path in partial.iterdir():
            flush(path)
        flush(partial)
        partial.chmod(0o700)
        partial.rename(folder)
        flush(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def flush(path: Path) -> None:
    """Written through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
