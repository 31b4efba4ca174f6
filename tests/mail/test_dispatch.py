"""What is due is sent: once, to the right mailbox, in the right words, in the right conversation."""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from activities.mail.counting import DispatchCount
from lifecycle import acts as a
from models.tables import CaseRow, MailState, Notice, NoticeState, SealedText
from tests.conftest import Databases
from tests.mail.post import LETTER, SENDER, Post, contact, mailboxes, words

BODY = "bedfordshire"


def test_a_request_letter_goes_to_each_role_once(post: Post):
    story = post.story()
    post.take(story, LETTER)

    first, second = post.run(), post.run()

    assert str(first) == "3 claimed, 3 sent"
    assert second == DispatchCount()
    assert mailboxes(post.arrived()) == [
        "chief@bedfordshire.example",
        "liaison@bedfordshire.example",
        "pcc@bedfordshire.example",
    ]
    assert set(post.states("request-letter").values()) == {NoticeState.sent}
    assert {mail.state for mail in post.mails()} == {MailState.accepted}


def test_the_words_come_from_the_ledger(post: Post):
    story = post.story()
    post.take(story, LETTER)

    post.run()

    said = words(next(one for one in post.arrived() if "chief" in one["To"]))
    assert "Look after vulnerable people" in said
    assert "Bedfordshire Police" in said
    assert "PEEL: Police effectiveness 2016, published 22 November 2012" in said
    assert "by 11:59pm on Thursday 22 December 2016 (10 working days left)" in said
    assert "Please send your plan." in said
    assert "To: Chief officer of bedfordshire" in said
    assert "Copied to: Oversight of pcc-bedfordshire" in said


def test_a_worker_without_the_rules_of_a_case_counts_days_by_the_newest_calendar(post: Post):
    story = post.story()
    post.take(story, LETTER)
    with post.database.writing() as session:
        session.get_one(CaseRow, story.case.id).policy_hash = "0" * 64

    post.run()

    assert "(10 working days left)" in words(post.arrived()[0])


def test_what_was_sent_is_what_the_ledger_keeps(post: Post):
    story = post.story()
    post.take(story, LETTER)

    post.run()

    for mail, message in zip(post.mails(), sorted(post.arrived(), key=lambda one: one["To"]), strict=True):
        assert (mail.mailbox, mail.subject, mail.message_id) == (
            message["To"],
            message["Subject"],
            message["Message-ID"],
        )
        assert " ".join(mail.text.split()) == words(message)
        assert parsedate_to_datetime(message["Date"]) == mail.composed_at == post.now
        assert mail.settled_at == post.now
        assert message["Message-ID"] == f"<{mail.id}@{SENDER.domain}>"


def test_every_attempt_is_in_the_ledger(post: Post):
    story = post.asked()
    post.until(date(2016, 12, 15), story)

    post.run(worker="worker-7")

    attempt = post.attempts()[-1]
    assert (attempt.number, attempt.worker, attempt.phase, attempt.outcome, attempt.code) == (
        1,
        "worker-7",
        "accepted",
        "accepted",
        250,
    )
    assert attempt.started_at == attempt.ended_at == post.now


def test_nothing_leaves_before_its_time(post: Post):
    story = post.asked()
    post.until(date(2016, 12, 15), story)
    post.now = datetime(2016, 12, 15, 8, 59, tzinfo=UTC)

    assert post.run() == DispatchCount()
    post.now = datetime(2016, 12, 15, 9, 0, tzinfo=UTC)
    assert post.run().sent == 1


def test_the_same_rung_of_several_recommendations_is_one_mail(post: Post):
    references = ["R-2016-6085", "R-2016-6086", "R-2016-6087"]
    for reference in references[1:]:
        post.recommendation(reference)
    stories = [post.asked(reference) for reference in references]
    post.server.copies.clear()
    post.until(date(2016, 12, 15), *stories)

    count = post.run()

    assert (count.claimed, count.sent) == (3, 3)
    [message] = post.arrived()
    assert all(reference in words(message) for reference in references)
    assert len({one.mail_id for one in post.notices(Notice.rung == "before-5")}) == 1


def test_two_roles_with_one_mailbox_get_one_mail(post: Post):
    post.add(contact(BODY, "chief_officer", "liaison@bedfordshire.example", since=date(2016, 1, 1)))
    story = post.story()
    post.take(story, LETTER)

    post.run()

    assert mailboxes(post.arrived()) == ["liaison@bedfordshire.example", "pcc@bedfordshire.example"]


def test_two_reports_are_two_mails(post: Post):
    post.recommendation("R-2017-1")
    stories = [post.asked(), post.asked("R-2017-1", report="peel-2017")]
    post.server.copies.clear()
    post.until(date(2016, 12, 15), *stories)

    post.run()

    assert mailboxes(post.arrived()) == ["liaison@bedfordshire.example"] * 2


def test_the_same_notices_have_the_same_message_ids_in_every_run(post: Post, databases: Databases):
    other = Post(databases.new(), post.rules, post.server).settle_in()
    for world in (post, other):
        world.take(world.story(), LETTER)
        world.run()

    first, second = ([mail.message_id for mail in world.mails()] for world in (post, other))
    assert first == second
    assert len(set(first)) == 3


def test_later_mails_stand_in_the_conversation_of_the_first(post: Post):
    story = post.asked()
    for day in (date(2016, 12, 15), date(2016, 12, 21), date(2016, 12, 22)):
        post.until(day, story)
        post.run()

    letter, five, one, due = [m for m in post.arrived() if m["To"] == "liaison@bedfordshire.example"]
    assert letter["References"] is None
    assert five["References"] == five["In-Reply-To"] == letter["Message-ID"]
    assert one["References"].split() == [letter["Message-ID"], five["Message-ID"]]
    assert due["References"].split() == [letter["Message-ID"], one["Message-ID"]]
    assert due["In-Reply-To"] == one["Message-ID"]


def test_two_mails_of_one_run_stand_in_one_conversation(post: Post):
    story = post.story()
    post.take(story, LETTER)
    post.submit(story)

    post.run()
    post.take(story, a.Withdraw(key="end", actor="operations", reason="reason-1"))
    post.run()

    letter, receipt, withdrawn = [m for m in post.arrived() if m["To"] == "liaison@bedfordshire.example"]
    assert (post.carried(letter), post.carried(receipt)) == (["request-letter"], ["receipt"])
    assert receipt["In-Reply-To"] == letter["Message-ID"]
    assert withdrawn["References"].split()[0] == letter["Message-ID"]


def test_a_worker_that_wakes_late_sends_only_the_newest_rung(post: Post):
    story = post.asked()
    post.server.copies.clear()
    for day in (date(2016, 12, 15), date(2016, 12, 21), date(2016, 12, 22)):
        post.until(day, story)

    post.run()

    [message] = post.arrived()
    assert post.carried(message) == ["due"]
    assert post.states("before-5") == post.states("before-1") == {"liaison": "merged into a newer rung"}


def test_a_role_that_no_newer_rung_tells_is_told_of_its_own(post: Post):
    story = post.asked()
    post.server.copies.clear()
    for day in (date(2016, 12, 23), date(2017, 1, 3)):
        post.until(day, story)

    post.run()

    assert post.states("after-1") == {"chief_officer": "merged into a newer rung", "liaison": "sent"}
    assert post.states("after-5") == {"chief_officer": "sent", "oversight": "sent"}


def test_a_limit_leaves_the_rest_for_the_next_run(post: Post):
    story = post.story()
    post.take(story, LETTER)
    dispatcher = post.dispatcher()

    assert [dispatcher.run_once(limit=2).sent for _ in range(3)] == [2, 1, 0]


def test_a_digest_belongs_to_no_case(post: Post):
    post.add(
        SealedText(id="digest/2016-12-08", kind="digest", hash="0", text="Cases open: 1", sealed_at=post.now),
        Notice(
            case_id="digest/2016-12-08",
            clock="act",
            version=1,
            rung="digest",
            role="operations",
            template="digest",
            cause_seq=0,
            fell_at=post.now,
            not_before=post.now,
        ),
    )

    assert post.run().sent == 1
    [message] = post.arrived()
    assert message["To"] == "operations@inspectorate.example"
    assert "Cases open: 1" in words(message)


def test_counts_speak_for_themselves():
    assert str(DispatchCount()) == "nothing to send"
    assert str(DispatchCount(claimed=2, sent=1, unknown=1)) == "2 claimed, 1 sent, 1 unknown"
