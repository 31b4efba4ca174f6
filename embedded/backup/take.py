"""A backup of both stores, taken while everything runs."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from config.payload_keys import FILE
from config.settings import Settings
from embedded.backup import manifest
from embedded.backup.files import alone, appearing, copy_sqlite
from embedded.backup.manifest import ENGINE, KEYS, LEDGER, BadBackup, Manifest
from embedded.stamp import DATABASE, read_stamp
from models.copying import copy_rows
from models.database import Database
from models.schema import NewerSchema, SchemaState, check, upgrade


def back_up(settings: Settings, folder: Path) -> Manifest:
    """Back up the ledger, and the engine's file when the engine is our own, into a new folder.

    The engine's file is copied first: an engine that knows less than its ledger catches up by itself, one that
    knows more would have to be repaired.

    Raises:
        BadBackup: nothing was made, and why.
        NewerSchema
    """
    _require_new(folder)
    try:
        with appearing(folder) as partial:
            engine = _engine(settings, partial)
            _keys(settings, partial)
            _ledger(settings, partial / LEDGER)
            made = _manifest(partial, engine, make_url(settings.database_url).get_backend_name())
            manifest.write(partial, made)
            return made
    except (OSError, sqlite3.Error) as error:
        raise BadBackup(
            f"The backup could not be made: {error}. Is there room, and may {folder.parent} be written? "
            "Nothing was left there."
        ) from error


def _require_new(folder: Path) -> None:
    if folder.exists():
        raise BadBackup(f"{folder} is there already, and a backup never overwrites. Name a new folder.")
    if not folder.parent.is_dir():
        raise BadBackup(f"There is no folder {folder.parent} to make {folder.name} in. Make it first.")


def _engine(settings: Settings, partial: Path) -> str | None:
    """Copy our own engine's file; answers the server that made it, None when there is none."""
    stamp = read_stamp(settings.home)
    if not settings.embedded_engine or stamp is None or not (settings.home / DATABASE).exists():
        return None
    copy_sqlite(settings.home / DATABASE, partial / ENGINE)
    return stamp.server


def _keys(settings: Settings, partial: Path) -> None:
    """The master keys that were made by themselves; those that settings name are kept where they are kept."""
    made = settings.home / FILE
    if settings.payload_keys is None and made.exists():
        shutil.copy(made, partial / KEYS)


def _ledger(settings: Settings, target: Path) -> None:
    with closing(Database(settings.database_url)) as source:
        try:
            state = check(source)
        except DatabaseError as error:
            raise BadBackup(f"The ledger cannot be read: {error.orig}. Check DATABASE_URL.") from error
        if state is SchemaState.empty:
            raise BadBackup(
                "There is no ledger to back up. Run `followthrough up` once, or check DATABASE_URL."
            )
        if state is SchemaState.newer:
            raise NewerSchema(
                "A newer version of Followthrough made this ledger. Back it up with that version."
            )
        if source.sqlite:
            copy_sqlite(Path(str(make_url(settings.database_url).database)), target)
        elif state is SchemaState.older:
            raise BadBackup(
                "An older version made this ledger. Back it up with that version before upgrading."
            )
        else:
            _as_file(source, target)


def _as_file(source: Database, target: Path) -> None:
    """A PostgreSQL ledger as of one instant, as the SQLite file that it would be here."""
    with closing(Database(f"sqlite:///{target}")) as file:
        upgrade(file)
        copy_rows(source, file)
    alone(target)


def _manifest(partial: Path, engine: str | None, database: str) -> Manifest:
    with closing(sqlite3.connect(partial / LEDGER)) as ledger:
        [(revision,)] = ledger.execute("SELECT version_num FROM alembic_version").fetchall()
        known = ledger.execute("SELECT id, timeline FROM installation").fetchone()
        counts = row_counts(ledger)
    if known is None:
        raise BadBackup(
            "The ledger was never started, so there is nothing to back up. Run `followthrough up` once."
        )
    return Manifest(
        version=version("followthrough"),
        schema_revision=revision,
        installation=known[0],
        timeline=known[1],
        taken_at=datetime.now(UTC),
        database="sqlite" if database == "sqlite" else "postgresql",
        engine=engine,
        files={path.name: manifest.measure(path) for path in sorted(partial.iterdir())},
        counts=counts,
    )


def row_counts(ledger: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table of a ledger's file has. Names of tables come from the file itself."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in ledger.execute(tables).fetchall()]
    return {name: ledger.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
