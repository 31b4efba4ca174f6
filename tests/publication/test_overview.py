"""The overview: every number in its prose is counted, regions and criteria are told, and its PDF passes as PDF/UA."""

import csv
import io
import re

import pytest

from config.region_files import regions
from office.letter_pdf import pdf, why_not
from publication import prose
from publication.figures import Region, Share
from publication.overview import overview
from publication.reading import public_record
from publication.templates import FOLDER, render
from tests.office.pdf_ua import faults, roles
from tests.publication.scene import ON, REPORT, Scene

PAGE = f"reports/{REPORT}.html"
LAW = {"55", "1996", "56", "100"}  # the section, the Act, its days; and a hundred per cent


def rows(scene: Scene, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(scene.page(f"reports/{REPORT}/{name}.csv"))))


def test_no_number_is_typed_in_its_template():
    text = (FOLDER / "overview.html.jinja").read_text(encoding="utf-8")
    said = re.sub(r"{#.*?#}|{{.*?}}|{%.*?%}|<[^>]*>", " ", text, flags=re.DOTALL)
    assert set(re.findall(r"\d+", said)) <= LAW


def test_other_data_makes_other_prose(scene: Scene):
    scene.published().build()
    before = scene.page(PAGE)
    assert "Not started and Started are the most frequent outcomes, with 1 each of 2 letters (50%)." in before
    assert "Of 2 plans due, 2 came on time." in before
    assert "Not started is the most frequent outcome in South East." in before
    assert "Started is the most frequent outcome in East of England." in before
    scene.report("later", "R-2", "A later one")
    for body in ("bedfordshire", "kent", "essex"):
        scene.go(body, "letter_sent", reference="R-2", report="later", outcome="started")
    scene.order(report="later")
    scene.build()
    assert scene.page(PAGE) == before
    after = scene.page("reports/later.html")
    assert "Started is the most frequent outcome, with 3 of 3 letters (100%)." in after
    assert "Started is the most frequent outcome in East of England and South East." in after


def test_criteria_are_told_as_a_chart_a_table_and_data(scene: Scene):
    scene.published().build()
    page = scene.page(PAGE)
    finding = (
        "Most often included or in place: Criterion a of R-2016-6085 (2 of 2). Least often: Criterion b of"
    )
    assert page.count(finding) == 2  # below the heading, and as the chart's title
    assert [
        (one["Criterion"], one["Included or in place"], one["Letters"]) for one in rows(scene, "included")
    ] == [
        ("a", "2", "2"),
        ("b", "0", "2"),
    ]
    assert re.search(r'included.csv">Criteria of .* as CSV</a>', page)
    told = rows(scene, "bodies")
    assert [(one["Body"], one["Criterion"], one["Finding"]) for one in told] == [
        ("bedfordshire", "a", "Included, and begun"),
        ("bedfordshire", "b", "Unclear"),
        ("kent", "a", "Included, and begun"),
        ("kent", "b", "Unclear"),
    ]


def test_regions_are_counted_and_add_up(scene: Scene):
    scene.published().build()
    told = rows(scene, "regions")
    assert [(one["Region"], one["Letters"], one["Started"], one["Not started"]) for one in told] == [
        ("East of England", "1", "1", "0"),
        ("South East", "1", "0", "1"),
    ]
    assert len(regions()) == 43
    assert len(set(regions().values())) == 10


def test_where_no_outcome_leads_it_says_so():
    tied = Region("Wales", 2, (Share("a", 1, 2), Share("b", 1, 2)), 0, 0)
    assert prose.regions([tied]) == "In Wales no single outcome leads."
    assert prose.criteria([("x", 1, 2), ("y", 1, 2)]).endswith("as often: in 1 of 2 letters.")


@pytest.mark.skipif(bool(why_not()), reason="this machine cannot make PDFs")
def test_it_is_there_as_tagged_pdf_with_its_charts_findings(scene: Scene):
    scene.published().build(pdf=True)
    content = (scene.folder / "current" / "reports" / f"{REPORT}.pdf").read_bytes()
    assert faults(content) == []
    assert {"H1", "H2", "Table", "TH", "Figure", "Caption"} <= set(roles(content))
    assert f'href="../reports/{REPORT}.pdf"' in scene.page(PAGE)
    record = public_record(scene.database, ON)
    [report] = record.reports
    shown = {
        "report": report,
        "overview": overview(report),
        "bodies": record.bodies,
        "reports": {},
        "paper": True,
    }
    paper = render("overview_paper.html.jinja", f"reports/{REPORT}.pdf", **shown)
    for height in (180, 580):  # a page ends between a table's caption and its head
        moved = paper.replace("<main>", f'<main><div style="height:{height}pt"></div>')
        assert faults(pdf(moved)) == []
    assert scene.build(pdf=True).written == ()
