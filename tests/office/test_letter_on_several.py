"""One letter on several cases of a body: it is sent, and corrected, on all of them or on none."""

import asyncio
from datetime import date, timedelta
from typing import Any, cast

import pytest

from lifecycle import acts as a
from lifecycle.rules import Rules
from lifecycle.words import Finding, Refused
from models.database import Database
from models.messages import Receipt
from models.tables import Contact, SealedText, Signatory
from office import letter_papers
from office.authorising import send_letter
from office.letter_drafts import save, save_whole
from office.letter_facts import letter_with
from office.letter_papers import assessment_letter, template_of
from office.letter_parts import Kind, Letter
from office.letter_sending import authorised_letter, seal_correction, seal_to_authorise
from office.letter_words import Language
from tests.ledger.story import Story
from tests.office.lettered import BEDFORDSHIRE, LETTER_DAY, SECOND, At, Office, open_office

BOTH = [BEDFORDSHIRE, SECOND]
LEAD = {"actor": "lead-1", "role": "lead_inspector"}


@pytest.fixture
def office(database: Database, rules: Rules) -> Office:
    return open_office(database, rules)


@pytest.fixture
def clock(office: Office) -> At:
    return cast(At, office.desk.clock)


def take(story: Story, act: a.Act) -> None:
    story.now += timedelta(hours=1)
    story.take(act.model_copy(update={"key": f"{story.case.id}/{story.case.seq}"}))


def authorised(office: Office, dated: date | None = None) -> tuple[list[Story], str]:
    """Both cases, with one letter that a second person authorised."""
    stories = [office.assessed(case) for case in BOTH]
    ready = asyncio.run(seal_to_authorise(office.desk, BOTH, dated))
    for story in stories:
        take(story, a.Authorise(key="k", letter=ready.letter, **LEAD))
    return stories, ready.letter


def test_recalled_on_one_it_is_sent_on_none(office: Office):
    (_, second), letter = authorised(office)
    assert asyncio.run(authorised_letter(office.desk, BEDFORDSHIRE)) == letter
    take(second, a.RecallLetter(key="k", reason="r-1", **LEAD))
    with pytest.raises(Refused, match=f"also on {SECOND}"):
        asyncio.run(authorised_letter(office.desk, BEDFORDSHIRE))


def test_a_letter_that_was_read_is_not_sent_before_its_day_either(office: Office):
    _, letter = authorised(office, LETTER_DAY.date() + timedelta(days=1))
    with pytest.raises(Refused, match="Send it on that day, or later"):
        asyncio.run(send_letter(office.desk, "lead-1", BEDFORDSHIRE, "key", seen=letter))


def test_a_correction_is_of_every_case_that_the_letter_is_on(office: Office):
    (first, second), letter = authorised(office)
    take(first, a.SendLetter(key="k", letter=letter, **LEAD))
    with pytest.raises(Refused, match=f"also on {SECOND}, which is authorised"):
        asyncio.run(seal_correction(office.desk, BEDFORDSHIRE, "A date was wrong."))
    take(second, a.SendLetter(key="k", letter=letter, **LEAD))
    save_whole(office.database, "inspector-1", Kind.assessment, BOTH, "Now it is right.", "", LETTER_DAY)
    ready, corrects, cases = asyncio.run(seal_correction(office.desk, SECOND, "A date was wrong."))
    assert (ready.written_by, corrects, sorted(cases)) == (("inspector-1",), letter, sorted(BOTH))


def test_a_restored_word_is_a_correction_by_whoever_restored_it(office: Office, clock: At):
    story = office.assessed(BEDFORDSHIRE)
    paper = asyncio.run(template_of(office.desk, Kind.assessment, BEDFORDSHIRE, Language.english))
    save(office.database, "inspector-1", [BEDFORDSHIRE], paper, {"verdict": "Wrong."}, 0, LETTER_DAY)
    clock.instant += timedelta(hours=1)
    letter = asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None)).letter
    take(story, a.Authorise(key="k", letter=letter, **LEAD))
    take(story, a.SendLetter(key="k", letter=letter, **LEAD))
    with pytest.raises(Refused, match="Nobody changed the letter"):
        asyncio.run(seal_correction(office.desk, BEDFORDSHIRE, "It was wrong."))
    save(office.database, "lead-2", [BEDFORDSHIRE], paper, {}, 1, clock.instant + timedelta(hours=1))
    ready, _, _ = asyncio.run(seal_correction(office.desk, BEDFORDSHIRE, "It was wrong."))
    assert ready.written_by == ("lead-2",)


def test_a_letter_of_one_assessment_is_not_sent_on_another(office: Office):
    story = office.assessed(BEDFORDSHIRE)
    letter = asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None)).letter
    office.again(story, Finding.unclear)
    take(story, a.Authorise(key="k", letter=letter, **LEAD))
    with pytest.raises(Refused, match="was assessed again after this letter was made"):
        asyncio.run(authorised_letter(office.desk, BEDFORDSHIRE))
    same_words = asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None)).letter
    take(story, a.Authorise(key="k", letter=same_words, **LEAD))
    assert asyncio.run(authorised_letter(office.desk, BEDFORDSHIRE)) == same_words


def test_a_letter_written_whole_does_not_outlive_its_assessment(office: Office):
    story = office.assessed(BEDFORDSHIRE)
    before = story.now + timedelta(minutes=1)
    save_whole(office.database, "inspector-1", Kind.assessment, [BEDFORDSHIRE], "You have begun.", "", before)
    asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None))
    office.again(story, Finding.not_included)
    with pytest.raises(Refused, match=r"written whole on .* Write the letter again"):
        asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None))
    template = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None, as_edited=False))
    assert "You have begun." not in template.text
    save_whole(office.database, "inspector-1", Kind.assessment, [BEDFORDSHIRE], "Nothing.", "", LETTER_DAY)
    asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None))


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_saves_while_the_letter_is_made_has_written_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, when: str
):
    """What the letter takes in is never by nobody."""
    office.assessed(BEDFORDSHIRE)
    words, told = ("Mine.", "") if when == "before" else ("", "Mine.")

    def keep(said: str) -> None:
        save_whole(office.database, "lead-1", Kind.assessment, [BEDFORDSHIRE], said, "", LETTER_DAY)

    keep(told)
    made = letter_papers._told

    def meanwhile(*given: Any, **more: Any) -> Letter:
        if when == "before":
            keep(words)
        letter = made(*given, **more)
        if when == "after":
            keep(words)
        return letter

    monkeypatch.setattr("office.letter_papers._told", meanwhile)
    ready = asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None))
    with office.database.reading() as session:
        assert session.get_one(SealedText, ready.letter).text.strip() == "Mine."
    assert ready.written_by == ("lead-1",)


def test_an_assessment_that_changes_while_its_letter_is_made_refuses_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    story = office.assessed(BEDFORDSHIRE)
    made = letter_papers._told

    def meanwhile(*given: Any, **more: Any) -> Letter:
        office.again(story, Finding.not_included)
        return made(*given, **more)

    monkeypatch.setattr("office.letter_papers._told", meanwhile)
    with pytest.raises(Refused, match="changed while its letter was made"):
        asyncio.run(seal_to_authorise(office.desk, [BEDFORDSHIRE], None))


def test_who_holds_an_office_is_who_does_on_the_letters_day(office: Office):
    office.assessed(BEDFORDSHIRE)
    later = LETTER_DAY.date() + timedelta(days=3)
    with office.database.writing() as session:
        session.add(Signatory(owner="inspectorate", holder="S. Later", offices=["Inspector"], since=later))
        session.add(
            Contact(
                owner="bedfordshire",
                role="chief_officer",
                office="Chief Constable",
                mailbox="chief@bedfordshire.example",
                holder="C. Later",
                since=later,
            )
        )
    today = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None)).text
    dated = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, later)).text
    assert "Later" not in today
    assert "S. Later" in dated
    assert "C. Later" in dated
    closing = a.RecordInspection(key="k", on=later, result="verified", narrative="n-1", **LEAD)
    assert "C. Later" in asyncio.run(letter_with(office.desk, BEDFORDSHIRE, closing)).text


def test_all_cases_are_judged_before_one_takes_the_act(office: Office, monkeypatch: pytest.MonkeyPatch):
    """The assessor of one of them cannot authorise the other with it; and a repeat is not judged again."""
    stories = [office.assessed(case) for case in BOTH]
    sent: list[str] = []

    async def record(case: str, kind: str, act: a.Act) -> Receipt:
        sent.append(case)
        return Receipt(stream=case, act_key=act.key, seq=1, stage="authorised")

    monkeypatch.setattr(office.desk, "_send", record)
    by_assessor = a.Authorise(key="by-assessor", actor="inspector-1", letter="l-2")
    monkeypatch.setattr(office.desk, "_role", lambda *of: "lead_inspector")
    office.again(stories[0], Finding.unclear, "lead-1")
    with pytest.raises(Refused, match="inspector-1 completed this assessment"):
        asyncio.run(office.desk.take_on_all(BOTH, by_assessor))
    assert sent == []
    by_lead = a.Authorise(key="by-lead", actor="lead-2", letter="l-2")
    stories[0].take(by_lead.model_copy(update={"key": a.key_for("by-lead", BEDFORDSHIRE)}))
    asyncio.run(office.desk.take_on_all(BOTH, by_lead))
    assert sent == BOTH
