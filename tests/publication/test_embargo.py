"""Only what is published is on the site: built at every stage, and searched for what is not public."""

from datetime import date

import pytest

from models.tables import CaseRow
from office.publications import is_public
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
    before = scene.build().name
    scene.follow("bedfordshire")
    scene.follow("essex")
    assert "published on" in scene.page("cases/R-2016-6085/essex.html")
    assert told(scene, NEVER) == []
    assert before


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


def test_a_case_that_ended_under_embargo_was_never_published(scene: Scene):
    from lifecycle import acts as a

    case = scene.go("bedfordshire", "letter_sent")
    scene.go("kent", "letter_sent")
    case.take(
        a.Withdraw(key="w", actor="brown", role="lead_inspector", reason=scene.sealed(case, "A mistake."))
    )
    scene.order()
    scene.build()
    assert told(scene, ("bedfordshire", "Bedfordshire", "A mistake")) == []
