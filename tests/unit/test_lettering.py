"""Letters and their two people: exactly what was authorised is sent; recalled before, corrected after."""

from datetime import date

import pytest

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.words import LetterKind, Refused, Stage
from tests.unit import builders as b
from tests.unit.builders import Story

LEAD_2 = "lead-2"


def refused(told: Story, act: a.Act) -> str:
    before = told.case
    with pytest.raises(Refused) as caught:
        told.take(act)
    assert told.case == before
    return str(caught.value)


def again(**changes: object) -> a.Act:
    return b.authorisation(**changes).model_copy(update={"key": "authorise-2"})  # type: ignore[arg-type]


def test_no_other_letter_than_the_authorised_one_is_sent():
    told = b.at_stage(Stage.authorised)
    other = b.letter().model_copy(update={"letter": "letter-9"})
    said = refused(told, other)
    assert "authorised the letter letter-2; this is another, letter-9" in said
    [sent, *_] = told.take(b.letter())
    assert isinstance(sent, e.LetterSent)
    assert (sent.letter, told.case.letter) == ("letter-2", "letter-2")


def test_an_assessment_is_authorised_with_its_letter_or_not_at_all():
    assert "Name the letter" in refused(b.at_stage(Stage.assessed), b.authorisation(letter=None))


def test_under_the_older_policies_an_authorisation_without_a_letter_stands():
    told = b.requested()
    old = told.rules.policy.model_copy(update={"authorises": "assessment"})
    told.rules = type(told.rules)(old, told.rules.calendar, told.rules.own_calendar)
    for act in (b.submission(), b.assessment(), b.authorisation(letter=None), b.letter()):
        told.take(act)
    assert told.case.letter == "letter-2"


def test_an_edited_letter_needs_a_second_person_again():
    told = b.at_stage(Stage.authorised)
    assert "authorised this letter already" in refused(told, again())
    assert "completed this assessment" in refused(told, again(letter="letter-3", actor=b.INSPECTOR))
    assert "wrote in this letter" in refused(told, again(letter="letter-3", written_by=(b.LEAD,)))
    [event] = told.take(again(letter="letter-3", actor=LEAD_2, written_by=(b.LEAD,)))
    assert isinstance(event, e.Authorised)
    assert (event.instead_of, event.written_by) == ("letter-2", (b.LEAD,))
    assert "this is another, letter-2" in refused(told, b.letter())
    told.take(b.letter().model_copy(update={"letter": "letter-3"}))


def test_whoever_wrote_in_a_letter_does_not_authorise_it():
    told = b.at_stage(Stage.assessed)
    assert "another person must authorise it" in refused(told, b.authorisation(written_by=("x", b.LEAD)))


def test_a_recalled_letter_waits_for_a_second_person_again():
    told = b.at_stage(Stage.authorised)
    [event, clock] = told.take(b.recalling())
    assert isinstance(event, e.LetterRecalled)
    assert event.letter == "letter-2"
    assert isinstance(clock, e.ClockStarted)
    assert (clock.clock, clock.version) == ("authorisation", 2)
    assert (told.case.stage, told.case.letter, told.case.authorised_by) == (Stage.assessed, None, None)
    assert "needs it to be authorised" in refused(told, b.letter())
    told.take(again(letter="letter-3"))
    told.take(b.letter().model_copy(update={"letter": "letter-3"}))
    assert "Send a corrected one" in refused(told, b.recalling())


@pytest.mark.parametrize("stage", [Stage.letter_sent, Stage.published])
def test_a_corrected_letter_stands_in_place_of_the_one_sent(stage):
    told = b.at_stage(stage)
    assert "which is letter-2" in refused(told, b.correcting(corrects="letter-1"))
    assert "says what the old one says" in refused(told, b.correcting(letter="letter-2"))
    assert "Say who wrote" in refused(told, b.correcting(written_by=()))
    assert "wrote in this letter" in refused(told, b.correcting(written_by=(b.LEAD,)))
    [event] = told.take(b.correcting())
    assert isinstance(event, e.LetterCorrected)
    assert (event.corrects, told.case.letter, told.case.stage) == ("letter-2", "letter-3", stage)
    assert [(one.role.value, one.template) for one in event.notify] == [
        ("chief_officer", "corrected-letter"),
        ("oversight", "corrected-letter"),
    ]
    assert [one.letter for one in told.events if isinstance(one, e.LetterSent)] == ["letter-2"]


@pytest.mark.parametrize("of", LetterKind)
def test_letters_on_the_way_go_where_the_assessments_letter_goes(of):
    told = b.at_stage(Stage.published)
    assert "wrote in this letter" in refused(told, b.word(of, written_by=(b.LEAD,)))
    if of is not LetterKind.reminder:
        assert "Say who wrote" in refused(told, b.word(of, written_by=()))
    [event] = told.take(b.word(of))
    assert {one.template for one in event.notify} == {f"{of}-letter"}
    assert told.case.stage is Stage.published


def test_a_case_taken_over_as_authorised_has_its_letter_authorised_here():
    past = (b.request(date(2017, 5, 2)), b.submission(date(2017, 5, 3)), b.assessment(date(2017, 5, 4)))
    whole = (*past, b.authorisation(date(2017, 5, 5), letter=None))
    told = Story(b.opening(past=whole, source="the old register"), b.london(date(2017, 5, 8)))
    assert "No letter of" in refused(told, b.letter())
    told.take(again(letter="letter-2", actor=LEAD_2))
    told.take(b.letter())
