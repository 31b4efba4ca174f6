"""Compare-and-append: four answers, one transaction, one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event
from sqlmodel import Session

from activities.ledger.append import ActKeyTaken, append, read
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import fold_all
from lifecycle.decisions import decide
from lifecycle.opening import open_case
from lifecycle.rules import Rules
from models.database import Database
from models.messages import Answer, Append, Appended
from models.tables import CaseRow
from tests.ledger.story import (
    ISSUED,
    MORNING,
    Story,
    at_once,
    events_of,
    everything,
    opening,
    write,
    write_twice,
)

LETTER = a.SendRequestLetter(key="letter", actor="operations", letter="letter-1")
PLAN = a.RecordSubmission(key="plan", actor="operations", submission="submission-1")


@pytest.fixture
def story(database: Database, rules: Rules) -> Story:
    return Story(database, rules).opened()


def test_an_act_is_committed_and_numbered_on(story: Story):
    before = story.case.seq

    answer = story.take(LETTER)

    assert answer == Appended(answer=Answer.committed, seq=story.case.seq)
    assert story.case.seq > before
    assert [row.seq for row in events_of(story.database, story.case.id)] == list(range(1, story.case.seq + 1))


def test_a_decision_is_what_is_written(story: Story):
    decided = decide(story.case, LETTER, story.now, story.rules)

    story.take(LETTER)

    rows = events_of(story.database, story.case.id)[-len(decided) :]
    assert [row.kind for row in rows] == [one.kind for one in decided]
    assert {row.act_key for row in rows} == {LETTER.key}


def test_an_act_that_was_taken_already_gives_its_receipt(story: Story):
    before = story.case
    receipt = story.take(LETTER)
    story.take(PLAN)
    rows = everything(story.database)

    again = write(story.database, _request(before.seq, LETTER.key))

    assert (again.answer, again.seq) == (Answer.already, receipt.seq)
    assert fold_all(before, (one.event for one in again.missed)) == story.case
    assert everything(story.database) == rows


def test_one_who_lags_behind_is_told_what_it_missed(story: Story):
    before = story.case
    story.take(LETTER)
    rows = everything(story.database)

    answer = write(story.database, _request(before.seq, "another"))

    assert (answer.answer, answer.seq) == (Answer.behind, story.case.seq)
    assert fold_all(before, (one.event for one in answer.missed)) == story.case
    assert {one.act_key for one in answer.missed} == {LETTER.key}
    assert everything(story.database) == rows


def test_one_who_is_ahead_writes_nothing(story: Story):
    rows = everything(story.database)

    answer = write(story.database, _request(story.case.seq + 1, "another"))

    assert answer == Appended(answer=Answer.ahead, seq=story.case.seq)
    assert everything(story.database) == rows


def test_an_act_key_is_good_for_one_stream_only(story: Story, rules: Rules):
    story.take(LETTER)
    other = Story(story.database, rules, "recommendation/R-2016-6085/kent").opened()

    with pytest.raises(ActKeyTaken, match="was used on recommendation/R-2016-6085/bedfordshire"):
        other.take(LETTER)

    assert len(events_of(story.database, other.case.id)) == other.case.seq


def test_no_events_are_no_act(story: Story):
    rows = everything(story.database)

    empty = Append(stream=story.case.id, expected_seq=story.case.seq, act_key="nothing", events=())

    assert write(story.database, empty) == Appended(answer=Answer.committed, seq=story.case.seq)
    assert everything(story.database) == rows


def test_events_come_back_as_they_were_written(story: Story):
    story.take(LETTER)
    story.wait(60)

    with story.database.reading() as session:
        recorded = read(session, story.case.id)
        later = read(session, story.case.id, after_seq=3)

    assert [one.event for one in recorded] == story.events
    assert later == recorded[3:]


def test_two_appends_may_share_a_transaction(database: Database, rules: Rules):
    story = Story(database, rules)
    with database.writing() as session:
        story.writer = lambda _, request: append(session, request)
        story.opened()
        story.take(LETTER)
        story.take(PLAN)

    apart = Story(database, rules, "recommendation/R-2016-6085/kent").opened()
    apart.take(LETTER.model_copy(update={"key": "letter to kent"}))
    apart.take(PLAN.model_copy(update={"key": "plan of kent"}))

    one, two = everything(database)["case_"]
    ours = {"id", "head_hash"}
    assert {key: one[key] for key in one.keys() - ours} == {key: two[key] for key in two.keys() - ours}
    assert one["stage"] == "submitted"


def test_what_the_session_has_read_before_does_not_mislead_it(story: Story):
    with story.database.writing() as session:
        read_before = session.get(CaseRow, story.case.id)
        with Session(session.connection()) as other:
            story.writer = lambda _, request: append(other, request)
            story.take(LETTER)
        story.writer = lambda _, request: append(session, request)
        story.take(PLAN)
        assert read_before is not None

    [row] = everything(story.database)["case_"]
    assert (row["seq"], row["stage"]) == (story.case.seq, "submitted")


@pytest.mark.parametrize("table", ["event", "act_taken", "case_", "clock", "notice"])
def test_a_fault_anywhere_leaves_nothing_and_a_retry_succeeds(story: Story, table: str):
    story.take(LETTER)
    story.wait(days=10)
    rows = everything(story.database)

    with _fails_to_write(story.database, table), pytest.raises(DiskFullError):
        story.take(PLAN)

    assert everything(story.database) == rows
    assert story.take(PLAN).answer is Answer.committed


def test_written_once_or_retried_each_time_the_rows_are_the_same(databases, rules: Rules):
    once = _live(Story(databases.new(), rules))
    retried = _live(Story(databases.new(), rules, writer=write_twice))

    assert everything(once.database) == everything(retried.database)


def test_two_different_acts_at_once_one_is_committed_and_the_other_is_behind(story: Story):
    for number in range(15):
        acts = [_request(story.case.seq, f"{number} by {who}") for who in ("adams", "brown")]

        answers = at_once([partial(write, story.database, act) for act in acts])

        assert sorted(answer.answer for answer in answers) == [Answer.behind, Answer.committed]
        behind, committed = sorted(answers, key=lambda answer: answer.answer)
        assert [one.seq for one in behind.missed] == [committed.seq]
        story.case = fold_all(story.case, (one.event for one in behind.missed))


def test_the_same_act_twice_at_once_is_taken_once(story: Story):
    for number in range(15):
        act = _request(story.case.seq, f"act {number}")

        answers = at_once([partial(write, story.database, act)] * 2)

        assert sorted(answer.answer for answer in answers) == [Answer.already, Answer.committed]
        assert len({answer.seq for answer in answers}) == 1
        story.case = fold_all(story.case, act.events)


def test_one_key_on_two_cases_at_once_is_taken_on_one(database: Database, rules: Rules):
    stories = [Story(database, rules, f"recommendation/R-1/{body}").opened() for body in ("kent", "essex")]
    for number in range(15):
        acts = [
            _request(story.case.seq, f"act {number}").model_copy(update={"stream": story.case.id})
            for story in stories
        ]

        answers = at_once([partial(_or_taken, database, act) for act in acts])

        assert sorted(answers) == ["committed", "taken"]
        winner = stories[answers.index("committed")]
        winner.case = fold_all(winner.case, acts[0].events)


def test_a_case_opened_by_two_at_once_is_opened_once(database: Database, rules: Rules):
    for number in range(15):
        story = Story(database, rules, f"recommendation/R-1/body-{number}")
        events = open_case(opening(rules, story.case.id), MORNING, rules)
        request = story.request(None, events, fold_all(story.case, events))

        answers = at_once([partial(write, database, request)] * 3)

        assert sorted(answer.answer for answer in answers) == [Answer.behind, Answer.behind, Answer.committed]


def test_many_cases_at_once_do_not_hinder_each_other(database: Database, rules: Rules):
    stories = [Story(database, rules, f"recommendation/R-1/body-{number}") for number in range(8)]

    at_once([partial(_live, story, prefix=story.case.id) for story in stories])

    heads = {row["seq"] for row in everything(database)["case_"]}
    assert heads == {stories[0].case.seq}


class DiskFullError(Exception):
    """Injected."""


@contextmanager
def _fails_to_write(database: Database, table: str) -> Iterator[None]:
    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith((f"INSERT INTO {table} ", f"UPDATE {table} ")):
            raise DiskFullError

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)


def _request(seq: int, key: str) -> Append:
    declared = e.Declared(at=MORNING, on=ISSUED, actor="operations", statement="statement-1", criterion="a")
    return Append(
        stream="recommendation/R-2016-6085/bedfordshire", expected_seq=seq, act_key=key, events=(declared,)
    )


def _live(story: Story, prefix: str = "") -> Story:
    """From its opening to a plan that comes too late."""
    story.opened()
    story.take(LETTER.model_copy(update={"key": f"{prefix}letter"}))
    story.wait(days=40)
    story.take(PLAN.model_copy(update={"key": f"{prefix}plan"}))
    story.sleep(days=60)
    return story


def _or_taken(database: Database, act: Append) -> str:
    try:
        return write(database, act).answer.value
    except ActKeyTaken:
        return "taken"
