"""The public site from the command line, and beside `followthrough up`: served, and built again on its own."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.running import Installation, installation

pytestmark = [pytest.mark.server]
WAIT_SECONDS = 90.0


def page(there: Installation, address: str) -> str:
    """A page of the running site; empty while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{there.ports['SITE_PORT']}/{address}") as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError:
        return ""


def until_told(there: Installation, address: str, said: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while said not in page(there, address):
        assert time.monotonic() < deadline, there.words()
        time.sleep(0.2)


def test_it_is_served_and_follows_what_is_published(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as there:
        there.environ["FOLLOWTHROUGH_SITE_SECONDS"] = "1"
        there.start()
        assert f"Public site          http://127.0.0.1:{there.ports['SITE_PORT']}" in there.words()
        until_told(there, "data/letters.json", '"reference"')
        letters = json.loads(page(there, "data/letters.json"))["letters"]
        case = f"recommendation/{letters[0]['reference']}/{letters[0]['body']}"
        address = f"letters/{letters[0]['reference']}/{letters[0]['body']}.html"

        withdrawn = there.run("site", "withdraw", case, "--notice", "It named the wrong force.")
        assert withdrawn.returncode == 0, withdrawn.stderr
        until_told(there, address, "It named the wrong force.")
        assert there.run("site", "withdraw", case, "--notice", "Again.").returncode == 65
        assert (
            there.run("site", "restore", case, "--reason", "It was right.", actor="liaison-kent").returncode
            == 77
        )
        assert there.run("site", "publish-held", case, "--reason", "It came.").returncode == 65

        elsewhere = tmp_path / "elsewhere"
        built = there.json("site", "build", "--no-pdf", "--folder", str(elsewhere))
        assert isinstance(built, dict)
        assert built["files"] == len(built["written"]) > 40
        assert there.json("site", "check", "--folder", str(elsewhere)) == []
        (elsewhere / "current" / "about.html").unlink()
        damaged = there.run("site", "check", "--folder", str(elsewhere))
        assert (damaged.returncode, "about.html: it is missing" in damaged.stdout) == (1, True)
