"""What an operator may do: try again, hold, release, and say what became of a send in doubt."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, select

from activities.mail import repair
from activities.mail.relay import Phase
from activities.mail.repair import NotPossible
from models.tables import Attempt, Contact, Mail, MailState, Notice, NoticeState, Repair
from tests.ledger.story import MORNING, Story
from tests.mail.misbehaving import Misbehaving, Trouble, serving
from tests.mail.post import LETTER, Meddling, Post, mailboxes

LIAISON = "liaison@bedfordshire.example"


@pytest.fixture
def story(post: Post) -> Story:
    """A case with one notice due now: the reminder to the liaison."""
    told = post.asked()
    post.until(date(2016, 12, 15), told)
    post.server.copies.clear()
    return told


def meet(post: Post, **script: object) -> Mail:
    """A run against an unkind relay, and the mail it was unkind to."""
    kind = post.server
    with serving(Misbehaving(script)) as server:  # type: ignore[arg-type]
        post.server = server
        post.run()
    post.server = kind
    return post.mail_to(LIAISON)


def operate(post: Post, deed: Callable[[Session], object]) -> None:
    with post.database.writing() as session:
        deed(session)


def test_a_refused_mail_is_tried_again_under_the_same_message_id(post: Post, story: Story):
    mail = meet(post, rcpt="550 mailbox full")

    operate(post, lambda session: repair.retry(session, mail.id, "dawson", post.now))

    assert post.run().sent == 1
    assert [message["Message-ID"] for message in post.arrived()] == [mail.message_id]
    with post.database.reading() as session:
        assert session.get_one(Repair, f"refused/{mail.id}").closed_by == "dawson"


def test_a_refused_mail_goes_to_the_mended_mailbox(post: Post, story: Story):
    mail = meet(post, rcpt="550 no such mailbox")
    with post.database.writing() as session:
        contact = session.exec(select(Contact).where(Contact.mailbox == LIAISON)).one()
        contact.mailbox = "inspection.liaison@bedfordshire.example"
    operate(post, lambda session: repair.retry(session, mail.id, "dawson", post.now))

    post.run()
    post.run()

    assert mailboxes(post.arrived()) == ["inspection.liaison@bedfordshire.example"]
    assert post.mail_to(LIAISON).state == MailState.dropped


def test_a_retried_mail_that_is_no_longer_true_does_not_go(post: Post, story: Story):
    mail = meet(post, rcpt="550 mailbox full")
    post.submit(story)
    operate(post, lambda session: repair.retry(session, mail.id, "dawson", post.now))

    post.run()

    assert post.states("before-5") == {"liaison": "already answered"}
    assert not any(message["Message-ID"] == mail.message_id for message in post.arrived())


def test_a_deferred_mail_can_be_hurried(post: Post, story: Story):
    mail = meet(post, rcpt="451 later")
    assert post.run().sent == 0

    operate(post, lambda session: repair.retry(session, mail.id, "dawson", post.now))

    assert post.run().sent == 1


def test_a_mail_that_was_sent_is_not_tried_again(post: Post, story: Story):
    post.run()
    mail = post.mail_to(LIAISON)

    with pytest.raises(NotPossible, match=r"is accepted; only a refused or deferred mail can be retried"):
        operate(post, lambda session: repair.retry(session, mail.id, "dawson", post.now))


@pytest.mark.parametrize(("arrived", "copies", "state"), [(True, 0, "sent"), (False, 1, "sent")])
def test_a_send_in_doubt_is_resolved_by_what_a_person_found(
    post: Post, story: Story, arrived: bool, copies: int, state: str
):
    mail = meet(post, dot=Trouble.drop)

    operate(
        post,
        lambda session: repair.resolve_unknown(
            session, mail.id, arrived=arrived, actor="dawson", now=post.now
        ),
    )
    post.run()

    assert [message["Message-ID"] for message in post.arrived()] == [mail.message_id] * copies
    assert post.states("before-5") == {"liaison": state}
    assert post.mail_to(LIAISON).state == MailState.accepted
    with post.database.reading() as session:
        assert session.get_one(Attempt, (mail.id, 1)).outcome == "unknown"  # what was believed then
        assert session.get_one(Repair, f"unknown_send/{mail.id}").closed_by == "dawson"


def test_a_copy_that_may_have_arrived_is_repeated_as_it_was(post: Post, story: Story):
    mail = meet(post, dot=Trouble.drop)
    post.later(days=1)
    operate(
        post,
        lambda session: repair.resolve_unknown(session, mail.id, arrived=False, actor="dawson", now=post.now),
    )

    post.run()

    assert post.mail_to(LIAISON).text == mail.text
    assert post.mail_to(LIAISON).composed_at == mail.composed_at


def test_only_a_send_in_doubt_needs_resolving(post: Post, story: Story):
    mail = meet(post, rcpt="451 later")

    with pytest.raises(NotPossible, match=r"is deferred, not unknown"):
        operate(
            post,
            lambda session: repair.resolve_unknown(
                session, mail.id, arrived=True, actor="dawson", now=post.now
            ),
        )


def test_a_held_notice_stays_until_it_is_released(post: Post, story: Story):
    [notice] = post.notices(Notice.rung == "before-5")
    operate(post, lambda session: repair.hold_notice(session, number(notice), "dawson"))
    assert post.run().claimed == 0
    assert [one.cause for one in post.repairs()] == [
        "Notice submission-reminder to liaison is held by dawson."
    ]

    operate(post, lambda session: repair.release_notice(session, number(notice), "dawson"))

    assert post.run().sent == 1
    assert post.repairs() == []


def test_a_held_mail_stays_until_it_is_released(post: Post, story: Story):
    mail = meet(post, rcpt="451 later")
    operate(post, lambda session: repair.hold_mail(session, mail.id, "dawson"))
    post.later(days=1)
    assert str(post.run()) == "nothing to send"

    operate(post, lambda session: repair.release_mail(session, mail.id, "dawson"))

    assert post.run().sent == 1
    assert post.repairs() == []


def test_a_mail_held_after_its_claim_does_not_leave(post: Post):
    post.take(post.story(), LETTER)
    hold = Meddling(
        post.server.url,
        Phase.connecting,
        lambda: operate(post, lambda session: repair.hold_mail(session, post.mail_to(LIAISON).id, "dawson")),
    )

    assert post.run(relay=hold).sent == 2
    assert post.mail_to(LIAISON).state == MailState.composed
    assert LIAISON not in mailboxes(post.arrived())


def test_a_notice_held_after_its_claim_is_left_out_of_its_mail(post: Post, story: Story):
    post.recommendation("R-2")
    post.take(post.story("R-2"), LETTER)
    [notice] = post.notices(Notice.rung == "before-5")
    hold = Meddling(
        post.server.url,
        Phase.connecting,
        lambda: operate(post, lambda session: repair.hold_notice(session, number(notice), "dawson")),
    )
    with post.database.writing() as session:  # so that it is claimed last
        session.get_one(Notice, notice.id).not_before = post.now

    post.run(relay=hold)

    assert post.states("before-5") == {"liaison": NoticeState.due}
    assert [post.carried(message) for message in post.arrived()] == [["request-letter"]] * 3


def test_what_has_left_cannot_be_held(post: Post, story: Story):
    post.run()
    [notice] = post.notices(Notice.rung == "before-5")

    with pytest.raises(NotPossible, match=r"is accepted; only a mail that waits can be held"):
        operate(post, lambda session: repair.hold_mail(session, post.mail_to(LIAISON).id, "dawson"))
    with pytest.raises(NotPossible, match=r"is sent; only one that is due can be held"):
        operate(post, lambda session: repair.hold_notice(session, number(notice), "dawson"))


def test_what_is_leaving_cannot_be_held(post: Post, story: Story):
    [notice] = post.notices(Notice.rung == "before-5")
    said: list[str] = []

    def hold() -> None:
        with pytest.raises(NotPossible) as refused:
            operate(post, lambda session: repair.hold_notice(session, number(notice), "dawson"))
        said.append(str(refused.value))

    post.run(relay=Meddling(post.server.url, Phase.mail, hold))

    assert "is leaving now" in said[0]


@pytest.mark.parametrize(
    "deed",
    [
        lambda session: repair.retry(session, "nothing", "dawson", MORNING),
        lambda session: repair.hold_notice(session, 999_999, "dawson"),
    ],
)
def test_what_is_not_there(post: Post, deed: Callable[[Session], object]):
    with pytest.raises(NotPossible, match="There is no"):
        operate(post, deed)


def test_what_is_not_held_cannot_be_released(post: Post, story: Story):
    [notice] = post.notices(Notice.rung == "before-5")
    mail = meet(post, rcpt="451 later")

    with pytest.raises(NotPossible, match="is not held"):
        operate(post, lambda session: repair.release_mail(session, mail.id, "dawson"))
    with pytest.raises(NotPossible, match="is not held"):
        operate(post, lambda session: repair.release_notice(session, number(notice), "dawson"))


def number(notice: Notice) -> int:
    assert notice.id is not None
    return notice.id
