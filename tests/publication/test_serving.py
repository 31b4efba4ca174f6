"""The site over HTTP: the current release whole, with safe headers; built again only when what it tells has changed."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from sqlmodel import SQLModel, select
from starlette.testclient import TestClient

from models.tables import Body, Criterion, OversightBody, Recommendation, Report
from office.publications import withdraw_letter
from publication.build import build
from publication.changes import mark
from publication.check import problems
from publication.keeping import BuildFailed, keep_current
from publication.markup import read_page
from publication.pages import pages
from publication.templates import HOME, MADE_WITH, fingerprint
from tests.publication.scene import BASE, ON, REPORT, Scene


@pytest.fixture
def site(scene: Scene) -> TestClient:
    return TestClient(pages(scene.folder), raise_server_exceptions=True)


def test_before_the_first_build_it_says_what_to_do(site: TestClient):
    answer = site.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "followthrough site build" in answer.text


def test_it_serves_whatever_release_is_current(scene: Scene, site: TestClient):
    scene.go("kent", "letter_sent")
    scene.build()
    assert site.get(f"/reports/{REPORT}.html").status_code == 404
    scene.order()
    scene.build()
    assert site.get(f"/reports/{REPORT}.html").status_code == 200
    assert "Recommendations followed up" in site.get("/").text
    assert "<h1>Reports</h1>" in site.get("/reports/").text
    lost = site.get("/no/such/page.html")
    assert (lost.status_code, "Page not found" in lost.text) == (404, True)
    links = [link for link in read_page(lost.text).links if link[0] != "#"]
    assert {site.get(urljoin("/no/such/page.html", link)).status_code for link in links} == {200}
    assert problems(scene.folder) == []
    build(scene.database, scene.folder, "https://site.example/followed/up", ON, pdf=False)
    assert 'href="/followed/up/search.html"' in scene.page("404.html")
    assert problems(scene.folder) == []
    assert site.get("/../addresses.txt").status_code == 404


def test_each_kind_of_file_has_its_type_and_safe_headers(scene: Scene, site: TestClient):
    scene.published().build()
    for address, type_ in (
        ("index.html", "text/html; charset=utf-8"),
        ("feed.xml", "application/atom+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("data/letters.csv", "text/csv; charset=utf-8"),
        ("data/letters.json", "application/json"),
    ):
        answer = site.get(f"/{address}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "style-src 'self'" in answer.headers["content-security-policy"]
        assert site.get(f"/{address}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    letter = site.get("/letters/R-2016-6085/kent.html")
    assert "style-src 'unsafe-inline'" in letter.headers["content-security-policy"]


def test_the_mark_changes_with_what_the_site_tells_and_with_nothing_else(scene: Scene):
    scene.published()
    case = scene.story("kent")
    before = mark(scene.database, ON, BASE)
    assert mark(scene.database, ON, BASE) == before
    scene.report("another", "R-9", "Not published")
    scene.go("kent", "submitted", reference="R-9", report="another")
    assert mark(scene.database, ON, BASE) == before
    withdraw_letter(scene.database, "lead-1", case.case.id, "A mistake.", "w", case.now)
    withdrawn = mark(scene.database, ON, BASE)
    assert len({before, withdrawn, mark(scene.database, ON + timedelta(days=1), BASE)}) == 3


def test_the_mark_changes_with_every_name_and_word(scene: Scene):
    scene.published()
    words: tuple[tuple[type[SQLModel], str], ...] = (
        (Body, "name"),
        (OversightBody, "name"),
        (Report, "title"),
        (Recommendation, "summary"),
        (Criterion, "summary"),
    )
    marks = {mark(scene.database, ON, BASE)}
    for table, column in words:
        with scene.database.writing() as session:
            setattr(session.exec(select(table)).first(), column, "Another")
        marks.add(mark(scene.database, ON, BASE))
    assert len(marks) == len(words) + 1


def test_the_mark_changes_with_the_program(tmp_path: Path):
    (tmp_path / "publication").mkdir()
    prints = set()
    for text in ("A = 1", "A = 2"):
        (tmp_path / "publication" / "site.py").write_text(text)
        prints.add(fingerprint.__wrapped__(tmp_path))
    assert len(prints) == 2
    for pattern in MADE_WITH:
        assert list(HOME.glob(pattern)), pattern


async def test_it_is_kept_up_to_date_in_a_process_of_its_own(scene: Scene):
    scene.go("kent", "letter_sent")
    scene.order()
    url = f"sqlite:///{scene.path}"

    async def kept() -> str:
        return await keep_current(scene.database, url, scene.folder, BASE, ON)

    assert "files" in await kept()
    assert await kept() == "as it was"
    assert json.loads(scene.page("data/letters.json"))["letters"][0]["body"] == "kent"
    (scene.folder / "addresses.txt").write_text("data/lost.csv\n")
    withdraw_letter(
        scene.database, "lead-1", "recommendation/R-2016-6085/kent", "Wrong.", "w", scene.story("kent").now
    )
    with pytest.raises(BuildFailed, match=r"1 addresses .* lost"):
        await kept()
