"""Where a database is, so that a file or a database that was copied can be told from the one it was copied from.

SQLite: the host, the file, and a word kept in a file beside it, outside the database. PostgreSQL: the cluster's
own identifier and the database's number in it. Copies below the file system (of a whole disk or virtual machine,
with its host identity) look the same, and nobody can tell them apart from here.
"""

import hashlib
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from models.database import Database

BESIDE = ".place"
MACHINE = Path("/etc/machine-id")
CLUSTER = text(
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid "
    "FROM pg_database WHERE datname = current_database()"
)
MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'execute')")


def place(database: Database, connection: Connection) -> str:
    """A word for where this database is now: the same at every start, and another for a copy.

    Empty where there is nothing to go by: a database in memory, or a server that does not say which it is.
    """
    if not database.sqlite:
        return str(connection.scalar(CLUSTER)) if connection.scalar(MAY_ASK) else ""
    name = make_url(database.url).database
    return _of_file(Path(name)) if name and name != ":memory:" else ""


def _of_file(path: Path) -> str:
    said = f"{_machine()}/{path.stat().st_ino}/{_word(path.with_name(path.name + BESIDE))}"
    return hashlib.sha256(said.encode()).hexdigest()


def _word(path: Path) -> str:
    """The word beside the file, made once and never changed; whole, whoever asks first."""
    if not path.exists():
        new = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.new")
        new.write_text(secrets.token_hex(16) + "\n", "ascii")
        try:
            os.link(new, path)
        except FileExistsError:
            pass  # another start made it at this moment
        finally:
            new.unlink()
    return path.read_text("ascii").strip()


def _machine() -> str:
    try:
        return MACHINE.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
