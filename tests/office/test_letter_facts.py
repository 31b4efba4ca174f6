"""Letters besides request and assessment, made from the ledger; who they are to, and who signs them."""

import asyncio
from datetime import date, timedelta

import pytest

from activities.ledger.append import append, read
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.rules import Rules
from lifecycle.words import Finding, InspectionResult, LetterKind, Refused, Role
from models.database import Database
from models.messages import Append
from models.tables import SealedText
from office import contacts
from office.authorising import write_word
from office.letter_drafts import writers_of
from office.letter_facts import Word, letter_of_word, letter_with, with_letter
from office.letter_papers import assessment_letter
from office.letter_parts import Kind
from office.letter_seal import published
from office.people import NotAllowed
from office.received import received
from office.signatories import name_signatory, signatories
from tests.office.lettered import BEDFORDSHIRE, GWENT, LETTER_DAY, SECOND, At, Office, open_office

TODAY = date(2017, 10, 2)
VERIFIED = a.RecordInspection(
    key="seen", actor="inspector-1", result=InspectionResult.verified, narrative="narrative-1"
)


@pytest.fixture
def office(database: Database, rules: Rules) -> Office:
    return open_office(database, rules)


def asked(office: Office) -> None:
    """Bedfordshire was asked for its plan and asks for more time; nothing is submitted."""
    story = office.opened(BEDFORDSHIRE)
    story.now += timedelta(hours=1)
    request = a.SendRequestLetter(key="request", actor="lead-1", letter="l-1", due=date(2017, 5, 31))
    more = a.AskForTime(
        key="ask", actor="liaison-bedfordshire", clock="submission", due=date(2017, 6, 12), reason="r-1"
    )
    for act in (request, more):
        story.take(act)


def sealed(office: Office, letter: str | None) -> SealedText:
    with office.database.reading() as session:
        return session.get_one(SealedText, letter)


@pytest.mark.parametrize(
    ("grant", "due", "said"),
    [
        (True, None, "We agree. Please send it to us by 11:59pm on Monday 12 June 2017."),
        (
            True,
            date(2017, 6, 5),
            "We can agree to part of this. Please send it to us by 11:59pm on Monday 5 June",
        ),
        (False, None, "The date stays as it was: by 11:59pm on Wednesday 31 May 2017."),
    ],
)
def test_an_answer_about_more_time_brings_its_letter(office: Office, grant, due, said):
    asked(office)
    act = a.AnswerRequest(
        key="answer", actor="lead-1", clock="submission", grant=grant, due=due, reason="reason-1"
    )
    answered = asyncio.run(with_letter(office.desk, BEDFORDSHIRE, act))
    assert isinstance(answered, a.AnswerRequest)
    letter = sealed(office, answered.letter)
    assert "for the submission of the plan, until 12 June 2017" in letter.text
    assert said in letter.text


def test_an_answer_to_nothing_brings_no_letter_and_is_for_the_case_to_refuse(office: Office):
    office.assessed(BEDFORDSHIRE)
    act = a.AnswerRequest(key="no", actor="lead-1", clock="submission", grant=False, reason="reason-1")
    with pytest.raises(Refused, match="no open request for more time"):
        asyncio.run(letter_with(office.desk, BEDFORDSHIRE, act))
    assert asyncio.run(with_letter(office.desk, BEDFORDSHIRE, act)) == act


def test_the_end_of_a_case_brings_its_letter_marked_until_it_is_published(office: Office):
    office.assessed(BEDFORDSHIRE)
    act = asyncio.run(with_letter(office.desk, BEDFORDSHIRE, VERIFIED))
    assert isinstance(act, a.RecordInspection)
    letter = sealed(office, act.letter)
    assert "the recommendation has been met, and it is now closed" in letter.text
    assert letter.meta["marking"] == "OFFICIAL-SENSITIVE"
    assert published(letter)
    assert all(b"OFFICIAL" not in file.content for file in published(letter) if file.name.endswith(".html"))


def test_a_letter_on_progress_is_written_by_one_and_may_be_on_several_cases(office: Office):
    office.assessed(BEDFORDSHIRE)
    office.assessed(SECOND)
    cases = [BEDFORDSHIRE, SECOND]
    word = Word(
        LetterKind.progress, seen="in June 2018", verdict="It goes well.", findings=(("a", Finding.in_place),)
    )
    said = asyncio.run(write_word(office.desk, "inspector-1", cases, word))
    assert '"the national strategy": this is now in place.' in said
    assert "Abuse of position (R-2016-6086)" in said
    sent = asyncio.run(letter_of_word(office.desk, cases, Word(LetterKind.progress)))
    assert sent.text.strip() == said.strip()
    with pytest.raises(NotAllowed):
        asyncio.run(write_word(office.desk, "liaison-bedfordshire", cases, word))


def test_what_was_sent_on_the_way_is_not_sent_again(office: Office):
    office.assessed(BEDFORDSHIRE)
    cases = [BEDFORDSHIRE]
    asyncio.run(
        write_word(office.desk, "inspector-1", cases, Word(LetterKind.progress, verdict="It is slow."))
    )
    assert writers_of(office.database, Kind.progress, cases) == ("inspector-1",)
    sent = {"at": office.desk.clock.now(), "on": TODAY, "actor": "lead-1", "letter": "l-9"}
    with office.database.writing() as session:
        seq = len(read(session, BEDFORDSHIRE))
        event = e.WordSent(**sent, of=LetterKind.progress)
        append(session, Append(stream=BEDFORDSHIRE, expected_seq=seq, act_key="w", events=(event,)))
    assert writers_of(office.database, Kind.progress, cases) == ()
    again = asyncio.run(letter_of_word(office.desk, cases, Word(LetterKind.progress)))
    assert "It is slow." not in again.text


def test_a_reminder_kept_as_it_is_made_is_no_edit(office: Office):
    asked(office)
    reminder = Word(LetterKind.reminder, look=date(2017, 10, 9))
    asyncio.run(write_word(office.desk, "inspector-1", [BEDFORDSHIRE], reminder))
    assert writers_of(office.database, Kind.reminder, [BEDFORDSHIRE]) == ()


def test_a_formal_reminder_is_of_what_is_overdue(office: Office):
    asked(office)
    reminder = Word(LetterKind.reminder, look=date(2017, 10, 9))
    text = asyncio.run(letter_of_word(office.desk, [BEDFORDSHIRE], reminder)).text
    assert (
        "I asked your force for the submission of the plan by 31 May 2017. We have not received it." in text
    )
    assert "Please send it to us by 11:59pm on Monday 9 October 2017." in text
    office.desk.clock = At(LETTER_DAY - timedelta(days=200))
    with pytest.raises(Refused, match="owes nothing that is overdue"):
        asyncio.run(letter_of_word(office.desk, [BEDFORDSHIRE], reminder))


def test_letters_name_who_holds_an_office_and_who_signs(office: Office):
    office.assessed(BEDFORDSHIRE)
    office.assessed(GWENT)
    contacts.change_mailbox(
        office.database,
        "ops-1",
        "bedfordshire",
        Role.chief_officer,
        "Chief Constable",
        "chief.officer@bedfordshire.police.example",
        TODAY,
        LETTER_DAY,
        "A. Holder QPM",
    )
    both = ["HM Inspector of Constabulary"]
    name_signatory(office.database, "ops-1", ["inspectorate"], "A. Signatory", both, TODAY, LETTER_DAY)
    name_signatory(office.database, "ops-1", ["gwent"], "Another Signatory", [], TODAY, LETTER_DAY)
    letter = asyncio.run(assessment_letter(office.desk, BEDFORDSHIRE, None)).text
    assert "Chief Constable A. Holder QPM" in letter
    assert "Dear Chief Constable\n" in letter
    assert letter.rstrip().endswith("A. Signatory\nHM Inspector of Constabulary")
    assert "Another Signatory" in asyncio.run(assessment_letter(office.desk, GWENT, None)).text


def test_a_signatory_is_followed_by_another_from_a_day_on(office: Office):
    later = date(2017, 11, 1)
    name_signatory(office.database, "ops-1", ["police-force"], "First", [], TODAY, LETTER_DAY)
    name_signatory(office.database, "ops-1", ["police-force"], "Second", [], later, LETTER_DAY)
    assert [(one.holder, one.since, one.until) for one in signatories(office.database)] == [
        ("Second", later, None),
        ("First", TODAY, later),
    ]
    with pytest.raises(Refused, match="is no body and no kind of body"):
        name_signatory(office.database, "ops-1", ["gwent", "nobody"], "X", [], TODAY, LETTER_DAY)
    with pytest.raises(Refused, match="what was cannot be changed"):
        name_signatory(office.database, "ops-1", ["gwent"], "X", [], date(2017, 1, 1), LETTER_DAY)
    with pytest.raises(NotAllowed):
        name_signatory(office.database, "inspector-1", ["gwent"], "X", [], TODAY, LETTER_DAY)
    assert len(signatories(office.database)) == 2


def test_a_body_finds_every_letter_that_it_was_sent(office: Office):
    office.assessed(BEDFORDSHIRE)
    sent = {"at": office.desk.clock.now(), "on": TODAY, "actor": "lead-1"}
    events = (
        e.DraftSent(**sent, letter="d-1"),
        e.LetterSent(**sent, letter="a-1"),
        e.LetterCorrected(**sent, letter="a-2", corrects="a-1", reason="r-1"),
        e.WordSent(**sent, letter="w-1", of=LetterKind.revisit),
        e.TimeRefused(**sent, clock="implementation", due=None, reason="r-1", letter="t-1"),
        e.TimeRefused(**sent, clock="implementation", due=None, reason="r-1"),
        e.Inspected(**sent, result=InspectionResult.verified, narrative="n-1", letter="c-1"),
    )
    with office.database.writing() as session:
        seq = len(read(session, BEDFORDSHIRE))
        append(session, Append(stream=BEDFORDSHIRE, expected_seq=seq, act_key="all", events=events))
    found = received(office.database, "bedfordshire", page=1, size=None).letters
    assert {one.id: (one.title, one.replaced) for one in found} == {
        "l-1": ("Request letter", False),
        "d-1": ("Draft letter, under embargo", False),
        "a-1": ("Assessment letter", True),
        "a-2": ("Corrected letter", False),
        "w-1": ("Letter on a revisit", False),
        "t-1": ("Letter on more time", False),
        "c-1": ("Closing letter", False),
    }
