"""A ledger of one report, for each test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publication.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.database.close()
