"""The receipt for a submission: what was sealed, with its files and hashes, when it came, and under which number."""

from datetime import date

import pytest

from activities.mail.writing import SUBMITTED
from models.tables import ContactCover, Person, PersonRole, SealedText
from tests.ledger.story import MORNING
from tests.mail.post import Post, mailboxes, words

SEALED = "Our plan.\nplan.pdf (21 bytes, SHA-256 22d6723f)"


def test_a_receipt_says_what_came_and_when_and_under_which_number(post: Post):
    story = post.asked()
    post.add(SealedText(id="submission-1", kind="submission", hash="0", text=SEALED, sealed_at=MORNING))
    post.later(hours=1)
    post.submit(story)
    submitted = next(one for one in post.notices() if one.template == "receipt")
    post.run()

    receipt = next(one for one in post.arrived() if "Receipt" in one["Subject"])
    said = words(receipt)
    assert "plan.pdf (21 bytes, SHA-256 22d6723f)" in said
    assert f"and recorded as number {submitted.cause_seq}." in said
    assert f"Received on Thursday 8 December 2016 at {post.now:%H:%M}" in said


def registered(post: Post, mailbox: str, until: date | None = None, owner: str = "bedfordshire") -> None:
    """Whoever submits in these stories, with a mailbox of their own."""
    post.add(Person(id="operations", name="Sam Adams", mailbox=mailbox, until=until))
    post.add(PersonRole(person_id="operations", role="liaison", owner=owner))


def receipts(post: Post) -> list[str]:
    """To whom the receipt of a submission went."""
    post.submit(post.asked())
    post.run()
    post.run()
    return mailboxes([one for one in post.arrived() if "Receipt" in one["Subject"]])


def test_whoever_submitted_gets_the_receipt_too_at_their_own_mailbox(post: Post):
    registered(post, "sam.adams@bedfordshire.example")
    assert receipts(post) == ["liaison@bedfordshire.example", "sam.adams@bedfordshire.example"]
    own = next(one for one in post.arrived() if one["To"] == "sam.adams@bedfordshire.example")
    said = " ".join(words(own).split())
    assert "To: Sam Adams" in said
    assert SUBMITTED in said


@pytest.mark.parametrize("mailbox", ["liaison@bedfordshire.example", "Liaison@Bedfordshire.example", ""])
def test_nobody_gets_it_twice(post: Post, mailbox: str):
    registered(post, mailbox)
    assert receipts(post) == ["liaison@bedfordshire.example"]


def test_a_deputy_who_submits_gets_it_once(post: Post):
    registered(post, "deputy@bedfordshire.example")
    post.add(
        ContactCover(
            owner="bedfordshire",
            role="liaison",
            kind="deputy",
            who="Deputy",
            mailbox="deputy@bedfordshire.example",
            since=MORNING.date(),
        )
    )
    assert receipts(post) == ["deputy@bedfordshire.example", "liaison@bedfordshire.example"]


def test_who_has_left_gets_none(post: Post):
    registered(post, "sam.adams@bedfordshire.example", until=MORNING.date())
    assert receipts(post) == ["liaison@bedfordshire.example"]


def test_who_writes_down_for_the_inspectorate_what_came_on_paper_gets_none(post: Post):
    registered(post, "sam.adams@inspectorate.example", owner="inspectorate")
    assert receipts(post) == ["liaison@bedfordshire.example"]
