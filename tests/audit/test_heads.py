"""One hash over the heads of all chains: the digest names it, and what was changed since is seen against it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import update

from activities.ledger import digest
from activities.ledger.chain import digest as hash_of
from activities.ledger.chain import first_break as by_the_ledger
from audit.chains import first_break
from audit.heads import head
from audit.rows import papers
from lifecycle.dates import local_date
from lifecycle.rules import Rules
from lifecycle.words import Refused
from models.database import Database
from models.messages import DigestStart
from models.tables import EventRow, SealedText
from office.verifying import verify
from tests.ledger.story import Story, events_of

NAMES = ("kent", "surrey", "essex")
LINE = re.compile(r"audit verify --at (\S+) --head ([0-9a-f]{64})")


@pytest.fixture
def stories(database: Database, rules: Rules) -> list[Story]:
    return [Story(database, rules, f"recommendation/R-1/{name}").opened() for name in NAMES]


def age(database: Database, by: timedelta) -> None:
    """As if everything had been recorded that much earlier."""
    with database.writing() as session:
        session.exec(update(EventRow).values(recorded_at=datetime.now(UTC) - by))


def test_the_head_is_over_every_stream_and_changes_with_each(
    database: Database, stories: list[Story]
) -> None:
    seen = set()
    for story in stories:
        found = verify(database)
        assert (found.streams, found.broken) == (3, {})
        seen.add(found.head)
        story.wait(200)
    with database.reading() as session:
        top = head(session, datetime.now(UTC))
    assert top.events == sum(story.case.seq for story in stories) == verify(database).events
    assert len({*seen, top.hash}) == 4


def test_a_digest_names_the_head_and_it_stands_while_more_is_recorded(
    database: Database, stories: list[Story]
) -> None:
    age(database, timedelta(minutes=10))
    with database.writing() as session:
        digest.make(session, DigestStart(day=local_date(datetime.now(UTC))))
    with database.reading() as session:
        text = session.get_one(SealedText, f"digest/{local_date(datetime.now(UTC))}").text
    named = LINE.search(text)
    assert named is not None
    at, told = named.groups()
    assert f"{verify(database).events} events in 3 chains:\n{told}\n" in text
    assert verify(database).head == told

    stories[0].wait(200)
    found = verify(database, at, told)
    assert (found.as_said, found.broken) == (True, {})
    assert verify(database).head != told


def test_a_chain_written_anew_is_seen_against_a_head_that_was_kept(
    database: Database, stories: list[Story], rules: Rules
) -> None:
    """Whoever can write to the ledger can compute a whole new chain: each link holds, and the head does not."""
    kept = verify(database).head
    [first] = [row for row in events_of(database, stories[0].case.id) if row.seq == 1]
    forged, previous = [], first.previous_hash
    for row in events_of(database, stories[0].case.id):
        row.actor, row.previous_hash = "mallory", previous
        previous = row.hash = hash_of(row.model_dump())
        forged.append(row)
    with database.writing() as session:
        for row in forged:
            session.merge(row)
    assert by_the_ledger(events_of(database, stories[0].case.id)) is None
    found = verify(database, head=kept)
    assert (found.broken, found.as_said) == ({}, False)


@pytest.mark.parametrize("changes", [{"actor": "mallory"}, {"act_key": "x"}, {"details": {}}, {"kind": "x"}])
def test_the_first_broken_link_is_named_as_the_ledger_names_it(
    database: Database, stories: list[Story], changes: dict[str, object]
) -> None:
    stream = stories[1].case.id
    with database.writing() as session:
        session.get_one(EventRow, (stream, 2)).sqlmodel_update(changes)
    with database.reading() as session:
        events = next(papers(session, [stream])).events
    assert first_break(events) == by_the_ledger(events_of(database, stream)) == 2
    broken = verify(database).broken
    assert list(broken) == [stream]
    assert broken[stream].startswith("Event 2 of ")


@pytest.mark.parametrize("at", ["yesterday", "2026-12-04T09:00:00"])
def test_an_instant_that_cannot_be_read_is_refused_with_how_to_write_it(database: Database, at: str) -> None:
    with pytest.raises(Refused, match="Write it as the digest has it"):
        verify(database, at)
