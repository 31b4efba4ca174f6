"""A published letter withdrawn leaves a notice that everybody reads, and comes back; by those who may."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from lifecycle import acts as a
from lifecycle.words import Refused
from models.tables import Content, Document, Order
from office.desk import Desk, NoCase
from office.letter_parts import Kind
from office.letter_pdf import why_not
from office.letter_seal import seal_letter
from office.people import NotAllowed
from office.public_letter import State, decided_letters
from office.publications import LATER, RESTORE, restore_letter, withdraw_letter
from publication.check import problems
from publication.pages import pages
from tests.office.pdf_ua import words
from tests.publication.scene import REPORT, Scene
from tests.unit.test_letter_variants import made

KENT = "recommendation/R-2016-6085/kent"
NOW = datetime(2017, 5, 2, 9, tzinfo=UTC)
MARKING = "OFFICIAL"
LETTER = "letters/R-2016-6085/kent.html"


def withdraw(
    scene: Scene, case: str = KENT, actor: str = "lead-1", notice: str = "It named the wrong force."
) -> None:
    withdraw_letter(scene.database, actor, case, notice, "key-1", NOW)


def test_a_withdrawn_letter_leaves_a_notice_and_can_be_restored(scene: Scene):
    scene.published().build()
    first = scene.files()
    withdraw(scene)
    withdraw(scene)  # the same key again
    scene.build()
    assert "LETTER-kent" not in scene.page(LETTER)
    assert "It named the wrong force." in scene.page(LETTER)
    assert "withdrawn on 2 May 2017" in scene.page(LETTER)
    assert "Letter withdrawn" in scene.page("bodies/kent.html")
    assert scene.page("reports/peel-2016.html").count("<br>Letter withdrawn</td>") == 1
    assert scene.page("reports/peel-2016/bodies.csv").count(",2017-05-02\n") == 2
    assert "letter withdrawn" in scene.page("bodies/kent.xml")
    assert problems(scene.folder) == []
    restored = restore_letter(scene.database, "lead-1", KENT, "It was right.", NOW + timedelta(days=1))
    assert (restored.kind, restored.actor) == (RESTORE, "lead-1")
    assert restored.details == {"case": KENT, "withdrawal": "key-1", "reason": "It was right."}
    scene.build()
    assert scene.files() == first


def test_a_corrected_letter_stands_at_the_address_of_the_first(scene: Scene):
    scene.published().build()
    case = scene.story("kent")
    case.now = NOW
    case.take(
        a.CorrectLetter(
            key="c",
            actor="lead-1",
            letter=scene.sealed(case, "LETTER-kent, and now right"),
            corrects=case.case.letter or "",
            reason=scene.sealed(case, "PRIVATE REASON"),
            written_by=("adams",),
        )
    )
    done = scene.build()
    assert "and now right" in scene.page(LETTER)
    assert "corrected on 2 May 2017" in scene.page("cases/R-2016-6085/kent.html")
    assert "Kent Police: letter corrected" in scene.page("bodies/kent.xml")
    assert "letters/R-2016-6085/bedfordshire.html" not in done.written
    hidden = (b"PRIVATE REASON", b"adams")
    assert not any(word in content for content in scene.files().values() for word in hidden)


def test_who_may_not_and_what_cannot_be_withdrawn(scene: Scene):
    scene.published()
    with pytest.raises(NotAllowed):
        withdraw(scene, actor="nobody")
    with pytest.raises(NoCase):
        withdraw(scene, case="recommendation/none/kent")
    with pytest.raises(Refused, match="Nothing was withdrawn"):
        withdraw(scene, notice=" ")
    with pytest.raises(Refused, match="no published letter"):
        withdraw(scene, case="recommendation/R-2016-6085/essex")
    with pytest.raises(Refused, match="nothing to restore"):
        restore_letter(scene.database, "lead-1", KENT, "It was right.", NOW)
    withdraw(scene)
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_letter(scene.database, "lead-1", KENT, "Again.", "key-2", NOW)


def test_a_case_withdrawn_after_publication_leaves_a_notice_without_the_inspectorates_own_reason(
    scene: Scene,
):
    scene.published().build()
    case = scene.story("kent")
    reason = scene.sealed(case, "PRIVATE REASON")
    case.take(a.Withdraw(key="w", actor="brown", role="lead_inspector", reason=reason))
    scene.build()
    assert "no longer followed up" in scene.page(LETTER)
    assert not any(b"PRIVATE REASON" in content for content in scene.files().values())


@pytest.mark.skipif(bool(why_not()), reason="this machine cannot make PDFs")
def test_what_is_served_bears_no_marking_though_the_sealed_letter_does(scene: Scene):
    letter = asyncio.run(
        seal_letter(
            Desk(cast(Any, None), scene.database), [scene.story("kent").case.id], made(Kind.assessment, 1)
        )
    )
    scene.joint[KENT] = letter
    scene.published().build(pdf=True)
    with scene.database.reading() as session:
        files = session.exec(
            select(Document.name, Content.content)
            .join(Content, col(Content.hash) == Document.hash)
            .where(Document.submission_id == letter)
        )
        sealed = {name.rpartition(".")[2]: content for name, content in files}
    served = TestClient(pages(scene.folder))
    page, pdf = served.get(f"/{LETTER}"), served.get(f"/{LETTER.replace('html', 'pdf')}")
    assert (MARKING in sealed["html"].decode(), MARKING in page.text) == (True, False)
    assert (words(sealed["pdf"]).count(MARKING) > 1, MARKING in words(pdf.content)) == (True, False)
    for told in (page.text, words(pdf.content)):
        assert "Bedfordshire Police" in told


@pytest.mark.skipif(bool(why_not()), reason="this machine cannot make PDFs")
def test_letters_are_there_as_pdf_and_a_withdrawn_ones_pdf_is_its_notice(scene: Scene):
    scene.published().build(pdf=True)
    pdf = scene.folder / "current" / "letters/R-2016-6085/kent.pdf"
    first = pdf.read_bytes()
    assert first.startswith(b"%PDF-")
    assert scene.build(pdf=True).written == ()
    with pytest.raises(Refused, match=r"kent|bedfordshire"):
        scene.build(pdf=False)
    withdraw(scene)
    scene.build(pdf=True)
    assert pdf.read_bytes() != first
    assert problems(scene.folder) == []


def test_each_decision_on_a_letter_stays_on_record_but_no_order_that_was_refused(scene: Scene):
    scene.published()
    withdraw(scene)
    restore_letter(scene.database, "lead-1", KENT, "It was right.", NOW + timedelta(days=1))
    essex = "recommendation/R-2016-6085/essex"
    with scene.database.writing() as session:
        session.add(
            Order(
                id="later",
                kind=LATER,
                report_id=REPORT,
                actor="lead-1",
                on=NOW.date(),
                effective_at=NOW,
                details={"cases": [essex], "reason": "It came."},
                lifted_at=NOW,
            )
        )
    told = {one.row.id: (one.state, one.decisions) for one in decided_letters(scene.database, REPORT)}
    assert {case: state for case, (state, _) in told.items()} == {essex: State.held, KENT: State.public}
    assert [(one.what, one.words) for one in told[essex][1]] == [("left_out", "It was late.")]
    assert [(one.what, one.words) for one in told[KENT][1]] == [
        ("withdraw_letter", "It named the wrong force."),
        ("restore_letter", "It was right."),
    ]
