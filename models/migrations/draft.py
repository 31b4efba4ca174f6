"""Draft the migration for a change of the tables: `python -m models.migrations.draft "what it is for"`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from models import schema
from models.database import Database


def draft(purpose: str) -> None:
    """Write the next numbered revision, from the difference between the last one and the tables."""
    number = len(list((schema.MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'draft.db'}")
        schema.upgrade(database)
        with database.reshaping() as connection:
            command.revision(schema.config(connection), purpose, autogenerate=True, rev_id=f"{number:04}")
        database.close()


if __name__ == "__main__":
    draft(sys.argv[1])
