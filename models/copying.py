"""All rows of one ledger written into another, SQLite or PostgreSQL: how PostgreSQL is backed up and restored."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text
from sqlmodel import SQLModel

from models import tables
from models.database import Database

assert tables.EventRow.metadata is SQLModel.metadata  # importing them has registered every table

BATCH = 500
ONE_BY_ONE = frozenset({"content"})
"""Tables with rows of many megabytes."""


def copy_rows(source: Database, target: Database) -> None:
    """Every row, as of one instant, into a ledger that has the schema and no rows; all of them or none."""
    with source.engine.connect() as reading, target.writing() as session:
        writing = session.connection()
        with _snapshot(reading).begin():
            for table in SQLModel.metadata.sorted_tables:
                for rows in _batches(reading, table):
                    writing.execute(insert(table), [dict(row) for row in rows])
                go_on_numbering(writing, table)


def row_count(connection: Connection) -> int:
    """How many rows there are in all tables together."""
    return sum(_rows_in(connection, table) for table in SQLModel.metadata.sorted_tables)


def _rows_in(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _snapshot(connection: Connection) -> Connection:
    """SQLite reads as of its first read in any case; PostgreSQL has to be told."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[RowMapping]]:
    size = 1 if table.name in ONE_BY_ONE else BATCH
    found = connection.execution_options(yield_per=size).execute(select(table)).mappings()
    return iter(found.partitions(size))


def go_on_numbering(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows by sequences, which rows that bring their numbers leave behind."""
    numbered = table.autoincrement_column
    if connection.dialect.name != "postgresql" or numbered is None:
        return
    highest = connection.execute(select(func.max(numbered))).scalar()
    if highest is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:of, :named), :highest)")
        connection.execute(sequence, {"of": f'"{table.name}"', "named": numbered.name, "highest": highest})
