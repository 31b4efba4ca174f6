"""Ledgers as released versions left them: `python -m tests.backup.released REVISION COMMIT` keeps one.

The rows are made by that version's own code, taken from the commit, and kept beside this file as JSON. Once for
each released schema; what is kept is never made again.
"""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, LargeBinary, MetaData, Table, insert
from sqlalchemy.types import TypeEngine

from models import schema
from models.copying import go_on_numbering
from models.database import Database

FOLDER = Path(__file__).parent / "released"
CHECKOUT = Path(__file__).parents[2]
MAKER = Path(__file__).parent / "released_rows.py"
Rows = dict[str, list[dict[str, object]]]


def revisions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def kept(revision: str) -> Rows:
    """The rows of a released ledger by table, as its SQLite file had them; Alembic's own table left out."""
    rows: Rows = json.loads((FOLDER / f"{revision}.json").read_text("utf-8"))
    assert rows.pop("alembic_version") == [{"version_num": revision}]
    return rows


def lay_down(database: Database, revision: str) -> None:
    """Make an empty database what the released version left: its schema, and every row."""
    with database.reshaping() as connection:
        command.upgrade(schema.config(connection), revision)
    with database.writing() as session:
        connection = session.connection()
        found = tables_of(connection)
        rows = kept(revision)
        assert rows.keys() == {table.name for table in found} - {"alembic_version"}
        for table in found:
            if given := rows.get(table.name):
                connection.execute(insert(table), [typed(table, row) for row in given])
                go_on_numbering(connection, table)


def tables_of(connection: Connection) -> list[Table]:
    """The tables as the database itself says they are."""
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.sorted_tables


def typed(table: Table, row: dict[str, object]) -> dict[str, object]:
    """A kept row as values of the columns' types."""
    return {key: value if value is None else _reader(table.c[key].type)(value) for key, value in row.items()}


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], object]:
    readers: tuple[tuple[type[TypeEngine[Any]], Callable[[Any], object]], ...] = (
        (DateTime, lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)),
        (Date, date.fromisoformat),
        (Boolean, bool),
        (JSON, json.loads),
        (LargeBinary, bytes.fromhex),
    )
    return next((read for type_, read in readers if isinstance(kind, type_)), lambda value: value)


def keep(revision: str, commit: str) -> None:
    tree = subprocess.run(["git", "archive", commit], cwd=CHECKOUT, capture_output=True, check=True).stdout
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
            archive.extractall(folder, filter="data")
        (Path(folder) / "released_rows.py").write_text(MAKER.read_text("utf-8"), "utf-8")
        words = [sys.executable, "-P", "released_rows.py"]
        made = subprocess.run(
            words, cwd=folder, env={"PYTHONPATH": folder}, capture_output=True, text=True, check=False
        )
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["alembic_version"] == [{"version_num": revision}]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{revision}.json").write_text(made.stdout, "utf-8")


if __name__ == "__main__":
    keep(*sys.argv[1:])
