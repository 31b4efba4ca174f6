"""A national report and a force's with the same findings: only a response to the force's is asked for."""

from datetime import UTC, date, datetime

import pytest

from activities.ledger.reports import responses_asked
from lifecycle.words import Refused
from office.desk import NoCase
from office.people import NotAllowed
from office.publishing import readiness
from office.same_findings import record_same
from tests.publication.scene import REPORT, Scene

FORCE, NOW = "kent-2017", datetime(2017, 5, 3, 9, tzinfo=UTC)
DAY = date(2017, 5, 4)


@pytest.fixture
def both(scene: Scene) -> Scene:
    """A national report to three forces, and one on Kent alone; the letters of neither are published."""
    scene.report(FORCE, "R-KENT-1", "Kent 2017")
    scene.go("kent", "letter_sent", reference="R-KENT-1", report=FORCE)
    for body in ("bedfordshire", "kent", "essex"):
        scene.go(body, "letter_sent")
    return scene


def same(scene: Scene, actor: str = "lead-1", national: str = REPORT, force: str = FORCE) -> tuple[str, ...]:
    return record_same(scene.database, actor, national, force, "One finding.", "same-1", NOW)


def asked(scene: Scene, report: str) -> list[str]:
    with scene.database.reading() as session:
        return [oversight for oversight, *_ in responses_asked(session, report, DAY)]


def publish(scene: Scene) -> None:
    scene.order()
    for body in ("bedfordshire", "kent", "essex"):
        scene.follow(body)


def test_only_the_forces_report_is_asked_for(both: Scene):
    assert same(both) == same(both) == ("kent",)
    checked = readiness(both.database, REPORT)
    assert checked is not None
    assert checked.responds == 2
    publish(both)
    assert asked(both, REPORT) == ["pcc-bedfordshire", "pcc-essex"]
    both.order(report=FORCE)
    both.follow("kent", report=FORCE, reference="R-KENT-1")
    assert asked(both, FORCE) == ["pcc-kent"]


def test_without_that_decision_both_are_asked_for(both: Scene):
    publish(both)
    assert asked(both, REPORT) == ["pcc-bedfordshire", "pcc-essex", "pcc-kent"]


def test_the_overview_names_the_other_report_once_that_is_public(both: Scene):
    same(both)
    publish(both)
    both.build()
    assert "Kent 2017" not in both.page(f"reports/{REPORT}.html")
    both.order(report=FORCE)
    both.build()
    page = both.page(f"reports/{REPORT}.html")
    assert "For 1 body a report of its own has the same findings." in page
    assert f'Kent Police: <a href="../reports/{FORCE}.html">Kent 2017</a>' in page


def test_who_may_not_and_what_is_not_the_same(both: Scene):
    with pytest.raises(NotAllowed):
        same(both, actor="nobody")
    with pytest.raises(NoCase):
        same(both, force="none")
    with pytest.raises(Refused, match="share no body"):
        same(both, force=REPORT)
    publish(both)
    both.response("kent")
    with pytest.raises(Refused, match=r"response/peel-2016/pcc-kent has begun"):
        same(both)
    assert asked(both, REPORT) == ["pcc-bedfordshire", "pcc-essex", "pcc-kent"]
