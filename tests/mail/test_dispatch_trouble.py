"""When the relay is unkind: mail waits, is refused, or is in doubt; and each is said, and nothing is sent twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from activities.mail import writing
from activities.mail.relay import Relay
from models.tables import MailState, Notice, NoticeState
from tests.mail.misbehaving import Misbehaving, Trouble, serving
from tests.mail.post import LETTER, Post, contact

DUE_SOON = date(2016, 12, 15)
LIAISON = "liaison@bedfordshire.example"


@pytest.fixture
def due(post: Post) -> Post:
    """One notice due now: the reminder to the liaison."""
    story = post.asked()
    post.until(DUE_SOON, story)
    post.server.copies.clear()
    return post


@contextmanager
def relayed(post: Post, **script: object) -> Iterator[Misbehaving]:
    """The world's relay, replaced by an unkind one."""
    kind = post.server
    with serving(Misbehaving(script)) as server:  # type: ignore[arg-type]
        post.server = server
        yield server
        post.close()
    post.server = kind


def test_a_temporary_refusal_waits_longer_each_time_and_keeps_its_message_id(due: Post):
    waits = []
    with relayed(due, rcpt="451 greylisted") as server:
        for _ in range(9):
            assert due.run().deferred == 1
            mail = due.mail_to(LIAISON)
            assert mail.next_try is not None
            waits.append((mail.next_try - due.now) // timedelta(minutes=1))
            due.now = mail.next_try - timedelta(seconds=1)
            assert str(due.run()) == "nothing to send"
            due.now = mail.next_try
    assert server.copies == []
    assert due.run().sent == 1

    assert waits == [1, 2, 5, 10, 20, 40, 60, 60, 60]
    [message] = due.arrived()
    mail = due.mail_to(LIAISON)
    assert message["Message-ID"] == mail.message_id
    assert (mail.state, mail.tries, mail.code) == (MailState.accepted, 10, 250)
    assert [one.outcome for one in due.attempts()[-10:]] == ["deferred"] * 9 + ["accepted"]


def test_while_it_waits_the_reason_is_shown(due: Post):
    with relayed(due, rcpt="451 greylisted"):
        due.run()

    mail = due.mail_to(LIAISON)
    assert (mail.state, mail.code, mail.reply) == (MailState.deferred, 451, "greylisted")
    assert due.states("before-5") == {"liaison": NoticeState.claimed}
    assert due.repairs() == []


def test_a_deferred_mail_speaks_of_the_day_on_which_it_leaves(due: Post):
    with relayed(due, rcpt="451 later"):
        due.run()
    assert "(5 working days left)" in due.mail_to(LIAISON).text
    due.later(days=1)

    due.run()

    assert "(4 working days left)" in due.mail_to(LIAISON).text


def test_mail_put_off_under_a_clock_that_has_been_set_back_since_does_not_wait_for_it(due: Post):
    due.later(hours=2)
    with relayed(due, rcpt="451 later"):
        assert due.run().deferred == 1
    due.later(hours=-2)

    assert due.run().sent == 1


def test_a_deferred_mail_is_not_sent_once_a_newer_rung_has_been(post: Post):
    story = post.asked()
    post.until(DUE_SOON, story)
    with relayed(post, rcpt="451 later"):
        post.run()
    post.server.copies.clear()
    post.until(date(2016, 12, 21), story)

    count = post.run()

    assert (count.sent, count.suppressed) == (1, 1)
    assert post.states("before-5") == {"liaison": "merged into a newer rung"}
    [message] = post.arrived()
    assert "(1 working day left)" in message.as_string()


def test_a_final_refusal_stops_and_a_person_is_told(due: Post):
    with relayed(due, rcpt="550 no such mailbox"):
        assert due.run().refused == 1
    due.later(days=1)
    assert due.run().claimed == 0

    assert due.states("before-5") == {"liaison": NoticeState.refused}
    assert due.mail_to(LIAISON).state == MailState.refused
    [repair] = due.repairs()
    assert repair.kind == "refused"
    assert "liaison@bedfordshire.example for good: 550 no such mailbox" in repair.cause


def test_an_unreachable_relay_ends_the_run_and_the_rest_goes_with_the_next(post: Post):
    post.take(post.story(), LETTER)
    with relayed(post) as server:
        relay = Relay(server.url, armed=False, timeout=1)
    count = post.run(relay=relay)

    assert (count.claimed, count.unreachable) == (3, 1)
    assert sorted(mail.state for mail in post.mails()) == ["composed", "composed", "deferred"]
    assert [mail.lease for mail in post.mails()] == [None] * 3
    assert post.run().sent == 2
    post.later(minutes=1)
    assert post.run().sent == 1


def test_a_busy_relay_ends_the_run_too(post: Post):
    post.take(post.story(), LETTER)
    with relayed(post, greeting="421 too busy") as server:
        assert post.run().deferred == 1
    assert server.connections == 1


@pytest.mark.parametrize(("step", "phase"), [("mail", "mail"), ("rcpt", "rcpt")])
def test_a_connection_lost_before_data_is_tried_again(due: Post, step: str, phase: str):
    with relayed(due, **{step: Trouble.drop}):
        assert due.run().unreachable == 1
    assert due.attempts()[-1].phase == phase
    due.later(minutes=1)

    assert due.run().sent == 1


def test_a_connection_lost_after_data_is_in_doubt_and_held(due: Post):
    with relayed(due, dot=Trouble.drop) as server:
        assert due.run().unknown == 1
    assert len(server.copies) == 1
    due.later(days=1)
    assert str(due.run()) == "nothing to send"

    assert due.states("before-5") == {"liaison": NoticeState.unknown}
    mail = due.mail_to(LIAISON)
    assert (mail.state, mail.next_try) == (MailState.unknown, None)
    [repair] = due.repairs()
    assert repair.kind == "unknown_send"
    assert "nobody knows whether" in repair.cause
    assert mail.message_id in repair.remedy


def test_the_next_rung_does_not_depend_on_a_send_in_doubt(post: Post):
    story = post.asked()
    post.until(DUE_SOON, story)
    with relayed(post, dot=Trouble.drop):
        post.run()
    post.server.copies.clear()
    post.until(date(2016, 12, 21), story)

    assert post.run().sent == 1
    [message] = post.arrived()
    assert message["In-Reply-To"] == next(m.message_id for m in post.mails() if m.state == "unknown")


def test_a_policy_may_say_send_again_once_under_the_same_message_id(due: Post):
    again = {"unknown_policy": lambda case: "send_again"}
    with relayed(due, dot=Trouble.drop) as server:
        assert due.run(**again).unknown == 1
        assert due.mail_to(LIAISON).state == MailState.deferred
        due.later(minutes=1)
        due.run(**again)
        due.later(days=1)
        due.run(**again)

    first, second = server.copies  # and there is no third: a second doubt is for a person
    assert first == second
    assert due.mail_to(LIAISON).state == MailState.unknown
    assert [one.kind for one in due.repairs()] == ["unknown_send"]


def test_a_mailbox_that_is_no_address_stops_only_its_own_mail(due: Post):
    due.add(contact("bedfordshire", "chief_officer", "chief@", since=date(2016, 12, 15)))
    due.recommendation("R-2")
    due.take(due.story("R-2"), LETTER)

    count = due.run()

    assert count.sent == 3  # the reminder, and the letter to liaison and oversight
    of_case = Notice.case_id == "recommendation/R-2/bedfordshire"
    assert {one.role: one.state for one in due.notices(of_case, Notice.clock == "act")} == {
        "chief_officer": "due",
        "liaison": "sent",
        "oversight": "sent",
    }
    [repair] = due.repairs()
    assert repair.kind == "not_composed"
    assert "'chief@' is not one mail address" in repair.cause


def test_a_mail_that_cannot_be_written_any_more_waits_and_a_person_is_told(
    due: Post, monkeypatch: pytest.MonkeyPatch
):
    with relayed(due, rcpt="451 later"):
        due.run()
    due.later(minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr(writing, "compose", unwritable)
        assert due.run().sent == 0

    assert due.states("before-5") == {"liaison": "due"}
    assert [one.kind for one in due.repairs()] == ["not_composed"]
    due.later(hours=1)
    assert due.run().sent == 1
    assert due.repairs() == []


def unwritable(*_: object, **__: object) -> None:
    raise ValueError("the template is gone")
