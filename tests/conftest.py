"""What every test may ask for: a ledger on SQLite and on PostgreSQL, and the policies and calendars as rules."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

from config.calendar_files import load_calendars
from config.policy_files import fill_shelf, load_policies
from lifecycle.calendars import Division
from lifecycle.policy import Policy
from lifecycle.rules import Rules, rules_for
from models import schema
from models.database import Database
from tests.cluster import Cluster, NoPostgreSQL, throwaway

ON_CI = os.environ.get("CI", "").lower() == "true"

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if ON_CI else "here")


class Databases(Protocol):
    """Makes databases of one kind. They are closed, and gone, after the test."""

    def new(self, *, empty: bool = False) -> Database: ...

    def close(self) -> None: ...


class SQLiteFiles:
    """Each database is a file; one with the schema is a copy of the session's first."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        self.template = template
        self.made: list[Database] = []

    def new(self, *, empty: bool = False) -> Database:
        path = self.folder / f"ledger-{len(self.made) + 1}.db"
        if not empty:
            shutil.copyfile(self.template, path)
        self.made.append(Database(f"sqlite:///{path}"))
        return self.made[-1]

    def close(self) -> None:
        for database in self.made:
            database.close()


class PostgreSQLDatabases:
    """Each database is copied by the server from one that has the schema, or has nothing."""

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster = cluster
        self.template = template
        self.made: dict[str, Database] = {}

    def new(self, *, empty: bool = False) -> Database:
        name = self.cluster.create() if empty else self.cluster.create(self.template)
        self.made[name] = Database(self.cluster.url(name))
        return self.made[name]

    def close(self) -> None:
        for name, database in self.made.items():
            database.close()
            self.cluster.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """One server for each process of the run. Without PostgreSQL its tests are skipped, but not on CI."""
    try:
        with throwaway() as cluster:
            yield cluster
    except NoPostgreSQL as missing:
        if ON_CI:
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Cluster) -> str:
    name = postgresql.create()
    database = Database(postgresql.url(name))
    schema.upgrade(database)
    database.close()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    made: Databases
    if request.param == "sqlite":
        made = SQLiteFiles(tmp_path, request.getfixturevalue("sqlite_template"))
    else:
        cluster = request.getfixturevalue("postgresql")
        made = PostgreSQLDatabases(cluster, request.getfixturevalue("postgresql_template"))
    yield made
    made.close()


@pytest.fixture
def database(databases: Databases) -> Database:
    """A ledger with its schema and nothing in it, once on SQLite and once on PostgreSQL."""
    return databases.new()


@pytest.fixture
def empty_database(databases: Databases) -> Database:
    """A database without a schema, once on SQLite and once on PostgreSQL."""
    return databases.new(empty=True)


@pytest.fixture(scope="session")
def policies() -> dict[str, Policy]:
    """Every policy by its name, and all of them on the shelf that workflow code reads."""
    fill_shelf()
    return {policy.name: policy for policy in load_policies()}


@pytest.fixture(scope="session")
def rules_of(policies: dict[str, Policy]) -> dict[str, Rules]:
    """The rules of a case in England and Wales, by the policy's name."""
    return {
        name: rules_for(policy.hash, load_calendars(policy.calendar).hash, Division.ENGLAND_AND_WALES.value)
        for name, policy in policies.items()
    }


@pytest.fixture(scope="session")
def rules(rules_of: dict[str, Rules]) -> Rules:
    """The rules of a national recommendation in England and Wales."""
    return rules_of["national-recommendation"]
