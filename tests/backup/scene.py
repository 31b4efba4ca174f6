"""A home folder with a ledger that has something in every kind of table, and an engine's file that somebody writes."""

import contextlib
import sqlite3
from pathlib import Path

from config.settings import Settings, load
from embedded.stamp import DATABASE, Stamp, write_stamp
from lifecycle.rules import Rules
from models.database import Database
from models.installation import establish
from models.tables import Arming, Body, Content, Person, PersonRole
from tests.ledger.story import MORNING, Story
from tests.mail.post import LETTER

SERVER = "1.32.0"
CASE = "recommendation/R-2016-6085/bedfordshire"


def furnish(database: Database, rules: Rules) -> Story:
    """An armed installation with one case whose letter has gone out, and a document of some size."""
    installation = establish(database)
    with database.writing() as session:
        session.add(
            Body(id="bedfordshire", name="Bedfordshire Police", kind="force", division="england-and-wales")
        )
        session.add(Person(id="ops-1", name="Olive"))
        session.flush()
        session.add(PersonRole(person_id="ops-1", role="operations", owner="inspectorate"))
        session.add(Content(hash="f" * 64, content=bytes(range(256)) * 4096))
        session.add(Arming(installation_id=installation.id, armed_by="ops-1", armed_at=MORNING))
    story = Story(database, rules, CASE).opened()
    story.take(LETTER)
    return story


def settle(home: Path, database_url: str | None = None) -> Settings:
    """The settings of a home folder."""
    home.mkdir(exist_ok=True)
    return load(home=home, **({"database_url": database_url} if database_url else {}))


def engine_in(home: Path) -> sqlite3.Connection:
    """An engine's file in write-ahead mode, with one row written and its journal not yet folded in."""
    write_stamp(home, Stamp(SERVER, "real"))
    connection = sqlite3.connect(home / DATABASE)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE executions (id TEXT)")
    connection.execute("INSERT INTO executions VALUES ('one')")
    connection.commit()
    return connection


def executions(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT id FROM executions")]
