"""A draft of a force's liaison, on each database."""

from pathlib import Path

import pytest

from models.database import Database
from tests.uploads.scene import Draft, settle


@pytest.fixture
def draft(database: Database, tmp_path: Path) -> Draft:
    settle(database)
    return Draft(database, tmp_path)
