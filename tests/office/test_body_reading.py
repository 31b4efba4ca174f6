"""What bodies read, on both databases: duties, what was asked, what was sent, receipts, feeds, responses."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import inspect

from lifecycle import acts as a
from lifecycle.rules import Rules
from lifecycle.words import SubmissionAnswer
from models.database import Database
from models.tables import Person, PersonRole, SealedText
from office.asked import asked
from office.feeds import NoFeed, feed, uid
from office.owed import Sought, View, on_file, owed, submittable
from office.received import NotReceived, letter, mail, received
from office.responses import NoResponse, response, responses
from office.submitting import NoProof, proof
from office.tokens import Kind, make_token
from office.unsent import NoDraft, begin, discard, drafted, drafts_of, save
from tests.ledger.story import MORNING, Story
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import Post

BODY, TODAY = "bedfordshire", MORNING.date()


@pytest.fixture
def post(database: Database, rules: Rules) -> Iterator[Post]:
    with serving(Misbehaving()) as server:
        world = Post(database, rules, server).settle_in()
        yield world
        world.close()


@pytest.fixture
def story(post: Post) -> Story:
    """A case whose plan was asked for, and a person who acts for the body."""
    post.add(
        Person(id="liaison", name="The liaison", mailbox="liaison@bedfordshire.example"),
        PersonRole(person_id="liaison", role="liaison", owner=BODY),
    )
    return post.asked()


def heap(post: Post, view: View = View.owed, **more):
    return owed(post.database, on_file(), Sought(BODY, view, **more), TODAY, page=1, size=10)


def seal(post: Post, text_id: str, text: str) -> str:
    post.add(SealedText(id=text_id, kind=text_id.split("-")[0], hash="0", text=text, sealed_at=MORNING))
    return text_id


def test_a_duty_moves_from_heap_to_heap(post: Post, story: Story):
    [duty] = heap(post).duties
    assert (duty.clock, duty.kind) == ("submission", "submission")
    assert duty.steps[-1].startswith("The last day is")
    assert not heap(post, words="nothing like it").duties
    assert len(heap(post, words="vulnerable PEOPLE").duties) == 1
    assert not heap(post, overdue=True).duties
    assert [one.case for one in submittable(post.database, on_file(), BODY)] == [story.case.id]

    seal(post, "submission-1", "Our plan.")
    post.submit(story)
    assert not heap(post).duties
    assert [one.reference for one in heap(post, View.inspectorate).duties] == [story.case.reference]


def test_a_request_for_time_is_shown_until_it_is_answered(post: Post, story: Story):
    later = TODAY + timedelta(days=90)
    reason = seal(post, "reason-1", "Two of us are ill.")
    post.take(story, a.AskForTime(key="time", actor="liaison", clock="submission", due=later, reason=reason))
    question = seal(post, "question-1", "What is meant?")
    post.take(story, a.AskQuestion(key="question", actor="liaison", question=question))
    [duty] = heap(post).duties
    assert (duty.asked_until, duty.questions) == (later, 1)
    found = asked(post.database, BODY, page=1, size=10)
    assert found.count == 2
    assert {one.words for one in found.asked} == {"Two of us are ill.", "What is meant?"}
    assert all(one.answer is None and not one.moot for one in found.asked)

    given = seal(post, "reason-2", "Agreed.")
    act = a.AnswerRequest(
        key="yes", actor="brown", role="lead_inspector", clock="submission", grant=True, reason=given
    )
    post.take(story, act)
    [duty] = heap(post).duties
    assert (duty.asked_until, duty.due) == (None, later)
    answers = [one.answer for one in asked(post.database, BODY, page=1, size=10).asked if one.due]
    assert answers[0]
    assert answers[0].words == "Agreed."


def test_a_body_reads_what_it_was_sent_and_nothing_else(post: Post, story: Story):
    post.body("kent")
    found = received(post.database, BODY, page=1, size=10)
    assert {one.mailbox for one in found.mails} == {
        "chief@bedfordshire.example",
        "liaison@bedfordshire.example",
    }
    assert all({"text", "html"} <= inspect(one).unloaded for one in found.mails), "a list needs no words"
    assert [one.id for one in found.letters] == ["letter-1"]
    assert letter(post.database, BODY, "letter-1")[1].text == "Please send your plan."
    assert mail(post.database, BODY, found.mails[0].id).subject
    theirs = next(one for one in post.mails() if one.mailbox.startswith("pcc@"))
    for body, wanted in ((BODY, theirs.id), ("kent", found.mails[0].id)):
        with pytest.raises(NotReceived):
            mail(post.database, body, wanted)
    with pytest.raises(NotReceived):
        letter(post.database, "kent", "letter-1")


def test_a_receipt_says_what_stands(post: Post, story: Story):
    seal(post, "submission-1", "Our plan.")
    seal(post, "submission-2", "A better plan.")
    post.submit(story)
    assert proof(post.database, BODY, "submission-1").open_
    better = a.RecordSubmission(
        key="better",
        actor="liaison",
        submission="submission-2",
        answer=SubmissionAnswer.already_reported,
        reference="R-1",
    )
    post.take(story, better)
    first, second = (proof(post.database, BODY, f"submission-{n}") for n in (1, 2))
    assert not first.lines[0].standing
    assert (second.by, second.reference, second.lines[0].replaces) == ("The liaison", "R-1", True)
    for body, submission in (("kent", "submission-1"), (BODY, "letter-1"), (BODY, "submission-9")):
        with pytest.raises(NoProof):
            proof(post.database, body, submission)


def test_a_draft_is_its_person_s_alone(post: Post, story: Story):
    draft = begin(post.database, "liaison", BODY, [story.case.reference], MORNING)
    assert begin(post.database, "liaison", BODY, [story.case.reference], MORNING).id == draft.id
    save(post.database, draft, SubmissionAnswer.plan, "", "Half a plan.", MORNING)
    assert drafted(post.database, "liaison", BODY, draft.id).row.text == "Half a plan."
    assert [one.id for one in drafts_of(post.database, "liaison", BODY)] == [draft.id]
    for person, body in (("brown", BODY), ("liaison", "kent")):
        with pytest.raises(NoDraft):
            drafted(post.database, person, body, draft.id)
    discard(post.database, draft)
    with pytest.raises(NoDraft):
        save(post.database, draft, SubmissionAnswer.plan, "", "More.", MORNING)


def test_a_feed_is_its_holder_s(post: Post, story: Story):
    secret = make_token(post.database, "liaison", Kind.feed, MORNING, owner=BODY)
    found = feed(post.database, on_file(), secret, MORNING)
    assert [duty.due for duty in found.duties] == [heap(post).duties[0].due]
    assert found.set_at[story.case.id].tzinfo
    assert uid(found.duties[0], "x.example") == uid(heap(post).duties[0], "x.example")
    other = make_token(post.database, "liaison", Kind.feed, MORNING, owner="kent")
    for wrong in (other, "nothing"):
        with pytest.raises(NoFeed):
            feed(post.database, on_file(), wrong, MORNING)


def test_an_oversight_body_without_responses_sees_its_forces(post: Post, story: Story):
    found = responses(post.database, f"pcc-{BODY}", TODAY, ended=False, page=1, size=10)
    assert (found.lines, found.count) == ((), 0)
    assert [(force.id, force.open_) for force in found.forces] == [(BODY, 1)]
    with pytest.raises(NoResponse):
        response(post.database, f"pcc-{BODY}", "peel-2016")
