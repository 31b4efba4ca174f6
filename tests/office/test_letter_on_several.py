"""One letter on several cases of a body: it is sent, and corrected, on all of them or on none."""

import asyncio
from datetime import date, timedelta

import pytest

from lifecycle import acts as a
from lifecycle.rules import Rules
from lifecycle.words import Refused
from models.database import Database
from office.authorising import send_letter
from office.letter_drafts import save_whole
from office.letter_parts import Kind
from office.letter_sending import authorised_letter, seal_correction, seal_to_authorise
from tests.ledger.story import Story
from tests.office.lettered import BEDFORDSHIRE, LETTER_DAY, SECOND, Office, open_office

BOTH = [BEDFORDSHIRE, SECOND]
LEAD = {"actor": "lead-1", "role": "lead_inspector"}


@pytest.fixture
def office(database: Database, rules: Rules) -> Office:
    return open_office(database, rules)


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
