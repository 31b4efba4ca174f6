"""Whose duty is next, as the case's row keeps it: read from the words that say what the case waits for."""

from datetime import date

import pytest

from activities.ledger.projection import waiting_values
from lifecycle.explain import waiting_for
from lifecycle.words import Side, Stage
from tests.unit import builders as b


def side(story) -> str:
    return str(waiting_values(waiting_for(story.case, story.rules))["waits_on"])


@pytest.mark.parametrize(
    ("stage", "whose"),
    [
        (Stage.issued, Side.inspectorate),
        (Stage.requested, Side.body),
        (Stage.submitted, Side.inspectorate),
        (Stage.assessed, Side.inspectorate),
        (Stage.authorised, Side.inspectorate),
        (Stage.letter_sent, Side.inspectorate),
        (Stage.published, Side.inspectorate),
        (Stage.closed, ""),
    ],
)
def test_a_national_recommendation(stage, whose):
    assert side(b.at_stage(stage)) == whose


@pytest.mark.parametrize("name", [b.CONCERN, b.ACCELERATED, b.AREA])
def test_what_is_due_unasked_is_the_body_s_from_the_start(name):
    assert side(b.story(name)) == Side.body


def test_a_response_is_the_oversight_body_s_until_both_copies_came():
    story = b.story(b.RESPONSE, date(2017, 5, 16))
    assert side(story) == Side.oversight
    story.take(b.response(secretary=False))
    assert side(story) == Side.oversight
