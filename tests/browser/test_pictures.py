"""The pictures in README and docs show the pages as they are."""

import re
import struct

import pytest

from tests.browser.conftest import DESK
from tests.browser.pictures import FOLDER, ROOT, TALLEST, committed, drawn_from, pictures, take

pytestmark = [pytest.mark.browser, pytest.mark.server]
ADVICE = "Pages changed since their pictures were taken: python -m tests.browser.pictures"


def size(path):
    """Width and height of a PNG."""
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    return struct.unpack(">II", head[16:24])


async def test_every_picture_can_be_taken_now_and_is_of_these_templates(browser, there, tmp_path):
    stale = []
    for name, picture in pictures(there).items():
        await take(browser, there, picture, tmp_path / f"{name}.png")
        width, height = size(tmp_path / f"{name}.png")
        assert width == DESK["width"]
        assert 300 < height <= TALLEST
        assert size(FOLDER / f"{name}.png")[0] == width
        if committed().get(name) != drawn_from(picture):
            stale.append(name)
    assert not stale, f"{ADVICE} ({', '.join(stale)})"


def test_readme_and_docs_show_only_pictures_that_are_there():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = {
        (page.parent / link).resolve()
        for page in pages
        for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text("utf-8"))
    }
    assert shown
    assert [path for path in shown if not path.is_file()] == []
