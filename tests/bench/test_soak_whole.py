"""The soak of the whole program at a small size: killed while acts are taken; nothing lost, nothing twice."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.soak_whole import count, soak

pytestmark = [pytest.mark.server]


def test_killed_while_acts_are_taken(tmp_path: Path) -> None:
    found = asyncio.run(soak(tmp_path / "home", kills=2, seed=7))
    assert (found["lost"], found["twice"], found["broken"], found["exit"]) == (0, 0, 0, 0)
    assert found["acts"] == 90

    gone = next((tmp_path / "home" / "inbox").glob("*.eml"))
    gone.unlink()
    assert count(tmp_path / "home", {"a key that nobody took"})["lost"] == 2
