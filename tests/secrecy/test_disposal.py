"""Cases past their retention, disposed of by two people: what is personal is gone, and every chain still holds."""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select, update

from audit.disposals import disposals, first_break
from models.database import Database, lock
from models.tables import CaseKey, Content, Disposal, Person, Repair, SealedText
from office import disposal, legal_holds, redaction
from office.auditing import audit_rows
from office.verifying import verify
from tests.ledger.story import events_of
from tests.mail.post import Post
from tests.secrecy.closed import AFTER, SECRET, YEARS, after, disposed_of, ended, left, staffed

EDITS: tuple[dict[str, object], ...] = (
    {"reason": "none"},
    {"disposed_by": "mallory"},
    {"redacted": {}},
    {"texts": []},
    {"number": 3},
)


@pytest.fixture
def world(post: Post) -> Post:
    return staffed(post)


def test_everything_personal_is_gone_and_the_chain_holds(world: Post) -> None:
    story = ended(world)
    database, case = world.database, story.case.id
    assert len(left(database)) >= 10
    before = [row.model_dump() for row in events_of(database, case)]
    head = verify(database).head

    [done] = disposed_of(database, case)

    assert left(database) == []
    with database.reading() as session:
        assert [one.closed_by for one in session.exec(select(Repair))] == ["lead-1"]
    assert [row.model_dump() for row in events_of(database, case)] == before
    found = verify(database)
    assert (found.broken, found.false_texts) == ({}, [])
    assert found.head != head  # the record of disposal is in it
    assert audit_rows(database, [case], AFTER) == []
    assert done.redacted == {
        "texts": 7,
        "documents": 4,
        "mails": len(world.mails()),
        "drafts": 3,
        "notes": 2,
        "people": 1,
        "contacts": 1,
        "keys": 1,
    }
    assert (done.proposed_by, done.disposed_by, done.reason) == ("ops-1", "lead-1", "schedule 4")
    assert done.under == "kept until 8 December 2023, for it ended on 8 December 2016"


def test_what_another_case_needs_stays_until_that_one_goes_too(world: Post) -> None:
    world.recommendation("R-2016-6086")
    cases = tuple(f"recommendation/R-2016-{number}/bedfordshire" for number in (6085, 6086))
    for case in cases:
        ended(world, case.split("/")[1], shared=cases)
    disposed_of(world.database, cases[0])
    with world.database.reading() as session:
        plan = session.exec(select(SealedText).where(SealedText.kind == "submission")).one()
        assert plan.text.startswith("We will.")
        assert session.get(Content, hashlib.sha256(f"the plan of {SECRET}".encode()).hexdigest())
        assert session.get_one(Person, "gone-1").name == f"Ada {SECRET}"
    disposed_of(world.database, cases[1])
    assert left(world.database) == []
    assert verify(world.database).broken == {}


def test_interrupted_it_goes_on_where_it_was(world: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    world.recommendation("R-2016-6086")
    first, second = ended(world).case.id, ended(world, "R-2016-6086").case.id
    made = disposal.propose(world.database, "ops-1", "why", YEARS, AFTER)
    real, cases = redaction.redact, []

    def stops(session, row, gone, day):
        cases.append(row.id)
        if len(cases) == 2:
            real(session, row, gone, day)
            raise KeyboardInterrupt
        return real(session, row, gone, day)

    monkeypatch.setattr(disposal, "redact", stops)
    with suppress(KeyboardInterrupt):
        disposal.dispose(world.database, "lead-1", made[0].proposal, YEARS, after)
    if world.database.sqlite:
        assert Path(f"{world.database.engine.url.database}-wal").stat().st_size == 0
    with world.database.reading() as session:
        assert [one["case_id"] for one in disposals(session)] == [first]
        assert session.get_one(CaseKey, (second, 1)).wrapped
        assert session.get_one(SealedText, events_letter(world.database, second)).text.startswith("Dear")
    monkeypatch.setattr(disposal, "redact", real)
    [done] = disposal.dispose(world.database, "lead-1", made[0].proposal, YEARS, after)
    assert (done.case_id, done.number) == (second, 2)
    assert left(world.database) == []


def test_the_record_s_instants_are_in_its_order_though_a_clock_is_set_back(world: Post) -> None:
    world.recommendation("R-2016-6086")
    ended(world), ended(world, "R-2016-6086")
    made = disposal.propose(world.database, "ops-1", "why", YEARS, AFTER)
    shown = iter((AFTER, AFTER + timedelta(hours=1), AFTER))
    disposal.dispose(world.database, "lead-1", made[0].proposal, YEARS, lambda: next(shown))
    with world.database.reading() as session:
        done = disposals(session)
        assert [one["disposed_at"] for one in done] == [AFTER + timedelta(hours=1)] * 2
        assert first_break(done) is None


def test_a_hold_waits_for_what_is_being_disposed_of(world: Post) -> None:
    database = world.database
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor() as other:
        with database.writing() as session:
            lock(session.connection(), "disposals")
            held = other.submit(legal_holds.hold, database, "lead-1", "bedfordshire", "inquiry", AFTER)
            while not session.connection().execute(waits).scalar_one():
                assert not held.done()
        assert held.result(10).subject == "bedfordshire"


def events_letter(database: Database, case: str) -> str:
    return str(next(row.details["letter"] for row in events_of(database, case) if row.kind == "requested"))


def test_an_edited_record_of_disposal_shows(world: Post) -> None:
    disposed_of(world.database, ended(world).case.id)
    with world.database.reading() as session:
        whole = disposals(session)[0]
    for change in EDITS:
        edit(world.database, change)
        with world.database.reading() as session:
            assert first_break(disposals(session)) == 1, change
        assert "disposals" in verify(world.database).broken
        edit(world.database, {name: whole[name] for name in change})
    assert "disposals" not in verify(world.database).broken


def edit(database: Database, change: Mapping[str, object]) -> None:
    with database.writing() as session:
        session.exec(update(Disposal).values(**change))
