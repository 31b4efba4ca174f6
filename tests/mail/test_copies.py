"""A copy is mute; then its mails go to a sink, marked; and after two people armed it, to those they are meant for."""

from datetime import UTC, date, datetime

import pytest

from activities.mail import repair
from activities.mail.arming import stands
from activities.mail.direct import Mute, Words, send_now
from activities.mail.relay import Relay
from config.settings import load
from models.installation import become_copy, establish
from models.tables import MailState, Notice, NoticeState, Person, PersonRole
from office import arming
from office.people import NotAllowed
from tests.mail.post import LETTER, Post, mailboxes, words

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SINK = "sink@inspectorate.example"
BODY = ["chief@bedfordshire.example", "liaison@bedfordshire.example", "pcc@bedfordshire.example"]


def copied(post: Post) -> str:
    """The world's ledger becomes a copy; answers whose."""
    original = establish(post.database).id
    for name in ("ops-1", "ops-2"):
        post.add(
            Person(id=name, name=name), PersonRole(person_id=name, role="operations", owner="inspectorate")
        )
    with post.database.writing() as session:
        become_copy(session, NOW)
    return original


def test_a_copy_sends_nothing_until_somebody_unmutes_it(post: Post):
    post.take(post.story(), LETTER)
    copied(post)

    count = post.run()

    assert str(count) == "nothing is sent: this is a copy, and mute (docs/operating.md)"
    assert post.arrived() == []
    assert set(post.states("request-letter").values()) == {NoticeState.due}


def test_an_unmuted_copy_sends_to_its_sink_and_says_what_it_is(post: Post):
    post.take(post.story(), LETTER)
    original = copied(post)
    arming.unmute(post.database, "ops-1")

    assert post.run().sent == 3

    assert mailboxes(post.arrived()) == [SINK] * 3
    assert sorted(mail.meant_for for mail in post.mails()) == BODY
    for message in post.arrived():
        assert message["Subject"].startswith(f"[COPY of {original[:8]}] [OFFICIAL-SENSITIVE] ")
        assert "is no real message" in words(message)
    assert any("would have gone to chief@bedfordshire.example" in words(one) for one in post.arrived())


def test_one_person_does_not_arm_a_copy_and_nobody_arms_it_twice(post: Post):
    post.take(post.story(), LETTER)
    copied(post)
    arming.unmute(post.database, "ops-1")

    arming.arm(post.database, "ops-1", "we moved")
    with pytest.raises(repair.NotPossible, match=r"ops-1 has armed .* somebody else must"):
        arming.arm(post.database, "ops-1", "we moved")

    assert stands(post.database).copy_of
    post.run()
    assert mailboxes(post.arrived()) == [SINK] * 3


def test_nobody_who_may_not_arms_or_unmutes(post: Post):
    copied(post)
    post.add(Person(id="liaison", name="L"), PersonRole(person_id="liaison", role="liaison", owner="kent"))

    for deed in (lambda: arming.unmute(post.database, "liaison"), lambda: arming.arm(post.database, "x", "")):
        with pytest.raises(NotAllowed):
            deed()

    assert stands(post.database).mute


def test_two_people_arm_it_and_what_the_sink_took_goes_to_those_it_was_meant_for(post: Post):
    post.take(post.story(), LETTER)
    copied(post)
    arming.unmute(post.database, "ops-1")
    post.run()
    post.server.copies.clear()

    arming.arm(post.database, "ops-1", "we moved")
    assert arming.arm(post.database, "ops-2", "we moved").armed

    assert post.run().sent == 3
    assert mailboxes(post.arrived()) == BODY
    assert not any("COPY" in message["Subject"] for message in post.arrived())
    assert [mail.state for mail in post.mails() if mail.meant_for] == [MailState.dropped] * 3
    assert set(post.states("request-letter").values()) == {NoticeState.sent}


def test_armed_but_mute_sends_nothing(post: Post):
    post.take(post.story(), LETTER)
    copied(post)
    for person in ("ops-1", "ops-2"):
        arming.arm(post.database, person, "we moved")

    assert post.run().mute
    arming.unmute(post.database, "ops-2")
    assert post.run().sent == 3
    assert mailboxes(post.arrived()) == BODY


def test_disarmed_and_armed_again_nothing_is_lost_on_the_way(post: Post):
    post.take(post.story(), LETTER)
    copied(post)
    arming.unmute(post.database, "ops-1")
    for person in ("ops-1", "ops-2"):
        post.run()
        arming.arm(post.database, person, "we moved")
    arming.disarm(post.database, "ops-1")
    post.run()
    assert mailboxes(post.arrived()) == [SINK] * 6
    for person in ("ops-1", "ops-2"):
        arming.arm(post.database, person, "we moved")
    post.server.copies.clear()

    post.run()

    assert mailboxes(post.arrived()) == BODY


def test_a_mail_that_waited_when_the_backup_was_made_goes_to_the_sink_too(post: Post):
    story = post.asked()
    post.server.copies.clear()
    post.until(date(2016, 12, 15), story)
    post.run(relay=Relay("smtp://127.0.0.1:1", armed=False, timeout=1))  # nobody is there
    copied(post)
    arming.unmute(post.database, "ops-1")
    post.later(hours=1)

    post.run()
    post.run()

    assert mailboxes(post.arrived()) == [SINK]
    [notice] = post.notices(Notice.rung == "before-5")
    assert notice.state == NoticeState.sent


def test_a_mail_at_once_is_refused_when_mute_and_marked_after(post: Post):
    copied(post)
    settings = load(smtp_url=post.server.url)
    said = Words(subject="Sign in", opening="Open this.", rows=(), next=())
    with pytest.raises(Mute, match="mute"):
        send_now(settings, post.database, "ops-1@inspectorate.example", said, NOW)

    arming.unmute(post.database, "ops-1")
    send_now(settings, post.database, "ops-1@inspectorate.example", said, NOW)

    [message] = post.arrived()
    assert message["To"] == SINK
    assert message["Subject"].startswith("[COPY of ")
