"""Mail for a case's inspector: to whom it is allocated, or who covers; else to the role's mailbox."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from activities.mail.relay import Phase
from lifecycle import acts as a
from models.tables import Allocation, Conflict, InspectorCover, Person, PersonRole
from tests.ledger.story import MORNING, Story
from tests.mail.post import LETTER, Meddling, Post, mailboxes

ROLE = "inspector@inspectorate.example"
TODAY = MORNING.date()
WEEK = timedelta(days=7)


@pytest.fixture
def story(post: Post) -> Story:
    """A case that waits for its plan; Brown and Green inspect."""
    for person in ("brown", "green"):
        post.add(
            Person(id=person, name=person.title(), mailbox=f"{person}@inspectorate.example"),
            PersonRole(person_id=person, role="inspector", owner="inspectorate"),
        )
    told = post.asked()
    post.server.copies.clear()
    return told


def allocate(post: Post, story: Story, person: str = "brown") -> None:
    post.add(Allocation(case_id=story.case.id, person_id=person, by="lead", since=MORNING))


def cover(post: Post, person: str, by: str, since: date = TODAY) -> None:
    post.add(
        InspectorCover(
            person_id=person, cover_id=by, since=since, until=since + WEEK, by="lead", made_at=MORNING
        )
    )


def told(post: Post, story: Story, submission: str = "submission-1") -> list[str]:
    """Where mail goes when a submission comes: to the inspectorate's side."""
    post.server.copies.clear()
    post.take(story, a.RecordSubmission(key="plan", actor="operations", submission=submission))
    post.run()
    return [each for each in mailboxes(post.arrived()) if each.endswith("@inspectorate.example")]


def test_what_is_allocated_to_nobody_is_everybodys(post: Post, story: Story):
    assert told(post, story) == [ROLE]


def test_the_allocated_inspector_hears_of_a_submission_and_of_its_replacement(post: Post, story: Story):
    allocate(post, story)
    assert told(post, story) == ["brown@inspectorate.example"]
    assert told(post, story, "submission-2") == ["brown@inspectorate.example"]


def test_who_covers_hears_of_it_while_the_inspector_is_away(post: Post, story: Story):
    allocate(post, story)
    cover(post, "brown", "green")
    assert told(post, story) == ["green@inspectorate.example"]


def test_leave_that_is_over_or_to_come_changes_nothing(post: Post, story: Story):
    allocate(post, story)
    cover(post, "brown", "green", TODAY - WEEK)
    cover(post, "brown", "green", TODAY + WEEK)
    assert told(post, story) == ["brown@inspectorate.example"]


def test_two_who_cover_for_each_other_leave_it_to_everybody(post: Post, story: Story):
    allocate(post, story)
    cover(post, "brown", "green")
    cover(post, "green", "brown")
    assert told(post, story) == [ROLE]


def test_nobody_who_left_hears_of_it(post: Post, story: Story):
    post.add(
        Person(id="gone", name="Gone", mailbox="gone@inspectorate.example", until=TODAY),
        PersonRole(person_id="gone", role="inspector", owner="inspectorate"),
    )
    allocate(post, story, "gone")
    assert told(post, story) == [ROLE]


def test_nobody_who_no_longer_inspects_hears_of_it(post: Post, story: Story):
    post.add(Person(id="moved", name="Moved", mailbox="moved@inspectorate.example"))
    allocate(post, story, "moved")
    assert told(post, story) == [ROLE]


@pytest.mark.parametrize("conflicted", ["brown", "green"])
def test_nobody_with_a_conflict_hears_of_it(post: Post, story: Story, conflicted: str):
    allocate(post, story)
    if conflicted == "green":
        cover(post, "brown", "green")
    post.add(Conflict(person_id=conflicted, body_id="bedfordshire", reason="family", since=TODAY, by="lead"))
    assert told(post, story) == [ROLE]


def test_a_case_given_to_another_while_mail_is_leaving_is_told_to_the_other(post: Post, story: Story):
    """The request letter of another case leaves first; meanwhile the case changes hands."""
    allocate(post, story)
    post.recommendation("R-2016-6086")
    post.take(post.story("R-2016-6086"), LETTER)
    post.take(story, a.RecordSubmission(key="plan", actor="operations", submission="submission-1"))

    def change_hands() -> None:
        with post.database.writing() as session:
            session.exec(select(Allocation)).one().person_id = "green"

    post.run(relay=Meddling(post.server.url, Phase.connecting, change_hands))
    post.run()

    assert "green@inspectorate.example" in mailboxes(post.arrived())
    assert "brown@inspectorate.example" not in mailboxes(post.arrived())
