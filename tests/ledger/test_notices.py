"""Notices: one for each role of each rung, cancelled with a reason when an act overtakes them."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from lifecycle import acts as a
from lifecycle.opening import OwnLimit
from lifecycle.rules import Rules
from lifecycle.words import Reason
from models.database import Database
from models.tables import Notice, NoticeState
from tests.ledger.story import Story, notices_of

LETTER = a.SendRequestLetter(key="letter", actor="operations", letter="letter-1")
PLAN = a.RecordSubmission(key="plan", actor="operations", submission="submission-1")


def moved_to(due: date) -> a.MoveDueDate:
    lead = {"actor": "brown", "role": "lead_inspector"}
    return a.MoveDueDate(key="moved", **lead, clock="submission", due=due, reason="reason-1")


@pytest.fixture
def story(database: Database, rules: Rules) -> Story:
    """The request letter went out on the morning of 8 December 2016; the plan is due on 22 December."""
    requested = Story(database, rules).opened(own_limits=())
    requested.take(LETTER)
    return requested


def _of(story: Story, clock: str, state: NoticeState | None = None) -> dict[tuple[str, str], Notice]:
    return {
        (notice.rung, notice.role): notice
        for notice in notices_of(story.database, story.case.id)
        if notice.clock == clock and state in (None, notice.state)
    }


def test_an_act_tells_each_role_at_once(story: Story):
    told = _of(story, "act")

    assert set(told) == {("request-letter", role) for role in ("chief_officer", "liaison", "oversight")}
    letter = told["request-letter", "liaison"]
    assert (letter.state, letter.version, letter.due) == ("due", letter.cause_seq, date(2016, 12, 22))
    assert letter.copied_to == "oversight"


def test_rungs_that_were_gone_at_the_start_are_kept_with_their_reason(story: Story):
    passed = _of(story, "submission")

    assert set(passed) == {("before-10", "liaison")}
    assert passed["before-10", "liaison"].state == "not_sent"
    assert passed["before-10", "liaison"].reason == Reason.overtaken.value


def test_a_rung_that_falls_gives_one_notice_to_each_role(story: Story):
    story.wait(days=18)

    due = _of(story, "submission", NoticeState.due)

    assert set(due) == {("after-1", "liaison"), ("after-1", "chief_officer")}
    assert {notice.due for notice in due.values()} == {date(2016, 12, 22)}
    assert {notice.version for notice in due.values()} == {1}


def test_on_waking_late_only_the_newest_rung_is_due_and_the_others_say_merged(story: Story):
    story.sleep(days=18)

    assert {rung for rung, _ in _of(story, "submission", NoticeState.due)} == {"after-1"}
    merged = _of(story, "submission", NoticeState.not_sent)
    del merged["before-10", "liaison"]
    assert set(merged) == {(rung, "liaison") for rung in ("before-5", "before-1", "due")}
    assert {notice.reason for notice in merged.values()} == {Reason.merged.value}


def test_a_role_not_yet_told_of_an_older_rung_hears_of_the_newest_only(story: Story):
    story.wait(days=30)

    due = _of(story, "submission", NoticeState.due)

    assert set(due) == {("after-1", "liaison"), ("after-5", "chief_officer"), ("after-5", "oversight")}
    assert _of(story, "submission")["after-1", "chief_officer"].reason == Reason.merged.value


def test_a_notice_on_its_way_is_not_merged(story: Story):
    story.wait(days=18)
    _claim(story, "after-1", mail_id="mail-1")
    story.wait(days=12)

    assert _of(story, "submission")["after-1", "chief_officer"].state == "claimed"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (PLAN, Reason.answered),
        (a.Withdraw(key="w", actor="operations", reason="r-1"), Reason.ended),
        (moved_to(date(2017, 2, 1)), Reason.moved),
    ],
)
def test_an_act_cancels_what_nobody_has_claimed_and_says_why(story: Story, act: a.Act, reason: Reason):
    story.wait(days=18)

    answer = story.take(act)

    assert answer.leaving == ()
    after_1 = _of(story, "submission")["after-1", "chief_officer"]
    assert (after_1.state, after_1.reason) == ("not_sent", reason.value)
    assert not _of(story, "submission", NoticeState.due)


def test_another_clock_keeps_its_notices(database: Database, rules: Rules):
    story = Story(database, rules).opened(own_limits=(OwnLimit(limit="21 days"),))
    story.take(LETTER)
    story.wait(days=18)

    story.take(PLAN)

    assert not _of(story, "submission", NoticeState.due)
    assert set(_of(story, "implementation", NoticeState.due)) == {("before-5", "liaison")}


def test_a_receipt_names_mail_that_is_already_leaving_once(story: Story):
    story.wait(days=18)
    _claim(story, "after-1", mail_id="mail-1")

    answer = story.take(PLAN)

    assert answer.leaving == ("mail-1",)
    assert {notice.state for notice in _of(story, "submission").values()} == {"claimed", "not_sent"}


def test_a_moved_date_starts_its_rungs_anew(story: Story):
    story.wait(days=18)
    story.take(moved_to(date(2017, 1, 20)))
    story.wait(days=30)

    versions = {(n.version, n.due) for n in notices_of(story.database, story.case.id) if n.clock != "act"}

    assert versions == {(1, date(2016, 12, 22)), (2, date(2017, 1, 20))}


def test_each_version_keeps_its_own_date_when_both_come_in_one_append(database: Database, rules: Rules):
    late = Story(database, rules)
    late.sleep(days=60)
    past = (_dated(LETTER, date(2016, 12, 8)), _dated(moved_to(date(2017, 1, 20)), date(2016, 12, 12)))
    late.opened(past=past, source="the inspectorate's spreadsheet", own_limits=())

    versions = {(n.version, n.due) for n in notices_of(database, late.case.id)}

    assert versions == {(1, date(2016, 12, 22)), (2, date(2017, 1, 20))}


def test_the_database_holds_one_notice_for_a_rung_and_role(story: Story):
    [letter, *_] = notices_of(story.database, story.case.id)
    again = Notice.model_validate(letter.model_dump(exclude={"id"}))

    with pytest.raises(IntegrityError), story.database.writing() as session:
        session.add(again)


def _dated(act: a.Act, day: date) -> a.Act:
    return act.model_copy(update={"on": day})


def _claim(story: Story, rung: str, mail_id: str) -> None:
    """As the dispatcher does."""
    with story.database.writing() as session:
        session.exec(
            update(Notice)
            .where(col(Notice.rung) == rung)
            .values(state=NoticeState.claimed.value, mail_id=mail_id)
        )
