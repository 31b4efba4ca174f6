"""When an imported recommendation is due: the words, the dates a file states, and action plans."""

from datetime import date

import pytest

from models.database import Database
from tests.unit.intake_files import entry, imported, sheet, warned, with_bodies


@pytest.fixture
def ledger(database: Database) -> Database:
    return with_bodies(database)


@pytest.mark.parametrize(
    ("changes", "day", "warnings"),
    [
        ({}, date(2026, 7, 20), []),
        ({"due_date_if_stated": "2026-07-20"}, date(2026, 7, 20), []),
        (
            {"due_date_if_stated": "2026-06-30"},
            date(2026, 6, 30),
            [
                "due_date_if_stated: The file gives 30 June 2026, the words give 20 July 2026: the file's is taken."
            ],
        ),
        (
            {"due_wording": "Within three months"},
            date(2026, 7, 20),
            [
                'due_wording: The file says "Within three months", and the text is read as "Within six months".'
            ],
        ),
        ({"text": "Take immediate action.", "due_wording": "immediate action"}, date(2026, 1, 20), []),
        ({"text": "The force should act.", "due_wording": "within two weeks"}, date(2026, 2, 3), []),
        ({"text": "The force should act.", "due_wording": ""}, None, []),
        (
            {"text": "By July 2026, the force should act.", "due_wording": "By July 2026"},
            date(2026, 7, 31),
            [
                'text: Please confirm the limit: 31 July 2026 is taken. "By July 2026" names a month, not a day'
            ],
        ),
        (
            {"text": "Within two weeks of the new guidance, act.", "due_wording": "Within two weeks"},
            None,
            [
                'text: Please confirm the limit: no date is taken. "Within two weeks" counts from another event'
            ],
        ),
        (
            {"text": "Within 10 working days, the force should act.", "due_wording": ""},
            date(2026, 2, 3),
            ["text: Please confirm the limit: 3 February 2026 is taken."],
        ),
    ],
)
def test_the_words_are_read_and_compared_and_a_stated_date_wins(changes, day, warnings):
    assert entry(sheet(**changes)).due.day == day
    found = warned(sheet(**changes))
    assert len(found) == len(warnings)
    assert all(one.startswith(start) for one, start in zip(found, warnings, strict=True))


PLAN = "Within 28 days, the service should provide an action plan."
CONCERN = {"kind": "cause of concern recommendation", "body": "avon-frs", "due_wording": "Within 28 days"}


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({**CONCERN, "text": PLAN}, []),
        ({**CONCERN, "text": PLAN.replace("28 days", "six weeks"), "due_wording": ""}, []),
        ({**CONCERN, "text": PLAN.replace("28 days", "three months"), "due_wording": ""}, ["3 months"]),
        ({**CONCERN, "text": "Within 28 days, the service should train its staff."}, ["28 days"]),
        ({"text": PLAN}, ["28 days"]),
        ({}, ["6 months"]),
        ({"text": "Act."}, []),
        ({"text": "Within two weeks of the new guidance, act.", "due_wording": ""}, []),
    ],
)
def test_the_submission_clock_of_a_cause_of_concern_covers_its_action_plan(ledger, changes, limits):
    [opening] = imported(ledger, sheet(**{"due_wording": "", **changes})).openings
    assert [own.limit for own in opening.own_limits] == limits


def test_another_time_for_an_action_plan_than_the_policys_is_pointed_out():
    content = sheet(**{**CONCERN, "text": PLAN.replace("28", "14"), "due_wording": ""})
    [warning] = warned(content)
    assert "The text gives 14 days for an action plan, the policy Cause of concern 28 days" in warning


def test_working_days_are_counted_by_the_bank_holidays_of_each_body(ledger):
    text = "Within 10 working days, act."
    content = sheet(
        {"text": text, "report_published": "2025-07-07"},
        {"rec_number": "VET-2", "body": "psni", "text": text, "report_published": "2025-07-07"},
    )
    openings = imported(ledger, content).openings
    assert [own.due for opening in openings for own in opening.own_limits] == [
        date(2025, 7, 21),
        date(2025, 7, 22),
    ]
