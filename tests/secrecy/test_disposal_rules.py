"""Who may dispose of what, when, and what forbids it; what stays of a case. On SQLite alone."""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col, delete, select, update

from lifecycle.words import Refused
from models.database import Database
from models.tables import Content, Disposal, Document, EventRow, Mail, Person, Repair, SealedText
from office import disposal, legal_holds
from office.people import NotAllowed
from office.retention import kept_until, retained, years_before
from office.verifying import verify
from secrecy.case_keys import Shredded
from tests.mail.post import Post
from tests.secrecy.closed import AFTER, SECRET, YEARS, after, disposed_of, ended, left, staffed
from tests.secrecy.sealed import keys_of

DAY = AFTER.date()


@pytest.fixture
def database(ledger: Database) -> Database:
    return ledger


@pytest.fixture
def world(post: Post) -> Post:
    return staffed(post)


def test_hashes_stay_and_texts_say_that_they_are_disposed_of(world: Post) -> None:
    story = ended(world)
    with world.database.reading() as session:
        hashes = dict(session.exec(select(SealedText.id, SealedText.hash)).all())
        files = set(session.exec(select(Document.hash)))
    disposed_of(world.database, story.case.id)
    with world.database.reading() as session:
        assert dict(session.exec(select(SealedText.id, SealedText.hash)).all()) == hashes
        assert set(session.exec(select(Document.hash))) == files
        assert session.exec(select(Content)).all() == []
        [done] = session.exec(select(Disposal)).all()
        texts = session.exec(select(SealedText.text).where(col(SealedText.id).in_(done.texts))).all()
        assert all(text.startswith("[Disposed of on 10 January 2026.") for text in texts)
        assert {mail.mailbox for mail in session.exec(select(Mail))} == {"removed"}


def test_the_workflow_s_history_is_shredded(world: Post) -> None:
    story = ended(world)
    disposed_of(world.database, story.case.id)
    with pytest.raises(Shredded, match="disposed of: kept until 8 December 2023"):
        keys_of(world.database).current(story.case.id)


def test_nothing_of_it_is_left_in_the_file_itself(world: Post) -> None:
    database = world.database
    story = ended(world)
    disposed_of(database, story.case.id)
    path = Path(str(database.engine.url.database))
    for file in path.parent.glob(f"{path.name}*"):
        assert SECRET.encode() not in file.read_bytes(), file


def test_words_that_stay_in_the_log_because_somebody_reads_are_told_of(
    world: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    story = ended(world)
    monkeypatch.setattr("models.database.PATIENCE", 0)
    with closing(Database(world.database.url)) as database, world.database.reading() as reader:
        reader.exec(select(Person)).all()
        [done] = disposed_of(database, story.case.id)
    assert done.number == 1
    assert "still in SQLite's log" in caplog.text


def test_one_person_alone_disposes_of_nothing(world: Post) -> None:
    story = ended(world)
    with pytest.raises(Refused, match="Disposal takes two people"):
        disposed_of(world.database, story.case.id, by="ops-1")
    for person in ("inspector-1", "liaison-1"):
        with pytest.raises(NotAllowed):
            disposal.propose(world.database, person, "why", YEARS, AFTER)
    assert "sealed_text" in left(world.database)


def test_a_reason_is_asked_for(world: Post) -> None:
    ended(world)
    with pytest.raises(Refused, match="Say why"):
        disposal.propose(world.database, "ops-1", "  ", YEARS, AFTER)


def test_nothing_is_disposed_of_before_its_time_or_while_it_is_open(world: Post) -> None:
    world.recommendation("R-open")
    open_one, story = world.story("R-open"), ended(world)
    early = datetime(2023, 12, 7, 12, tzinfo=UTC)
    with pytest.raises(Refused, match="is not to be disposed of: kept until 8 December 2023"):
        disposal.propose(world.database, "ops-1", "why", YEARS, early, [story.case.id])
    with pytest.raises(Refused, match="has not ended"):
        disposal.propose(world.database, "ops-1", "why", YEARS, AFTER, [open_one.case.id])
    with pytest.raises(Refused, match="There is nothing to propose"):
        disposal.propose(world.database, "ops-1", "why", YEARS, early)
    made = disposal.propose(world.database, "ops-1", "why", YEARS, datetime(2023, 12, 8, 12, tzinfo=UTC))
    assert [one.case_id for one in made] == [story.case.id]


@pytest.mark.parametrize(
    "subject", ["recommendation/R-2016-6085/bedfordshire", "peel-2016", "bedfordshire", "everything"]
)
def test_a_legal_hold_stands_in_the_way_until_it_is_lifted(world: Post, subject: str) -> None:
    story, database = ended(world), world.database
    made = disposal.propose(database, "ops-1", "schedule 4", YEARS, AFTER)
    placed = legal_holds.hold(database, "lead-1", subject, "judicial review", AFTER)
    with pytest.raises(Refused, match=f"legal hold {placed.id} on {subject}: judicial review"):
        disposal.dispose(database, "lead-1", made[0].proposal, YEARS, after)
    assert "sealed_text" in left(database)
    legal_holds.lift(database, "lead-1", placed.id or 0, "it is decided", AFTER)
    assert [one.case_id for one in disposal.dispose(database, "lead-1", made[0].proposal, YEARS, after)] == [
        story.case.id
    ]


def test_a_hold_on_nothing_and_one_lifted_twice_are_refused(world: Post) -> None:
    with pytest.raises(Refused, match="is no case, report or body here"):
        legal_holds.hold(world.database, "ops-1", "nowhere", "why", AFTER)
    placed = legal_holds.hold(world.database, "ops-1", "bedfordshire", "why", AFTER)
    legal_holds.lift(world.database, "ops-1", placed.id or 0, "over", AFTER)
    with pytest.raises(Refused, match="no legal hold"):
        legal_holds.lift(world.database, "ops-1", placed.id or 0, "over", AFTER)


def test_what_waits_for_a_person_or_for_the_post_is_kept(world: Post) -> None:
    story, database = ended(world), world.database
    case = story.case.id
    world.add(Repair(id="r-1", subject=case, kind="parked", cause="?", opened_at=AFTER))
    with database.reading() as session:
        [kept] = retained(session, YEARS, DAY)
    assert kept.forbids == "it waits for repair"


def test_a_published_letter_is_public_and_stays(world: Post) -> None:
    story = ended(world, published=True)
    [done] = disposed_of(world.database, story.case.id)
    with world.database.reading() as session:
        letters = session.exec(
            select(SealedText).where(SealedText.kind == "letter", SealedText.id != "letter-1")
        ).all()
    gone = sorted(letter.id in done.texts for letter in letters)
    assert gone == [False, True, True]  # the one that was recalled goes too
    assert verify(world.database).false_texts == []


def test_a_proposal_can_be_withdrawn_and_what_is_proposed_is_not_proposed_again(world: Post) -> None:
    ended(world)
    made = disposal.propose(world.database, "ops-1", "why", YEARS, AFTER)
    with pytest.raises(Refused, match="all are proposed already"):
        disposal.propose(world.database, "lead-1", "why", YEARS, AFTER)
    assert disposal.withdraw(world.database, "lead-1", made[0].proposal, AFTER) == 1
    with pytest.raises(Refused, match="Nothing of a proposal"):
        disposal.dispose(world.database, "lead-1", made[0].proposal, YEARS, after)
    assert disposal.propose(world.database, "lead-1", "why", YEARS, AFTER)


def test_a_text_changed_or_said_to_be_disposed_of_by_nobody_shows(world: Post) -> None:
    ended(world)
    with world.database.writing() as session:
        session.exec(
            update(SealedText)
            .where(col(SealedText.kind) == "narrative")
            .values(text="[Disposed of on 1 May.]")
        )
    [found] = verify(world.database).false_texts
    assert found.startswith("narrative-")


def test_a_text_that_somebody_deletes_shows(world: Post) -> None:
    ended(world)
    assert verify(world.database).whole
    with world.database.writing() as session:
        session.exec(delete(SealedText).where(col(SealedText.kind) == "narrative"))
    [found] = verify(world.database).false_texts
    assert found.startswith("narrative-")


def test_a_person_who_acts_elsewhere_keeps_a_name(world: Post) -> None:
    story = ended(world)
    world.recommendation("R-2016-6086")
    ended(world, "R-2016-6086")
    disposed_of(world.database, story.case.id)
    with world.database.reading() as session:
        assert session.get_one(Person, "gone-1").name == f"Ada {SECRET}"
        assert session.get_one(Person, "lead-1").name == "lead-1 by name"
        assert session.exec(select(EventRow.actor).where(EventRow.actor == "gone-1")).first()


@pytest.mark.parametrize(
    ("ended_on", "until"),
    [
        (date(2016, 12, 8), date(2023, 12, 8)),
        (date(2016, 2, 29), date(2023, 3, 1)),
        (date(2017, 2, 28), date(2024, 2, 28)),
    ],
)
def test_years_are_counted_from_the_end(ended_on: date, until: date) -> None:
    assert kept_until(ended_on, 7) == until


def test_the_same_years_back_from_a_leap_day() -> None:
    assert years_before(date(2024, 2, 29), 7) == date(2017, 2, 28)
