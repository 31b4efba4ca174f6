"""Open data: by its schema, the same in both forms, harmless to spreadsheets, each column explained."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from lifecycle import acts as a
from publication.data import described, schema, table
from tests.publication.scene import REPORT, Scene

DOCS = Path(__file__).parents[2] / "docs" / "open-data.md"
ATOM = "{http://www.w3.org/2005/Atom}"


def rows(scene: Scene, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(scene.page(address))))


@pytest.mark.parametrize("name", ["letters", "responses"])
def test_the_data_holds_to_its_schema_and_both_forms_say_the_same(scene: Scene, name: str):
    scene.published().build()
    told = json.loads(scene.page(f"data/{name}.json"))
    jsonschema_rs.validator_for(schema()).validate(told)
    assert json.loads(scene.page("data/schema.json")) == schema()
    written = rows(scene, f"data/{name}.csv")
    assert [list(row) for row in written] == [list(row) for row in told[name]] != []
    for row, said in zip(written, told[name], strict=True):
        assert {key: row[key] for key, value in said.items() if isinstance(value, str)} == {
            key: value for key, value in said.items() if isinstance(value, str)
        }


def test_a_criterion_declared_is_a_part_and_all_of_them_are_the_whole(scene: Scene):
    scene.published()
    case = scene.story("kent")
    for criterion, said in (
        ("a", (None, "Declared carried out in part")),
        ("b", ("2017-03-01", "Declared carried out")),
    ):
        case.now = (
            datetime(2017, 2, 1, 9, tzinfo=UTC) if criterion == "a" else datetime(2017, 3, 1, 9, tzinfo=UTC)
        )
        case.take(a.DeclareImplemented(key=criterion, actor="ops-1", statement="t-1", criterion=criterion))
        scene.build()
        told = json.loads(scene.page("data/letters.json"))["letters"][-1]
        assert told["body"] == "kent"
        assert (told["declared_on"], told["status"].partition(",")[0]) == said
    assert told["declared_criteria"] == {"a": "2017-02-01", "b": "2017-03-01"}
    assert "1 had carried the recommendation out by its date" in scene.page(f"reports/{REPORT}.html")
    assert "by its own word: Criterion a of R-2016-6085" in scene.page("cases/R-2016-6085/kent.html")


def test_what_the_schema_asks_for_is_wanted(scene: Scene):
    scene.published().build()
    told = json.loads(scene.page("data/letters.json"))
    told["letters"][0]["published_on"] = "yesterday"
    assert not jsonschema_rs.is_valid(schema(), told)


def test_each_column_is_explained():
    page = DOCS.read_text(encoding="utf-8")
    for columns in described().values():
        for column, meaning in columns:
            assert f"| `{column}` | {meaning} |" in page


def test_a_spreadsheet_takes_nothing_for_a_formula():
    assert (
        table(["a"], [["=1+1"], ["@x"], ["-2"], [-2], ["plain"]])
        == b"a\r\n'=1+1\r\n'@x\r\n'-2\r\n-2\r\nplain\r\n"
    )


def test_feeds_name_each_entry_once_and_are_dated_by_what_they_tell(scene: Scene):
    scene.published().build()
    for address in ("feed.xml", f"reports/{REPORT}.xml", "bodies/kent.xml"):
        feed = ElementTree.fromstring(scene.page(address))
        ids = [one.text for one in feed.iter(f"{ATOM}id")]
        assert len(ids) == len(set(ids)) > 1
        days = [one.text or "" for one in feed.iter(f"{ATOM}updated")][1:]
        assert days == sorted(days, reverse=True)
        assert feed.findtext(f"{ATOM}updated") == days[0]
    assert "Bedfordshire" not in scene.page("bodies/kent.xml")


def test_the_figures_of_an_overview_are_those_of_its_data(scene: Scene):
    scene.published().build()
    told = json.loads(scene.page("data/letters.json"))["letters"]
    counts = {row["Outcome"]: int(row["Letters"]) for row in rows(scene, f"reports/{REPORT}/outcomes.csv")}
    assert counts["Started"] == sum(one["outcome"] == "started" for one in told) == 1
    assert sum(counts.values()) == len(told) == 2
    page = scene.page(f"reports/{REPORT}.html")
    assert "Not started and Started are the most frequent outcomes, with 1 each of 2 letters (50%)." in page
    criteria = rows(scene, f"reports/{REPORT}/criteria.csv")
    assert {(row["Criterion"], row["Finding"], row["Letters"]) for row in criteria} == {
        ("a", "Included, and begun", "2"),
        ("b", "Unclear", "2"),
    }
    assert page.count("<td>Included, and begun</td>") == 2
