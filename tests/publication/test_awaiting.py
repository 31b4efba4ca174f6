"""The list of responses awaited: nobody is on it who was not told in time, and nobody stays who has answered."""

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest

from publication.awaiting import DAYS_OF_NOTICE, WRITTEN
from publication.check import problems
from publication.templates import FOLDER
from tests.publication.scene import Scene

LAST = date(2017, 3, 28)  # 1 February + 55 days
TOLD = datetime(2017, 3, 29, 9, tzinfo=UTC)
NAME = "Commissioner of Bedfordshire Police"
LIST = "responses/index.html"
TEMPLATES = FOLDER.parent


@pytest.fixture
def late(scene: Scene) -> Scene:
    scene.published()
    told = scene.response("bedfordshire")
    assert told.case.clocks["response"].due == LAST
    return scene


def named(scene: Scene, on: date) -> bool:
    scene.build(on=on)
    assert problems(scene.folder) == []
    return any(NAME.encode() in content for content in scene.files().values())


def test_it_is_named_only_so_many_days_after_it_was_told(late: Scene):
    assert not named(late, LAST + timedelta(days=60))
    late.written_to(late.response_of("bedfordshire"), TOLD)
    assert not named(late, TOLD.date() + timedelta(days=DAYS_OF_NOTICE - 1))
    assert named(late, TOLD.date() + timedelta(days=DAYS_OF_NOTICE))
    assert "28 Mar 2017" in late.page(LIST)


def test_a_mail_that_went_to_a_copys_sink_told_nobody(late: Scene):
    late.written_to(late.response_of("bedfordshire"), TOLD, meant_for="pcc@oversight.example")
    assert not named(late, LAST + timedelta(days=60))


def test_a_response_received_is_shown_with_its_copies_beside_the_letter(late: Scene):
    late.build()
    page = late.page("responses/peel-2016/pcc-kent.html")
    assert "<p>We welcome this.</p>" in page
    assert page.count("Recorded") == 2
    assert "responses/peel-2016/pcc-kent.html" in late.page("cases/R-2016-6085/kent.html")
    assert "Commissioner of Kent Police" in late.page(LIST)


def test_the_mail_that_tells_it_says_when_it_will_be_named():
    wording = tomllib.loads((TEMPLATES / "mail" / "wording.toml").read_text(encoding="utf-8"))
    assert DAYS_OF_NOTICE == 7
    assert any(
        "within seven days of this message, the public list of responses awaited will name" in one
        for one in wording[WRITTEN]["next"]
    )
