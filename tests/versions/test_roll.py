"""A released version's workers start cases that this version's finish, and the other way round."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.fleet.roll import roll
from tests.cluster import NoPostgreSQL
from tests.conftest import ON_CI
from tests.versions.keep import kept

pytestmark = [pytest.mark.server, pytest.mark.postgres]
CASES = 4


@pytest.mark.parametrize("program", kept(), ids=lambda path: path.stem)
def test_versions_pass_cases_on_in_both_directions(program: Path) -> None:
    try:
        found = asyncio.run(roll(CASES, program))
    except NoPostgreSQL as missing:
        if ON_CI:
            raise
        pytest.skip(str(missing))
    assert (found["finished"], found["by_both"]) == (CASES, CASES)
    assert (found["lost"], found["twice"], found["unknown"], found["differences"]) == (0, 0, 0, 0)
    assert (found["repairs"], found["exits"]) == ([], [0])
