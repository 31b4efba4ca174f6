"""The 2017 case of all 43 forces at full size, and the public site it ends in: whole, valid, and for everybody."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from embedded.mailstore import messages
from office.letter_pdf import why_not
from publication.check import problems
from publication.pages import pages
from rehearsal.replay import replay
from rehearsal.result import ReplayResult
from tests.browser.serving import serving
from tests.browser.sight import fits_a_phone, looks_ok
from tests.browser.validating import invalid
from tests.office.pdf_ua import faults

pytestmark = [pytest.mark.browser, pytest.mark.server]
REPORT, REFERENCE = "peel-legitimacy-2016", "peel-legitimacy-2016-plans"
KINDS = (
    "index.html",
    "about.html",
    "search.html",
    "404.html",
    "data/index.html",
    "reports/index.html",
    f"reports/{REPORT}.html",
    "recommendations/index.html",
    f"recommendations/{REFERENCE}.html",
    "bodies/index.html",
    "bodies/bedfordshire.html",
    f"cases/{REFERENCE}/derbyshire.html",
    f"letters/{REFERENCE}/bedfordshire.html",
    "responses/index.html",
    f"responses/{REPORT}/bedfordshire-pcc.html",
)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReplayResult]:
    folder = tmp_path_factory.mktemp("replayed") / "kept"
    return folder, await replay("bedfordshire-2017", keep=folder)


@pytest.fixture(scope="module")
def site(played: tuple[Path, ReplayResult]) -> Path:
    return played[0] / "site" / "current"


@pytest.fixture(scope="module")
def base(played: tuple[Path, ReplayResult]) -> Iterator[str]:
    with serving(pages(played[0] / "site")) as address:
        yield f"{address}/"


def test_the_2017_case_of_all_43_forces(played):
    folder, result = played
    said = json.loads(json.dumps(result.as_json()))
    assert said["bodies"] == 43
    assert said["outcomes"] == {
        "insufficient_information": 11,
        "not_started": 15,
        "started": 15,
        "all_in_place": 2,
    }
    assert said["stages"] == {"closed": 43}
    assert said["issued_on"] == "2016-12-08"
    assert said["requested_on"] == "2017-05-16"
    assert said["submission_due"] == "2017-05-31"
    assert said["implementation_due"] == "2017-06-08"
    assert said["letters_on"] == "2017-10-02"
    assert said["published_on"] == "2017-10-05"
    assert said["response_due"] == "2017-11-29"
    assert said["closed_on"] == "2018-05-03"
    assert said["responses"] == 43
    assert (said["duplicates"], said["missed"], said["unexpected"]) == (0, 0, 0)
    assert said["mails"] == len(messages(folder / "inbox")) > 500
    assert said["notices"] == said["expected"] > said["mails"]
    assert "outcome" in said["illustrative"]["bedfordshire"]
    assert "findings" not in said["illustrative"]["bedfordshire"]
    letter = (folder / "letters" / "bedfordshire-assessment.html").read_text(encoding="utf-8")
    assert "comprehensive" in letter
    assert "Illustrative" not in letter
    greater_manchester = folder / "letters" / "greater-manchester-assessment.html"
    assert "Copied to: Mayor of Greater Manchester" in greater_manchester.read_text(encoding="utf-8")


def test_the_site_is_complete_and_every_link_leads_somewhere(played, site):
    assert problems(played[0] / "site") == []
    assert len(list((site / "letters").rglob("*.html"))) == 43
    if not why_not():
        assert len(list((site / "letters").rglob("*.pdf"))) == 43
        assert (site / "reports" / f"{REPORT}.pdf").is_file()
    for kind in KINDS:
        assert (site / kind).is_file(), kind
    listed = (site / "sitemap.xml").read_text(encoding="utf-8")
    found = {str(path.relative_to(site)) for path in site.rglob("*.html")} - {"404.html"}
    assert {one for one in found if f"/{one}</loc>" not in listed} == set()


def test_the_overview_has_the_national_result_and_says_what_is_illustrative(site):
    page = (site / "reports" / f"{REPORT}.html").read_text(encoding="utf-8")
    counts = csv.DictReader(io.StringIO((site / "reports" / REPORT / "outcomes.csv").read_text()))
    assert {one["Outcome"]: one["Letters"] for one in counts} == {
        "Insufficient information": "11",
        "Not started": "15",
        "Started": "15",
        "All in place": "2",
        "Not submitted": "0",
    }
    assert "Not started and Started are the most frequent outcomes, with 15 each of 43 letters (35%)." in page
    assert "By 3 May 2018, 43 of 43 had been closed." in page
    assert "for 41 letters of 43 the outcome shown is illustrative" in page
    assert page.count('<span class="made-up">illustrative</span>') > 41
    rows = csv.DictReader(io.StringIO((site / "data" / "letters.csv").read_text()))
    known = [row["body"] for row in rows if "outcome" not in row["illustrative"].split("; ")]
    assert known == ["derbyshire", "merseyside"]


def test_its_feeds_tell_what_was_published(site):
    feed = ElementTree.fromstring((site / "reports" / f"{REPORT}.xml").read_text())
    titles = [one.findtext(f"{ATOM}title") or "" for one in feed.iter(f"{ATOM}entry")]
    assert len(titles) == 100
    assert any(title.endswith("closed: verified by inspection (illustrative)") for title in titles)
    assert len(list((site / "bodies").glob("*.xml"))) == 43


def test_its_html_is_valid(site):
    every = sorted(path for path in site.rglob("*.html") if "letters" not in path.parts)
    letters = sorted((site / "letters").rglob("*.html"))
    assert invalid([*every, *letters]) == []


@pytest.mark.skipif(bool(why_not()), reason="this machine cannot make PDFs")
def test_its_pdfs_pass(site):
    for path in (site / "reports" / f"{REPORT}.pdf", *sorted((site / "letters").rglob("*.pdf"))[::14]):
        assert faults(path.read_bytes()) == [], path.name


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_page_is_for_everybody(open_window, base, kind):
    window = await open_window(base)
    assert (await window.go(kind)).status == 200
    await looks_ok(window.page)


async def test_pages_work_without_javascript_on_a_phone(open_window, base):
    window = await open_window(base, javascript=False, width=320)
    for kind in KINDS:
        await window.go(kind)
        await fits_a_phone(window.page)
        assert await window.page.locator("main").inner_text()
    await window.go("search.html")
    assert await window.page.get_by_label("Words in a report").count() == 1
    assert not await window.page.locator("form.search").is_visible()
    assert await window.page.locator("#pages > li").count() == 45


async def test_search_works_offline(browser, site):
    page = await browser.new_page()
    await page.goto((site / "search.html").as_uri())
    await page.get_by_label("Words in a report").fill("plan bedford")
    assert re.match("1 letters|.*1 letter", await page.locator("#found").inner_text())
    link = page.locator("#letters a")
    assert await link.all_inner_texts() == [
        "Bedfordshire Police: Start a plan to seek intelligence on abuse of position for a sexual purpose"
    ]
    await link.click()
    assert "Bedfordshire Police" in await page.inner_text("main")
    assert page.url.startswith("file://")
    await page.close()
