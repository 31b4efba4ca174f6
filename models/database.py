"""One way to the tables, SQLite or PostgreSQL: sessions that read, sessions that write, and locks by name."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError
from threading import Lock
from time import monotonic, sleep
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

IMMEDIATE = "followthrough_immediate"
COMMIT_IS_WRITTEN = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"""
PATIENCE = 30  # seconds
WAITS = ("SQLITE_BUSY", "SQLITE_LOCKED")
"""What passes when others have done; anything else (a file that cannot be written) does not."""


class Database:
    """Sessions on one database. SQLite runs in WAL with synchronous FULL; its writers begin IMMEDIATE.

    SQLite's writers wait for their turn here, not in SQLite: that only sleeps and looks again, for longer each time,
    so that under load some waited for seconds while half of the time nobody wrote.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite(url, pool_size) if self.sqlite else _postgresql(url, pool_size)
        self._writes = Lock()
        self._writer = self.engine.execution_options(**{IMMEDIATE: True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes are never kept."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is one transaction: committed at the end, rolled back on any error.

        Raises:
            TimeoutError: when another writer of this process has not ended within 30 seconds.
        """
        with self._turn(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.sqlite:
            yield
            return
        if not self._writes.acquire(timeout=PATIENCE):
            raise TimeoutError(f"Another writer has held the ledger for {PATIENCE} seconds.")
        try:
            yield
        finally:
            self._writes.release()

    @contextmanager
    def reshaping(self) -> Iterator[Connection]:
        """One transaction that changes the schema, alone. SQLite rebuilds tables, so its foreign keys wait."""
        with self._writer.connect() as connection, _without_foreign_keys(connection), connection.begin():
            lock(connection, "schema")
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def lock(connection: Connection, *names: str) -> None:
    """Hold these names until the transaction ends, waiting for whoever holds them; in the order given.

    SQLite has one writer at a time, so there is nothing to wait for.
    """
    if connection.dialect.name == "postgresql":
        held = (func.pg_advisory_xact_lock(func.hashtextextended(name, 0)) for name in names)
        connection.execute(select(*held))


def _sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_use_lifo=True,  # the connection used last has its pages and statements in memory
        connect_args={"timeout": PATIENCE},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: SQLiteConnection) -> None:
    """The first to open a new file changes its journal; that one pragma does not wait for others by itself."""
    end = monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if error.sqlite_errorname not in WAITS or monotonic() > end:
                raise
            sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite takes this order only between transactions, so it goes around the engine."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast(SQLiteConnection, connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _postgresql(url: str, pool_size: int) -> Engine:
    """Read committed, whatever the server's default: after a lock, a statement must see what its holder wrote."""
    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """What is committed has been written, even if the server was told not to wait: a mail leaves on its word.

    A server that waits for its replicas as well goes on to.
    """
    waited, connection.autocommit = connection.autocommit, True
    with closing(connection.cursor()) as cursor:
        cursor.execute(COMMIT_IS_WRITTEN)
    connection.autocommit = waited
