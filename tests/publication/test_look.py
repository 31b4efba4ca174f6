"""The site's own look: colours that can be read, no style or script from elsewhere, charts that say what they show."""

import re

import pytest

from publication import charts
from publication.check import malformed, problems
from publication.markup import read_page
from publication.templates import FOLDER
from tests.publication.scene import REPORT, Scene

SHEET = (FOLDER / "site.css").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", SHEET))
MEET = (
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink", "note"),
    ("ink", "focus"),
    ("top-on", "top"),
    ("link", "paper"),
    ("link", "wash"),
    ("link", "note"),
    ("visited", "paper"),
    ("visited", "note"),
)


def light(colour: str) -> float:
    def channel(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(colour[n : n + 2]) for n in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ink", "ground"), MEET)
def test_what_is_written_can_be_read(ink: str, ground: str):
    assert contrast(NAMED[ink], NAMED[ground]) >= 4.5


def test_a_chart_can_be_seen():
    assert contrast(charts.FILL, "#ffffff") >= 3
    assert contrast(charts.INK, "#ffffff") >= 4.5


def test_every_page_is_well_formed_and_every_link_leads_somewhere(scene: Scene):
    scene.published().build()
    assert problems(scene.folder) == []


def test_nothing_is_fetched_from_elsewhere(scene: Scene):
    scene.published().build()
    for address, content in scene.files().items():
        if address.endswith((".html", ".css", ".js")):
            fetched = re.findall(rb"(?:src|href|url\()=?[\"']?(https?:|//)[^\s\"')]*", content)
            assert fetched == [], address


def test_charts_say_their_finding_and_have_their_numbers(scene: Scene):
    scene.published().build()
    page = scene.page(f"reports/{REPORT}.html")
    assert page.count("<svg ") == page.count("</title><desc ") == 3
    assert {"Outcomes as CSV", "Outcomes by region as CSV", "Findings by criterion as CSV"} <= set(
        re.findall(r"<a [^>]+>([^<]+ as CSV)</a>", page)
    )
    assert "style=" not in page


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("<p>one<b>two</p>", "</p> closes <b>"),
        ('<p id="a">1</p><p id="a">2</p>', "the id a stands twice"),
        ('<img src="x.png">', "a picture has no alternative text"),
        ("<h4>deep</h4>", "<h4> follows a heading of level 1"),
        ('<svg aria-labelledby="not"></svg>', "not names an element and is not there"),
        ('<p style="color:red">1</p>', "<p> has a style of its own"),
        ("<div>", "</main> closes <div>"),
    ],
)
def test_the_checker_finds_what_is_wrong(broken: str, said: str):
    whole = '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body><main><h1>H</h1>{}</main></body></html>'
    assert read_page(whole.format("<p>fine</p>")).wrong == []
    assert said in read_page(whole.format(broken)).wrong


def test_the_checker_finds_a_dead_link(scene: Scene):
    scene.published().build()
    path = scene.folder / "current" / "about.html"
    path.write_text(
        path.read_text().replace("</main>", '<a href="dead.html">x</a><a href="#none">y</a></main>')
    )
    assert list(malformed(scene.folder / "current", sorted(scene.files()))) == [
        "about.html: the link dead.html leads nowhere",
        "about.html: the link #none names a place that is not on that page",
    ]
