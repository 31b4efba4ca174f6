"""What bodies asked and nobody answered: seen by operations and by inspectors, whether a clock runs for it or not."""

from datetime import date, datetime, timedelta

import pytest

from config.calendar_files import load_calendars
from config.policy_files import fill_shelf, load_policies
from lifecycle import acts as a
from lifecycle.calendars import Division
from lifecycle.dates import local_date
from lifecycle.rules import Rules, rules_for
from lifecycle.words import Role
from models.database import Database
from office.asked import asked
from office.ordering import Order
from office.people import Actor
from office.unanswered import QUESTION, TIME, has_answer_clock, unanswered
from office.worklist import Task, Wanted, Whose, work
from tests.ledger.story import Story

BROWN = Actor("brown", frozenset({(Role.inspector, "inspectorate")}))
BY = {"actor": "liaison"}


def rules_at(version: int) -> Rules:
    fill_shelf()
    policy = next(
        one for one in load_policies() if (one.name, one.version) == ("national-recommendation", version)
    )
    calendar = load_calendars(policy.calendar).hash
    return rules_for(policy.hash, calendar, Division.ENGLAND_AND_WALES.value)


def requested(ledger: Database, version: int) -> Story:
    story = Story(ledger, rules_at(version), f"recommendation/R-{version}/bedfordshire")
    story.opened(reference=f"R-{version}", own_limits=())
    story.take(a.SendRequestLetter(key=f"letter-{version}", actor="operations", letter="l-1"))
    return story


def ask_time(story: Story, until: date | None = None, key: str = "time") -> None:
    due = until or local_date(story.now) + timedelta(days=200)
    story.take(
        a.AskForTime(key=f"{key}/{story.case.id}", **BY, clock="submission", due=due, reason="reason-1")
    )


def ask(story: Story) -> None:
    story.take(a.AskQuestion(key=f"question/{story.case.id}", **BY, question="question-1"))


def waiting(ledger: Database, order: str = "asked") -> list[tuple[str, str, bool]]:
    found, total = unanswered(ledger, Order(order))
    assert total == len(found)
    return [(one.reference, one.kind, one.due is not None) for one in found]


def tasks(ledger: Database, day: date) -> list[tuple[Task, str, date | None]]:
    found = work(ledger, BROWN, Wanted(whose=Whose.all.value), day)
    assert sum(found.counts.values()) == len(found.lines)
    return [
        (one.task, one.reference, one.due) for one in found.lines if one.task in (Task.time, Task.question)
    ]


def test_under_the_old_policy_no_date_is_set_and_under_the_new_one_there_is():
    assert not has_answer_clock(rules_at(1), TIME)
    assert not has_answer_clock(rules_at(1), QUESTION)
    assert has_answer_clock(rules_at(2), TIME)
    assert has_answer_clock(rules_at(2), QUESTION)


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_asked_waits_until_it_is_answered(database: Database, version: int):
    story = requested(database, version)
    ask_time(story)
    ask(story)
    dated = version > 1
    assert waiting(database) == [(f"R-{version}", TIME, dated), (f"R-{version}", QUESTION, dated)]
    found, _ = unanswered(database)
    assert [one.days(local_date(story.now) + timedelta(days=9)) for one in found] == [9, 9]
    kinds = [(task, due is not None) for task, _, due in tasks(database, local_date(story.now))]
    assert sorted(kinds) == [(Task.question, dated), (Task.time, dated)]
    told = asked(database, "bedfordshire", page=1, size=50).asked
    assert [(one.moot, one.dated, one.answer) for one in told] == [("", dated, None)] * 2

    story.take(
        a.AnswerRequest(
            key="answer", actor="brown", role="lead_inspector", clock="submission", grant=False, reason="r"
        )
    )
    assert waiting(database) == [(f"R-{version}", QUESTION, dated)]
    story.take(a.AnswerQuestion(key="answered", actor="brown", number=story.case.questions[0], answer="a-1"))
    assert waiting(database) == []
    assert tasks(database, local_date(story.now)) == []


def test_a_duty_that_is_done_needs_no_more_time(database: Database):
    story = requested(database, 1)
    ask_time(story)
    story.take(a.RecordSubmission(key="plan", **BY, submission="s-1"))
    assert waiting(database) == []
    [told] = asked(database, "bedfordshire", page=1, size=50).asked
    assert told.moot == "the duty ended"


@pytest.mark.parametrize("version", [1, 2])
def test_a_duty_that_is_owed_again_needs_a_new_request(database: Database, version: int):
    """As the case has it: what was asked for the duty that ended is over, and has no answer of the next one's."""
    story = requested(database, version)
    ask_time(story)
    story.take(a.RecordSubmission(key="plan", **BY, submission="s-1"))
    story.take(a.WithdrawSubmission(key="not-yet", **BY, reason="reason-2"))
    assert not story.case.asked
    assert waiting(database) == []

    story.wait(1)
    ask_time(story, key="again")
    assert waiting(database) == [(f"R-{version}", TIME, version > 1)]
    again, first = asked(database, "bedfordshire", page=1, size=50).asked
    assert (first.moot, again.moot) == ("the duty ended", "")
    story.take(
        a.AnswerRequest(
            key="answer", actor="brown", role="lead_inspector", clock="submission", grant=False, reason="r"
        )
    )
    again, first = asked(database, "bedfordshire", page=1, size=50).asked
    assert again.answer is not None
    assert first.answer is None


def test_a_question_on_a_case_that_ended_waits_for_nothing(database: Database):
    """Under rules that set a date for its answer it is not said that there is none."""
    story = requested(database, 2)
    ask(story)
    story.take(a.Withdraw(key="over", actor="brown", reason="reason-2"))
    assert waiting(database) == []
    [told] = asked(database, "bedfordshire", page=1, size=50).asked
    assert (told.moot, told.answer) == ("the case ended", None)


def test_operations_sort_them_and_take_two_queries(database: Database):
    for version in (1, 2):
        ask_time(requested(database, version))
    for order in ("asked", "what", "body", "reference", "due"):
        assert {reference for reference, _, _ in waiting(database, order)} == {"R-1", "R-2"}
    assert [reference for reference, _, _ in waiting(database, "due")] == ["R-2", "R-1"], "no date comes last"
    page, total = unanswered(database, offset=1, limit=1)
    assert (len(page), total) == (1, 2)
    assert isinstance(page[0].asked_at, datetime)
