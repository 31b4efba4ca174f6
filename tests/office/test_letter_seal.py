"""From the ledger to a sealed letter: names, several cases, edits, Wales, marking, and hashes that hold it all."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select, update

from lifecycle.rules import Rules
from lifecycle.words import Finding, Refused
from models.database import Database
from models.tables import Contact, Content, Document, SealedText
from office import letter_drafts, letter_words
from office.assessment_file import assessment_file
from office.desk import NoCase
from office.letter_edits import Change
from office.letter_papers import assessment_letter, request_letter, template_of
from office.letter_parts import Kind
from office.letter_pdf import NoPdf, why_not
from office.letter_seal import changed, in_these_words, published, seal_letter, words_sealed
from office.letter_sending import seal_request, seal_to_authorise
from office.letter_standing import between, standing
from office.letter_words import Language
from office.people import NotAllowed
from tests.office.lettered import BEDFORDSHIRE, GWENT, LETTER_DAY, SECOND, Office, open_office
from tests.office.pdf_ua import faults

NAME = "assessment-letter-bedfordshire-R-2016-6085"
needs_pango = pytest.mark.skipif(bool(why_not()), reason="Pango is not here")


@pytest.fixture
def office(database: Database, rules: Rules) -> Office:
    return open_office(database, rules)


@pytest.fixture
def reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has reviewed all Welsh texts."""
    entry = letter_words._entry
    monkeypatch.setattr(
        letter_words, "_entry", lambda *of: (entry(*of)[0], "A translator" if of[0] is Language.welsh else "")
    )


def sealed_as(office: Office, *cases: str, text: str = "") -> SealedText:
    if text:
        now = asyncio.run(assessment_letter(office.desk, cases, None)).text
        letter_drafts.save_whole(office.database, "lead-1", Kind.assessment, cases, text, now, LETTER_DAY)
    letter = asyncio.run(seal_to_authorise(office.desk, cases, None)).letter
    with office.database.reading() as session:
        return session.get_one(SealedText, letter)


def files_of(office: Office, letter: SealedText) -> dict[str, bytes]:
    with office.database.reading() as session:
        rows = session.exec(
            select(Document, Content.content)
            .join(Content, col(Content.hash) == Document.hash)
            .where(Document.submission_id == letter.id)
        )
        found = {row.name: (row, content) for row, content in rows}
    for row, content in found.values():
        assert (row.hash, row.size) == (hashlib.sha256(content).hexdigest(), len(content))
    return {name: content for name, (_, content) in found.items()}


def edit(office: Office, case: str, words: dict[str, str], base: int = 0, actor: str = "inspector-1", **more):
    paper = asyncio.run(
        template_of(office.desk, Kind.assessment, case, more.pop("language", Language.english))
    )
    return letter_drafts.save(office.database, actor, [case], paper, words, base, LETTER_DAY, **more)


@needs_pango
def test_a_letter_is_sealed_with_page_and_pdf_and_its_hashes(office: Office):
    office.assessed(BEDFORDSHIRE)
    letter = sealed_as(office, BEDFORDSHIRE)
    files = files_of(office, letter)

    assert set(files) == {f"{NAME}.html", f"{NAME}.pdf"}
    assert faults(files[f"{NAME}.pdf"]) == []
    assert letter.meta["renderings"] == {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}
    assert "OFFICIAL-SENSITIVE" in files[f"{NAME}.html"].decode()
    assert "OFFICIAL" not in letter.text
    assert sealed_as(office, BEDFORDSHIRE).id == letter.id


def test_another_page_of_the_same_words_is_another_letter(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.assessed(BEDFORDSHIRE)
    letter = sealed_as(office, BEDFORDSHIRE)
    monkeypatch.setattr("office.letter_seal._marking", lambda desk, case: "OFFICIAL")
    other = sealed_as(office, BEDFORDSHIRE)
    assert (letter.text, letter.hash) == (other.text, other.hash)
    assert letter.id != other.id


@needs_pango
def test_what_is_published_is_the_same_text_without_marking(office: Office):
    office.assessed(BEDFORDSHIRE)
    letter = sealed_as(office, BEDFORDSHIRE)
    html, pdf = published(letter)
    assert html.content.decode() == files_of(office, letter)[html.name].decode().replace(
        '<p class="marking">OFFICIAL-SENSITIVE</p>\n', ""
    ).replace('<p class="marking end">OFFICIAL-SENSITIVE</p>\n', "").replace(
        ' data-marking="OFFICIAL-SENSITIVE"', ""
    )
    assert faults(pdf.content) == []


def test_without_pango_the_page_is_sealed_and_the_letter_is_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    def missing(page: str) -> bytes:
        raise NoPdf("no Pango")

    monkeypatch.setattr("office.letter_seal.pdf", missing)
    office.assessed(BEDFORDSHIRE)
    assert set(files_of(office, sealed_as(office, BEDFORDSHIRE))) == {f"{NAME}.html"}


def test_offices_and_names_are_those_of_the_day(office: Office):
    office.assessed(BEDFORDSHIRE)
    with office.database.writing() as session:
        session.connection().execute(
            update(Contact).where(col(Contact.owner) == "bedfordshire").values(until=date(2017, 1, 1))
        )
        for since, holder in ((date(2017, 1, 1), "A. Example QPM"), (date(2018, 1, 1), "B. Later")):
            session.add(
                Contact(
                    owner="bedfordshire",
                    role="chief_officer",
                    office="Chief Constable",
                    mailbox="chief@bedfordshire.example",
                    holder=holder,
                    since=since,
                )
            )
    letter = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None))
    assert "Chief Constable A. Example QPM\nBedfordshire Police\n" in letter.text
    assert "Police and Crime Commissioner for Bedfordshire" in letter.text
    assert "Dear Chief Constable\n" in letter.text


def test_one_letter_on_two_cases(office: Office):
    office.assessed(BEDFORDSHIRE)
    office.assessed(SECOND, Finding.not_included)
    letter = sealed_as(office, SECOND, BEDFORDSHIRE)
    assert letter.meta["cases"] == [BEDFORDSHIRE, SECOND]
    assert f"{NAME}-and-1-more.html" in files_of(office, letter)
    assert "Abuse of position (R-2016-6086)" in letter.text
    assert letter.text.count("please write to the case contact") == 1


@pytest.mark.parametrize("cases", [(BEDFORDSHIRE, GWENT), ()])
def test_a_letter_is_to_one_body(office: Office, cases: tuple[str, ...]):
    office.assessed(BEDFORDSHIRE)
    office.assessed(GWENT)
    with pytest.raises(Refused, match="one body under one report"):
        sealed_as(office, *cases)


def test_what_is_sealed_is_what_was_edited_and_the_change_stays_visible(office: Office):
    office.assessed(BEDFORDSHIRE)
    saved = edit(office, BEDFORDSHIRE, {"verdict": "Your plans address our recommendation in full."})
    assert (saved.version.number, saved.newest) == (1, None)
    letter = sealed_as(office, BEDFORDSHIRE)
    assert "Your plans address our recommendation in full." in letter.text
    [change] = changed(letter)
    assert change.id == "verdict"
    assert Change("added", "recommendation in full.") in change.diff
    assert Change("kept", "Your plans address our") in change.diff


def test_the_words_of_a_whole_letter_may_be_the_senders_own(office: Office):
    office.assessed(BEDFORDSHIRE)
    made = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None))
    assert in_these_words(made, made.text.replace("\n", "\r\n")) is made
    letter = sealed_as(office, BEDFORDSHIRE, text=made.text.replace("is unclear", "could not be told"))
    assert "could not be told" in letter.text
    page = files_of(office, letter)[f"{NAME}.html"].decode()
    assert "<h1>Abuse of position (R-2016-6085)</h1>" in page
    assert "Chief Constable\nBedfordshire Police\nVia email</p>" in page
    [change] = changed(letter)
    assert [one for one in change.diff if one.what != "kept"] == [
        Change("removed", "is unclear."),
        Change("added", "could not be told."),
    ]


def test_an_edit_of_what_was_found_before_is_not_sent(office: Office):
    story = office.assessed(BEDFORDSHIRE)
    edit(office, BEDFORDSHIRE, {"criterion-b": "We could not tell."})
    office.again(story, Finding.not_included)
    with pytest.raises(Refused, match="it now says 'Your plans do not include a review"):
        sealed_as(office, BEDFORDSHIRE)


def test_versions_are_kept_and_a_late_one_is_set_aside(office: Office):
    office.assessed(BEDFORDSHIRE)
    edit(office, BEDFORDSHIRE, {"verdict": "First."})
    assert edit(office, BEDFORDSHIRE, {"verdict": " First. "}, 1).version.number == 1
    late = edit(office, BEDFORDSHIRE, {"verdict": "Second."}, 0, "lead-1")
    assert late.version.set_aside
    assert late.newest is not None
    assert late.newest.edits["verdict"].words == "First."
    edit(office, BEDFORDSHIRE, {}, 1)
    found = letter_drafts.versions(office.database, Kind.assessment, [BEDFORDSHIRE], Language.english)
    assert [(one.number, one.base, one.person, one.set_aside) for one in found] == [
        (3, 1, "inspector-1", False),
        (2, 0, "lead-1", True),
        (1, 0, "inspector-1", False),
    ]
    assert changed(sealed_as(office, BEDFORDSHIRE)) == ()


def test_who_may_not_write_letters_may_not_edit_them(office: Office):
    office.assessed(BEDFORDSHIRE)
    with pytest.raises(NotAllowed):
        edit(office, BEDFORDSHIRE, {"verdict": "x"}, actor="liaison-bedfordshire")
    with pytest.raises(Refused, match="at most 20,000"):
        edit(office, BEDFORDSHIRE, {"verdict": "x" * 20_001})
    with pytest.raises(NoCase):
        asyncio.run(request_letter(office.desk, "recommendation/nothing/bedfordshire", None))


def test_a_body_in_wales_is_written_to_in_english_while_nobody_has_reviewed_the_welsh(office: Office):
    office.assessed(GWENT)
    letter = sealed_as(office, GWENT)
    assert "Annwyl" not in letter.text
    assert not [name for name in files_of(office, letter) if "-cy" in name]


@pytest.mark.usefixtures("reviewed")
def test_a_body_in_wales_gets_both_languages_once_they_are_reviewed(office: Office):
    office.assessed(GWENT)
    letter = sealed_as(office, GWENT)
    assert letter.text.index("Dear Chief Constable") < letter.text.index("Annwyl Brif Gwnstabl")
    files = files_of(office, letter)
    assert '<html lang="cy">' in files["assessment-letter-gwent-R-2016-6085-cy.html"].decode()
    assert ("assessment-letter-gwent-R-2016-6085-cy.pdf" in files) is not bool(why_not())


@pytest.mark.usefixtures("reviewed")
def test_an_edit_in_welsh_needs_a_reviewer_of_its_own(office: Office):
    office.assessed(GWENT)
    edit(office, GWENT, {"verdict": "Da iawn."}, language=Language.welsh)
    assert "Annwyl" not in sealed_as(office, GWENT).text
    edit(office, GWENT, {"verdict": "Da iawn."}, 1, language=Language.welsh, reviewed_by="A translator")
    assert "Da iawn." in sealed_as(office, GWENT).text


def test_a_request_is_sealed_with_its_date(office: Office):
    office.assessed(BEDFORDSHIRE)
    sealed = asyncio.run(seal_request(office.desk, [BEDFORDSHIRE], date(2017, 5, 31)))
    with office.database.reading() as session:
        letter = session.get_one(SealedText, sealed)
    assert "by 11:59pm on Wednesday 31 May 2017" in letter.text
    assert "request-letter-bedfordshire-R-2016-6085.html" in files_of(office, letter)


def test_a_ledger_without_the_report_sends_the_words_that_are_given(office: Office):
    with pytest.raises(NoCase):
        asyncio.run(seal_request(office.desk, ["recommendation/unknown/bedfordshire"], None))
    sealed = asyncio.run(
        seal_request(office.desk, ["recommendation/unknown/bedfordshire"], None, "Please send it.")
    )
    with office.database.reading() as session:
        assert session.get_one(SealedText, sealed).text == "Please send it."


def test_what_is_made_twice_is_the_same(office: Office):
    office.assessed(BEDFORDSHIRE)
    made = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None))
    first = asyncio.run(seal_letter(office.desk, [BEDFORDSHIRE], made))
    assert asyncio.run(seal_letter(office.desk, [BEDFORDSHIRE], replace(made))) == first


@pytest.mark.usefixtures("reviewed")
def test_what_is_edited_in_either_language_is_seen(office: Office):
    office.assessed(GWENT)
    edit(office, GWENT, {"verdict": "Well done."})
    letter = sealed_as(office, GWENT)
    edit(office, GWENT, {"verdict": "Da iawn."}, language=Language.welsh, reviewed_by="A translator")
    file = assessment_file(office.database, GWENT)
    assert file is not None
    now = asyncio.run(assessment_letter(office.desk, GWENT, None))
    edits = standing(office.database, file, now).edits
    assert [(one.id, one.words) for one in edits] == [
        ("verdict", "Well done."),
        ("verdict (Welsh)", "Da iawn."),
    ]
    assert [one.id for one in between(letter, now)] == ["verdict (Welsh)"]
    assert all(said in words_sealed(now) for said in ("Well done.", "Da iawn."))
