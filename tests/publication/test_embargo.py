"""Only what is published is on the site: built at every stage, and searched for what is not public."""

import json
from datetime import date, timedelta

import pytest

from lifecycle import acts as a
from lifecycle.words import InspectionResult
from models.tables import CaseRow, Order
from office.publications import LATER, is_public, withdraw_letter
from publication.check import problems
from tests.publication.scene import REPORT, STAGES, Scene

SECRET = (
    "bedfordshire",
    "Bedfordshire",
    "LETTER-",
    "NARRATIVE-",
    "SUBMISSION-",
    "R-2016-6085",
    "Legitimacy 2016",
)
NEVER = ("NARRATIVE-", "SUBMISSION-", "Request to", "adams", "brown")


def told(scene: Scene, words: tuple[str, ...]) -> list[str]:
    return [
        f"{word} in {address}"
        for address, content in scene.files().items()
        for word in words
        if word in address or word.encode() in content
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_of_a_report_is_there_before_it_is_published(scene: Scene, stage: str):
    scene.go("bedfordshire", stage)
    scene.build()
    assert told(scene, SECRET) == []


def test_one_order_makes_every_letter_public_whether_or_not_its_case_has_followed(scene: Scene):
    for body in ("bedfordshire", "kent", "essex"):
        scene.go(body, "letter_sent")
    scene.build()
    assert told(scene, SECRET) == []
    scene.order()
    scene.follow("kent")
    scene.build()
    assert [
        scene.page(f"letters/R-2016-6085/{body}.html").count("LETTER-") for body in ("bedfordshire", "kent")
    ] == [1, 1]
    before = scene.page("cases/R-2016-6085/essex.html")
    assert "published on 3 January 2017" in before
    scene.follow("bedfordshire")
    scene.follow("essex")
    scene.build()
    assert scene.page("cases/R-2016-6085/essex.html") == before
    assert told(scene, NEVER) == []


def test_a_body_left_out_by_decision_is_not_named_but_counted(scene: Scene):
    scene.published().build()
    assert told(scene, ("essex", "Essex", "It was late")) == []
    assert "1 body is not in this publication" in scene.page(f"reports/{REPORT}.html")
    assert "We read &lt;your&gt; plans." in scene.page("letters/R-2016-6085/kent.html")
    assert told(scene, NEVER) == []


def test_a_case_opened_and_lettered_after_publication_waits_for_an_order_of_its_own(scene: Scene):
    scene.published()
    scene.stories["recommendation/R-2016-6085/essex"].now = max(one.now for one in scene.stories.values())
    scene.go("essex", "letter_sent")
    scene.build()
    assert told(scene, ("essex", "Essex")) == []
    with scene.database.reading() as session:
        row = session.get(CaseRow, "recommendation/R-2016-6085/essex")
        assert row is not None
        assert not is_public(session, row)


def test_another_report_under_embargo_stays_away(scene: Scene):
    scene.report("next-2017", "R-2017-1", "Next year")
    scene.published()
    scene.go("kent", "letter_sent", reference="R-2017-1", report="next-2017")
    scene.build(on=date(2018, 1, 1))
    assert told(scene, ("R-2017-1", "next-2017", "Next year")) == []


def test_a_letter_on_several_cases_is_shown_when_all_of_them_are_public(scene: Scene):
    scene.recommend(REPORT, "R-2")
    scene.together("kent", "R-2016-6085", "R-2")
    scene.go("kent", "letter_sent")
    scene.order(left_out={"recommendation/R-2/kent": "It is under appeal."})
    scene.build()
    assert told(scene, ("LETTER-kent", "R-2/", "appeal")) == []  # not sent yet, but in the letter
    assert "not shown at present" in scene.page("letters/R-2016-6085/kent.html")
    assert "Published, its letter not shown" in scene.page("bodies/kent.html")
    scene.go("kent", "letter_sent", reference="R-2")
    scene.build()
    assert told(scene, ("LETTER-kent", "R-2/")) == []
    scene.order(key="again")
    scene.build()
    assert "LETTER-kent on all" in scene.page("letters/R-2016-6085/kent.html")
    withdraw_letter(
        scene.database, "lead-1", "recommendation/R-2/kent", "A mistake.", "w", scene.story("kent").now
    )
    scene.build()
    assert told(scene, ("LETTER-kent",)) == []
    assert "A mistake." in scene.page("letters/R-2/kent.html")


def test_what_a_case_would_refuse_is_not_published_by_the_order_alone(scene: Scene):
    scene.go("bedfordshire", "letter_sent")
    scene.go("kent", "letter_sent")
    scene.order(on=scene.story("kent").now.date() - timedelta(days=1))  # before either letter was sent
    with scene.database.writing() as session:
        later: dict[str, object] = {"cases": ["recommendation/R-2016-6085/kent"]}
        now = scene.story("kent").now + timedelta(days=1)
        session.add(
            Order(
                id="l",
                kind=LATER,
                report_id=REPORT,
                actor="lead-1",
                on=now.date(),
                effective_at=now,
                details=later,
            )
        )
    scene.build()
    assert told(scene, ("bedfordshire", "Bedfordshire")) == []
    assert "LETTER-kent" in scene.page("letters/R-2016-6085/kent.html")
    with scene.database.writing() as session:  # as it is when the case refuses
        session.get_one(Order, "l").lifted_at = now
    scene.build()
    assert told(scene, ("LETTER-",)) == []
    assert problems(scene.folder) == []
    assert scene.page("reports/peel-2016/outcomes.csv") == "No longer published\n"


def test_what_follows_is_named_when_it_is_public_for_the_same_body(scene: Scene):
    scene.published()
    scene.report("next-2017", "R-2017-1", "Next year")
    case = scene.story("kent")
    result = InspectionResult.reissued
    case.take(
        a.RecordInspection(key="i", actor="adams", result=result, narrative="n", followed_by="R-2017-1")
    )
    scene.go("kent", "letter_sent", reference="R-2017-1", report="next-2017")
    scene.build()
    assert told(scene, ("R-2017-1",)) == []
    scene.order(report="next-2017")
    scene.build()
    assert "recommendations/R-2017-1.html" in scene.page("cases/R-2016-6085/kent.html")
    assert json.loads(scene.page("data/letters.json"))["letters"][-1]["followed_by"] == "R-2017-1"


def test_a_case_that_ended_before_it_followed_the_order_keeps_its_addresses(scene: Scene):
    for body in ("bedfordshire", "kent"):
        scene.go(body, "letter_sent")
    scene.order()
    scene.build()
    before = set(scene.files())
    stuck, seen = scene.story("bedfordshire"), scene.story("kent")
    stuck.now = seen.now = stuck.now + timedelta(days=3)
    stuck.take(a.Withdraw(key="w", actor="brown", role="lead_inspector", reason=scene.sealed(stuck, "No.")))
    seen.take(a.RecordInspection(key="i", actor="adams", result=InspectionResult.verified, narrative="n"))
    scene.build()
    assert set(scene.files()) == before
    assert "LETTER-" not in scene.page("letters/R-2016-6085/bedfordshire.html")
    assert "Closed: verified by inspection" in scene.page("cases/R-2016-6085/kent.html")
    assert "No longer published" not in scene.page("cases/R-2016-6085/bedfordshire.html")


def test_a_case_that_ended_under_embargo_was_never_published(scene: Scene):
    case = scene.go("bedfordshire", "letter_sent")
    scene.go("kent", "letter_sent")
    case.take(
        a.Withdraw(key="w", actor="brown", role="lead_inspector", reason=scene.sealed(case, "A mistake."))
    )
    scene.order()
    scene.build()
    assert told(scene, ("bedfordshire", "Bedfordshire", "A mistake")) == []
