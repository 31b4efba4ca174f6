"""A real engine on a virtual timeline for each process of the run, and a scene with a fresh ledger for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from config.policy_files import FOLDER, fill_shelf, template_names
from embedded.engine import Engine, engine
from embedded.plan import Plan
from embedded.ports import free_ports
from lifecycle.policy import Policy
from lifecycle.policy_reader import read_policy
from lifecycle.rules import shelve
from models.database import Database
from tests.conftest import SQLiteFiles
from tests.workflows.scene import Scene


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    fill_shelf()
    [port] = free_ports(1)
    async with engine(Plan(tmp_path_factory.mktemp("engine"), port, virtual=True)) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: Engine) -> Client:
    return server.client


@pytest.fixture(scope="session")
def skipper(client: Client) -> TimeSkipper:
    """Moves the clock of one workflow, only when asked to."""
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False))


@pytest.fixture
def ledger(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A fresh ledger on SQLite."""
    files = SQLiteFiles(tmp_path, sqlite_template)
    yield files.new()
    files.close()


@pytest.fixture
def odd_policy() -> Policy:
    """A policy that reminds at seven minutes past nine."""
    text = (FOLDER / "national-recommendation-1.toml").read_text("utf-8")
    odd = text.replace('when = "5 working days before"', 'when = "5 working days before"\nat = "09:07"')
    policy = read_policy(odd, "odd.toml", template_names())
    shelve((policy,), ())
    return policy


@pytest.fixture
def empty_scene(client: Client, skipper: TimeSkipper, ledger: Database) -> Scene:
    """A scene in which no worker works yet."""
    return Scene(client, skipper, ledger)


@pytest.fixture
async def scene(empty_scene: Scene) -> AsyncIterator[Scene]:
    """A scene with one worker."""
    async with empty_scene.working():
        yield empty_scene
