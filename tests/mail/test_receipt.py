"""The receipt for a submission: what was sealed, with its files and hashes, when it came, and under which number."""

from models.tables import SealedText
from tests.ledger.story import MORNING
from tests.mail.post import Post, words

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
