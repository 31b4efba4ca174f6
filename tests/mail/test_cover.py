"""Deputies and leave cover: who covers for a role hears what the role hears, at a mailbox of their own, once."""

from datetime import date, timedelta

from sqlmodel import select

from activities.mail.relay import Relay
from activities.mail.writing import COVERING, NEW_OFFICE
from models.tables import Contact, ContactCover, Notice, NoticeState
from tests.ledger.story import MORNING
from tests.mail.post import LETTER, Post, mailboxes, words

TODAY = MORNING.date()
DAY = timedelta(days=1)
DEPUTY = "deputy@bedfordshire.example"
ROLES = ["chief@bedfordshire.example", "liaison@bedfordshire.example", "pcc@bedfordshire.example"]


def cover(
    post: Post, owner: str = "bedfordshire", role: str = "liaison", until: date | None = None, mailbox=DEPUTY
) -> None:
    post.add(
        ContactCover(
            owner=owner,
            role=role,
            kind="deputy",
            who="Deputy force liaison",
            mailbox=mailbox,
            since=TODAY,
            until=until,
        )
    )


def test_a_deputy_is_told_what_the_role_is_told(post: Post):
    cover(post)
    post.take(post.story(), LETTER)

    count = post.run()

    assert str(count) == "4 claimed, 4 sent"
    assert mailboxes(post.arrived()) == sorted([*ROLES, DEPUTY])
    said = words(next(one for one in post.arrived() if one["To"] == DEPUTY))
    assert "To: Deputy force liaison" in said
    assert COVERING.split(":")[0] in " ".join(said.split())
    assert NEW_OFFICE[:20] not in said


def test_the_role_itself_reads_that_it_was_always_its_own(post: Post):
    cover(post)
    story = post.story()
    post.take(story, LETTER)
    post.run()

    for message in post.arrived():
        assert NEW_OFFICE[:20] not in words(message)


def test_nobody_is_told_twice(post: Post):
    cover(post)
    cover(post, mailbox="liaison@bedfordshire.example")
    post.take(post.story(), LETTER)

    post.run()
    post.run()

    assert mailboxes(post.arrived()) == sorted([*ROLES, DEPUTY])


def test_another_role_s_or_body_s_deputy_hears_nothing(post: Post):
    post.body("kent")
    cover(post, owner="kent")
    cover(post, role="oversight")
    post.take(post.story(), LETTER)

    post.run()

    assert mailboxes(post.arrived()) == ROLES


def test_the_deputy_of_an_oversight_body_is_told_too(post: Post):
    cover(post, owner="pcc-bedfordshire", role="oversight", mailbox="deputy@pcc.example")
    post.take(post.story(), LETTER)

    post.run()

    assert "deputy@pcc.example" in mailboxes(post.arrived())


def test_a_cover_that_is_over_hears_nothing(post: Post):
    cover(post, until=TODAY)
    post.take(post.story(), LETTER)

    post.run()

    assert mailboxes(post.arrived()) == ROLES


def test_a_mail_that_waits_is_dropped_when_its_cover_ends_and_the_role_s_own_goes_on(post: Post):
    cover(post)
    post.take(post.story(), LETTER)
    with post.database.writing() as session:
        session.exec(select(ContactCover)).one().until = TODAY + DAY
    post.run(relay=Relay("smtp://127.0.0.1:1", armed=False, timeout=5))  # nobody is there
    post.now += 2 * DAY
    post.run()
    post.now += DAY
    post.run()

    assert mailboxes(post.arrived()) == ROLES
    with post.database.reading() as session:
        copy = session.exec(select(Notice).where(Notice.cover != 0)).one()
    assert (copy.state, copy.reason) == (NoticeState.not_sent, "the cover is over")


def test_a_role_without_a_mailbox_waits_while_its_deputy_is_told(post: Post):
    cover(post)
    with post.database.writing() as session:
        session.exec(
            select(Contact).where(Contact.owner == "bedfordshire", Contact.role == "liaison")
        ).one().until = TODAY
    post.take(post.story(), LETTER)

    post.run()

    assert mailboxes(post.arrived()) == sorted([ROLES[0], ROLES[2], DEPUTY])
    told = post.notices(Notice.rung == "request-letter", Notice.role == "liaison")
    assert sorted(one.state for one in told) == ["due", "sent"]
