"""A copy made from a backup, in an empty place: a new installation, mute and unarmed (docs/decisions/0010)."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from activities.ledger.chain import first_break
from config.payload_keys import FILE
from config.settings import Settings
from embedded.backup import manifest
from embedded.backup.files import alone, flush
from embedded.backup.manifest import ENGINE, KEYS, LEDGER, BadBackup, Manifest
from embedded.backup.take import row_counts
from embedded.lock import hold
from embedded.stamp import DATABASE, Stamp, write_stamp
from models.copying import copy_rows, row_count
from models.database import Database
from models.installation import become_copy, establish
from models.schema import NewerSchema, SchemaState, check, upgrade
from models.tables import CaseRow, EventRow, Installation


@dataclass(frozen=True)
class Restored:
    """The copy. `engine` says whether its engine's file was restored; if not, its cases are seated from the ledger."""

    installation: Installation
    manifest: Manifest
    engine: bool


def restore(settings: Settings, folder: Path, server: str | None) -> Restored:
    """Restore a backup where the settings point. `server` is the version of our own engine here, if we start one.

    Raises:
        BadBackup, NewerSchema, HomeBusy: nothing was changed, and why.
    """
    made = manifest.read(folder)
    with hold(settings.home), closing(Database(settings.database_url)) as target, _workshop(settings) as shop:
        _require_empty(settings, target)
        _prepare(folder, made, shop)
        engine = server is not None and made.engine == server
        if server is not None and engine:
            shutil.copyfile(folder / ENGINE, shop / ENGINE)
            _place(shop / ENGINE, settings.home / DATABASE)
            write_stamp(settings.home, Stamp(server, made.timeline))
        if KEYS in made.files:
            _add_keys(folder / KEYS, shop / KEYS, settings.home / FILE)
        _deliver(shop / LEDGER, target)
        return Restored(establish(target), made, engine)


def _require_empty(settings: Settings, target: Database) -> None:
    engine = settings.home / DATABASE
    if engine.exists():
        raise BadBackup(
            f"{engine} is there already: a restore never overwrites. Set FOLLOWTHROUGH_HOME to a new folder, or "
            f"move {engine}* aside."
        )
    where = make_url(target.url)
    if target.sqlite and where.database and Path(where.database).exists():
        raise BadBackup(
            f"{where.database} is there already: a restore never overwrites. Set FOLLOWTHROUGH_HOME to a new "
            "folder, or move the file aside."
        )
    if not target.sqlite and check(target) is not SchemaState.empty and not _has_no_rows(target):
        raise BadBackup(
            f"The database {where.database!r} holds a ledger already: a restore never overwrites. Make an empty "
            "database, and name it in DATABASE_URL."
        )


def _has_no_rows(target: Database) -> bool:
    if check(target) is not SchemaState.current:
        return False
    with target.reading() as session:
        return row_count(session.connection()) == 0


@contextmanager
def _workshop(settings: Settings) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as folder:
        yield Path(folder)


def _prepare(folder: Path, made: Manifest, shop: Path) -> None:
    """The ledger, brought to this version's tables, checked, and made a copy; in the workshop."""
    path = shop / LEDGER
    shutil.copyfile(folder / LEDGER, path)
    _require_counts(path, made)
    with closing(Database(f"sqlite:///{path}")) as ledger:
        if check(ledger) is SchemaState.newer:
            raise NewerSchema(
                f"The backup was made by a newer version of Followthrough ({made.version}, revision "
                f"{made.schema_revision}). Restore it with that version. Nothing was changed."
            )
        upgrade(ledger)
        with ledger.writing() as session:
            _require_whole_chains(session)
            become_copy(session, datetime.now(UTC))
    alone(path)


def _require_counts(path: Path, made: Manifest) -> None:
    with closing(sqlite3.connect(path)) as ledger:
        try:
            counts = row_counts(ledger)
        except sqlite3.DatabaseError as error:
            raise BadBackup(f"The backup's ledger cannot be read: {error}. Use another backup.") from error
    if counts != made.counts:
        raise BadBackup("The backup's ledger has other rows than its manifest says. Use another backup.")


def _require_whole_chains(session: Session) -> None:
    heads = dict(session.exec(select(CaseRow.id, CaseRow.head_hash)).all())
    for stream in sorted({*heads, *session.exec(select(EventRow.stream).distinct())}):
        rows = session.exec(select(EventRow).where(EventRow.stream == stream).order_by(col(EventRow.seq)))
        broken = first_break(rows, heads.get(stream))
        if broken is not None:
            raise BadBackup(
                f"In the backup, event {broken} of {stream} does not follow from the one before it: it was changed "
                "outside the ledger. Use another backup."
            )


def _deliver(ledger: Path, target: Database) -> None:
    """The ledger in its place, whole, as the last thing."""
    if target.sqlite:
        _place(ledger, Path(str(make_url(target.url).database)))
        return
    upgrade(target)
    with closing(Database(f"sqlite:///{ledger}")) as source:
        copy_rows(source, target)


def _add_keys(kept: Path, new: Path, target: Path) -> None:
    """The backup's master keys, before any that were made here: what it sealed opens, and the newest still wraps."""
    here = [target.read_text("utf-8").strip()] if target.exists() else []
    new.touch(mode=0o600)
    new.write_text(",".join([kept.read_text("utf-8").strip(), *here]), "utf-8")
    _place(new, target)


def _place(made: Path, target: Path) -> None:
    """Under its name, on disk; moved across file systems when need be."""
    beside = target.with_name(f"{target.name}.restored")
    shutil.move(made, beside)
    flush(beside)
    beside.rename(target)
    flush(target.parent)
