"""Edits of a letter: by passage, shown word by word against the template, and refused when the facts have moved on."""

from datetime import date

import pytest

from lifecycle.words import Finding, Refused
from office.letter_edits import Change, changes, difference, edited, edits_of
from office.letter_pages import letter
from office.letter_parts import Edit
from office.letters import Assessment, Criterion, Envelope, Letter, Request, render_letter, render_request

FORCE = Envelope("Bedfordshire Police", date(2017, 10, 2), "Our assessment")


def assessed(finding: Finding = Finding.unclear) -> Letter:
    told = Assessment(
        ("We wrote:",), "Do it.", "in June 2017", "started", (Criterion("a plan", finding, id="a"),)
    )
    return render_letter(FORCE, told)


def words_of(made: Letter, name: str) -> str:
    return next(passage.words for passage in made.paper.passages if passage.id == name)


def test_an_edit_replaces_its_passage_and_nothing_else():
    made = assessed()
    edits = edits_of(made.paper, {"criterion-a": "We could not  tell\nwhat your plan says."})
    text = letter(edited(made.paper, edits)).text
    assert "We could not tell what your plan says." in text
    assert text.replace("We could not tell what your plan says.", words_of(made, "criterion-a")) == made.text


def test_what_was_changed_stays_visible_word_by_word():
    [changed] = changes({"a": Edit("Your plan includes good training.", "Your plans include training.")})
    assert changed.diff == (
        Change("kept", "Your"),
        Change("removed", "plans include"),
        Change("added", "plan includes good"),
        Change("kept", "training."),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "new words"), ("old words", ""), ("one two three", "one 2 three four"), ("a", "a")],
)
def test_a_difference_leads_from_one_text_to_the_other(before: str, after: str):
    found = difference(before, after)
    assert " ".join(one.words for one in found if one.what != "added") == before
    assert " ".join(one.words for one in found if one.what != "removed") == after


def test_the_templates_own_words_are_no_edit():
    made = assessed()
    assert edits_of(made.paper, {"criterion-a": f" {words_of(made, 'criterion-a')}\n"}) == {}


def test_a_passage_without_words_is_left_out():
    made = assessed()
    assert "a plan" not in letter(edited(made.paper, edits_of(made.paper, {"criterion-a": ""}))).text


def test_a_list_is_edited_by_the_line():
    made = render_request(FORCE, Request("PEEL", date(2016, 12, 8), "Do it.", ("Strategy", "Training")))
    paper = edited(made.paper, edits_of(made.paper, {"criteria": "Strategy\n\n Leadership "}))
    assert "- Strategy\n- Leadership\n" in letter(paper).text


def test_a_passage_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="no passage nothing"):
        edits_of(assessed().paper, {"nothing": "x"})
    with pytest.raises(Refused, match="no passage 'gone' any more"):
        edited(assessed().paper, {"gone": Edit("x", "y")})


def test_an_edit_on_other_facts_is_not_sent():
    edits = edits_of(assessed().paper, {"criterion-a": "We could not tell."})
    with pytest.raises(Refused, match="it now says 'Your plans do not include a plan"):
        edited(assessed(Finding.not_included).paper, edits)
