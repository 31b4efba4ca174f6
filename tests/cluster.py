"""A PostgreSQL server of this test run's own: in a temporary folder, on a socket there, gone when the run is."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

USER = "followthrough"
FAST = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off")
SECONDS_TO_START = 60


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it another user."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres", users["nobody"])


OWNER = _unprivileged()
UID = OWNER.pw_uid if OWNER else None
GID = OWNER.pw_gid if OWNER else None


class NoPostgreSQL(Exception):  # noqa: N818 - said to a person
    """No server is installed; the message says what to install."""


class Cluster:
    """A running server. `create` makes a database on it and gives its address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        name = f"ledger_{next(self._numbers)}"
        self.order(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.order(f"DROP DATABASE {name} WITH (FORCE)")

    def order(self, command: str) -> None:
        with self._connect() as connection:
            connection.execute(command.encode())

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)


@dataclass(frozen=True)
class Prepared:
    """A server's files, and the order that runs it: for whoever starts, kills and starts it again himself."""

    cluster: Cluster
    order: Sequence[str]


@contextmanager
def prepared(settings: Sequence[str] = FAST, inside: Path | None = None) -> Iterator[Prepared]:
    """The files of a server of our own in a folder that is removed at the end. Raises NoPostgreSQL."""
    programs = _programs()
    made = tempfile.mkdtemp(prefix="ft-pg-", dir=inside)  # short: a socket's path has at most 107 characters
    folder = Path(made)
    try:
        if OWNER is not None:
            os.chown(folder, OWNER.pw_uid, OWNER.pw_gid)
        _initialise(programs, folder)
        yield Prepared(Cluster(folder), _order(programs, folder, settings))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def throwaway(settings: Sequence[str] = FAST) -> Iterator[Cluster]:
    """A server of our own, by default one that never waits for the disk. Raises NoPostgreSQL when none is installed."""
    with prepared(settings) as files, _running(files) as cluster:
        yield cluster


def _programs() -> Path:
    """The newest installed server's programs: Debian keeps them off the PATH, one folder a version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise NoPostgreSQL("PostgreSQL is not installed (apt-get install postgresql)")
    return found[-1].parent if found else Path(str(on_path)).parent


def _initialise(programs: Path, folder: Path) -> None:
    options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    order = [str(programs / "initdb"), "-D", str(folder / "data"), *options]
    made = subprocess.run(order, capture_output=True, text=True, check=False, cwd="/", user=UID, group=GID)
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stderr}")


def _order(programs: Path, folder: Path, settings: Sequence[str]) -> Sequence[str]:
    server = [
        str(programs / "postgres"),
        "-D",
        str(folder / "data"),
        "-k",
        str(folder),
        "-clisten_addresses=",
    ]
    return [*_dies_with_us(), *server, *settings]


@contextmanager
def _running(files: Prepared) -> Iterator[Cluster]:
    cluster = files.cluster
    with (cluster.folder / "log").open("wb") as log:
        server = subprocess.Popen(files.order, stdout=log, stderr=log, cwd="/", user=UID, group=GID)
    try:
        _wait(server, cluster)
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for sessions
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], cluster: Cluster) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not cluster.answers():
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL did not start:\n{(cluster.folder / 'log').read_text()}")
        time.sleep(0.05)


def _dies_with_us() -> Sequence[str]:
    """A run that is killed cannot stop its server; Linux can."""
    program = shutil.which("setpriv")
    return () if program is None else (program, "--pdeathsig", "INT")
