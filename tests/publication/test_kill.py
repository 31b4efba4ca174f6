"""A build killed before any of its changes to the disk leaves the old site or the new one, whole; the next goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from publication.check import problems
from tests.publication.doomed import seen
from tests.publication.scene import Scene


@pytest.fixture
def sites(scene: Scene, tmp_path: Path) -> tuple[str, str]:
    """What the site is before and after a publication that the ledger holds and no build has seen."""
    scene.go("bedfordshire", "letter_sent")
    scene.build()
    scene.order()
    scene.build(folder=tmp_path / "whole")
    return seen(scene.folder), seen(tmp_path / "whole")


def test_killed_at_any_moment_a_build_leaves_a_whole_site_and_the_next_goes_on(scene: Scene, sites):
    before, after = sites
    assert before != after
    done = subprocess.run(
        [sys.executable, "-m", "tests.publication.doomed", str(scene.path), str(scene.folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    whole, *killed = json.loads(done.stdout)
    assert (whole["site"], whole["problems"]) == (after, [])
    assert len(killed) > 30
    assert all(one["died"] for one in killed)
    assert [one for one in killed if one["problems"]] == []
    assert {one["site"] for one in killed} == {before, after}
    scene.build()
    assert seen(scene.folder) == after
    assert problems(scene.folder) == []
    assert list((scene.folder / "releases").glob(".new-*")) == []
