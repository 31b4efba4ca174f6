"""The schema of a database: recognised, and brought to what this version of Followthrough needs."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaState(StrEnum):
    """Where a database stands against this program."""

    empty = "empty"
    older = "older"
    current = "current"
    newer = "newer"


class NewerSchema(Exception):  # noqa: N818 - said to an operator
    """The database holds a revision that this program has never heard of."""


class BrokenReferences(Exception):  # noqa: N818 - said to an operator
    """A row names another that does not exist."""


def check(database: Database) -> SchemaState:
    """How the database's schema stands against this program's. Changes nothing."""
    with database.engine.connect() as connection:
        return _state(_revision(connection))


def upgrade(database: Database) -> None:
    """Bring the schema to this version, in one transaction. Harmless when repeated, or done by two at once.

    Raises:
        NewerSchema: when a newer version made the database; nothing is changed.
        BrokenReferences: when a row would be left naming one that does not exist; nothing is changed.
    """
    with database.reshaping() as connection:
        revision = _revision(connection)
        state = _state(revision)
        if state is SchemaState.current:
            return
        if state is SchemaState.newer:
            raise NewerSchema(
                f"This database was made by a newer version of Followthrough (revision {revision}). "
                "Start that version, or restore a backup that was made by this one."
            )
        command.upgrade(config(connection), "head")
        _refuse_broken_references(connection)


def config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection, which `migrations/env.py` uses."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _state(revision: str | None) -> SchemaState:
    scripts = ScriptDirectory(str(MIGRATIONS))
    if revision is None:
        return SchemaState.empty
    if revision == scripts.get_current_head():
        return SchemaState.current
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState.older if revision in known else SchemaState.newer


def _refuse_broken_references(connection: Connection) -> None:
    """SQLite checks nothing while its foreign keys wait, so we ask before the transaction is kept."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        table, row, other, _ = broken[0]
        raise BrokenReferences(
            f"After the upgrade, row {row} of {table} names a row of {other} that does not exist "
            f"({len(broken)} such). Nothing was changed: restore a backup, or mend the row and start again."
        )
