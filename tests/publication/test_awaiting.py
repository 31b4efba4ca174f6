"""The list of responses awaited: nobody is on it who was not told in time, and nobody stays who has answered."""

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest

from lifecycle import acts as a
from models.tables import Content, Scan
from office.letter_pdf import why_not
from office.sealing import register
from publication.awaiting import DAYS_OF_NOTICE, WRITTEN
from publication.check import problems
from publication.templates import FOLDER
from tests.publication.scene import Scene

LAST = date(2017, 3, 28)  # 1 February + 55 days
TOLD = datetime(2017, 3, 29, 9, tzinfo=UTC)
NAME = "Commissioner of Bedfordshire Police"
LIST = "responses/index.html"
OVERVIEW = "reports/peel-2016.html"
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


def test_in_time_is_what_was_published_and_sent_in_both_copies_by_the_last_day(late: Scene):
    told = late.response_of("bedfordshire")
    told.now = datetime(2017, 3, 30, 9, tzinfo=UTC)
    by = {"actor": "ops-1", "response": late.sealed(told, "Late.")}
    told.take(a.RecordResponse(key="r1", **by, copy_to_secretary_of_state=False))
    late.build()
    page = late.page("responses/peel-2016/pcc-bedfordshire.html")
    assert "Recorded on 30 March 2017, 2 days late" in page
    assert "Not recorded" in page
    assert "not both copies recorded" in late.page(LIST)
    late.build(on=LAST)
    assert "not both copies recorded" not in late.page(LIST)
    late.build()
    assert "days that the law sets, 0 later; 1 is not recorded, or not with both" in late.page(OVERVIEW)
    told.now += timedelta(days=3)
    told.take(a.RecordResponse(key="r2", **by))
    late.build()
    page = late.page("responses/peel-2016/pcc-bedfordshire.html")
    assert "<dd>30 March 2017, 2 days late</dd>" in page
    assert "Recorded on 2 April 2017, 5 days late" in page
    assert "days that the law sets, 1 later; 0 are not recorded" in late.page(OVERVIEW)


def test_the_documents_of_a_response_are_published_where_they_are_pdfs_without_a_virus(late: Scene):
    told, content = late.response_of("bedfordshire"), b"%PDF-1.7 We welcome this."
    response = late.sealed(told, "The response is in the document.")
    with late.database.writing() as session:
        for name, hash_, state in (("Ours.pdf", "a" * 64, "clean"), ("Raw.pdf", "b" * 64, "unscanned")):
            register(session, response, name, len(content), hash_)
            session.add_all((Content(hash=hash_, content=content), Scan(hash=hash_, state=state, name=name)))
    told.take(a.RecordResponse(key="r-2", actor="ops-1", response=response))
    late.build()
    address = f"responses/peel-2016/pcc-bedfordshire-{'a' * 12}.pdf"
    assert late.files()[address] == content
    page = late.page("responses/peel-2016/pcc-bedfordshire.html")
    assert f'<a href="../../{address}">Ours.pdf</a>' in page
    assert "Raw.pdf: not published here." in page
    assert problems(late.folder) == []
    with late.database.writing() as session:
        session.get_one(Scan, "a" * 64).state = "infected"
    late.build(pdf=not why_not())
    assert late.files().get(address) != content


def test_the_response_for_a_body_that_is_held_is_not_told(scene: Scene):
    scene.published()
    scene.written_to(scene.response("essex"), TOLD)
    scene.build(on=TOLD.date() + timedelta(days=99))
    assert not any(b"ssex" in content for content in scene.files().values())


def test_the_mail_that_tells_it_says_when_it_will_be_named():
    wording = tomllib.loads((TEMPLATES / "mail" / "wording.toml").read_text(encoding="utf-8"))
    assert DAYS_OF_NOTICE == 7
    assert any(
        "within seven days of this message, the public list of responses awaited will name" in one
        for one in wording[WRITTEN]["next"]
    )
