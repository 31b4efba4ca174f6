"""Each kind of fault planted into a ledger: found, named, and, where its remedy can be pressed, mended."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, delete, select

from activities.ledger.append import append
from activities.ledger.repairs import open_repair, outstanding
from audit.record import Difference
from audit.rows import papers
from audit.shelf import Shelf, read_shelf
from audit.whole import of_case
from lifecycle import acts as a
from lifecycle import agenda, decisions, ladder
from lifecycle.limits import due_date
from lifecycle.rules import Rules
from lifecycle.words import Reason, Refused, Role
from models.database import Database
from models.messages import Append
from models.tables import (
    ActTaken,
    CaseRow,
    ClockRow,
    EventRow,
    Heartbeat,
    Notice,
    Order,
    Person,
    PersonRole,
)
from office.auditing import ROWS, audit_rows, every_stream, keep_repairs, one_stream
from office.desk import NoCase
from office.mending import mend
from tests.conftest import SQLiteFiles
from tests.ledger.story import ISSUED, MORNING, Story, everything

SHELF = read_shelf()
Plant = Callable[[Session, str], object]


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """On SQLite alone: what is judged are values; test_lives, test_heads and test_nights read both."""
    files = SQLiteFiles(tmp_path, sqlite_template)
    yield files.new()
    files.close()


@pytest.fixture
def story(database: Database, rules: Rules) -> Story:
    """A case asked for its plan, with rungs that fell and one act answered; what was due is sent."""
    with database.writing() as session:
        session.add(Person(id="ops-1", name="Operations"))
        session.flush()
        session.add(PersonRole(person_id="ops-1", role=Role.operations.value, owner="inspectorate"))
    told = Story(database, rules).opened()
    told.take(a.SendRequestLetter(key="request", actor="adams", letter="l-1"))
    for days in (14, 26):
        told.wait(days)
        sent(told)
    told.take(a.RecordSubmission(key="submit", actor="adams", submission="s-1"))
    told.take(a.AskQuestion(key="ask", actor="adams", question="q-1"))
    told.wait(3)
    sent(told)
    return told


def sent(story: Story) -> None:
    with story.database.writing() as session:
        for notice in session.exec(select(Notice).where(Notice.state == "due")):
            notice.state = "sent"


def plant(story: Story, fault: Plant) -> None:
    with story.database.writing() as session:
        fault(session, story.case.id)


def found(story: Story) -> list[Difference]:
    return audit_rows(story.database, every_stream(story.database), story.now + timedelta(hours=1))


def one(story: Story) -> Difference:
    [only] = found(story)
    assert only.subject == story.case.id
    return only


def event(seq: int, **changes: object) -> Plant:
    def edit(session: Session, stream: str) -> None:
        session.get_one(EventRow, (stream, seq)).sqlmodel_update(changes)

    return edit


def test_a_case_left_alone_has_no_difference(story: Story) -> None:
    assert found(story) == []


# --- chains ---------------------------------------------------------------------------------------------------------


def gone(*seqs: int) -> Plant:
    def cut(session: Session, stream: str) -> None:
        session.exec(delete(EventRow).where(col(EventRow.stream) == stream, col(EventRow.seq).in_(seqs)))

    return cut


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (event(3, actor="mallory"), "Event 3 of"),
        (event(2, details={"clock": "x"}), "Event 2 of"),
        (event(4, on=date(2016, 12, 9)), "Event 4 of"),
        (gone(5), "Event 5 of"),
    ],
)
def test_a_broken_link_is_named_and_nothing_is_built_from_it(story: Story, fault: Plant, said: str) -> None:
    plant(story, fault)
    before = everything(story.database)
    broken = one(story)
    assert (broken.kind, broken.cause.startswith(said)) == ("broken_chain", True)
    with pytest.raises(Refused, match="is not mended"):
        mend(story.database, story.case.id, "ops-1", story.now)
    assert everything(story.database) == before


def test_a_tail_that_is_gone_shows_by_the_cases_row(story: Story) -> None:
    last = story.case.seq
    plant(story, gone(last - 1, last))
    assert f"{last - 2} are there: the last ones are gone" in one(story).cause


# --- rows -----------------------------------------------------------------------------------------------------------


def case_row(**changes: object) -> Plant:
    return lambda session, stream: session.get_one(CaseRow, stream).sqlmodel_update(changes)


def clock_row(name: str, **changes: object) -> Plant:
    return lambda session, stream: session.get_one(ClockRow, (stream, name)).sqlmodel_update(changes)


def without_rows(session: Session, stream: str) -> None:
    session.exec(delete(ClockRow).where(col(ClockRow.case_id) == stream))
    session.exec(delete(CaseRow).where(col(CaseRow.id) == stream))


def without_clock(session: Session, stream: str) -> None:
    session.delete(session.get_one(ClockRow, (stream, "assessment")))


def clock_nobody_began(session: Session, stream: str) -> None:
    session.add(ClockRow(case_id=stream, id="visit", kind="visit", started=ISSUED, state="running"))


def without_act(session: Session, stream: str) -> None:
    session.delete(session.get_one(ActTaken, "submit"))


def act_nobody_took(session: Session, stream: str) -> None:
    session.add(ActTaken(key="assess", stream=stream, first_seq=1, last_seq=2))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (case_row(stage="published"), "stage is published, and the events say submitted"),
        (case_row(next_due=None), "next_due is None"),
        (case_row(ended_on=ISSUED), "ended_on is 2016-12-08"),
        (case_row(head_hash="0" * 64), "head_hash"),
        (case_row(body_id="kent"), "body_id is kent"),
        (clock_row("assessment", due=date(2030, 1, 1)), "the due of assessment is 2030-01-01"),
        (
            clock_row("submission", state="running"),
            "the state of submission is running, and the events say met",
        ),
        (without_rows, "the case has no row"),
        (without_clock, "the clock assessment has no row"),
        (clock_nobody_began, "no event began the clock visit"),
        (without_act, "the act submit stands at None"),
        (act_nobody_took, "the act assess stands at (1, 2), and its events at None"),
    ],
)
def test_rows_that_are_not_the_fold_are_named_and_mended(story: Story, fault: Plant, said: str) -> None:
    before = everything(story.database)
    plant(story, fault)
    wrong = one(story)
    assert (wrong.kind, wrong.remedy) == ("wrong_rows", f"followthrough audit mend {story.case.id}")
    assert said in wrong.cause
    done, left = mend(story.database, story.case.id, "ops-1", story.now)
    assert (len(done), left) == (1, [])
    after = everything(story.database)
    assert {name: after[name] for name in ("event", "case_", "clock", "act_taken", "notice")} == {
        name: before[name] for name in ("event", "case_", "clock", "act_taken", "notice")
    }


# --- notices --------------------------------------------------------------------------------------------------------


def notice(session: Session, stream: str, rung: str) -> Notice:
    query = select(Notice).where(Notice.case_id == stream, Notice.rung == rung, Notice.state == "sent")
    found = session.exec(query.order_by(col(Notice.id))).first()
    assert found is not None
    return found


def of(story: Story, rung: str) -> Notice:
    with story.database.reading() as session:
        query = select(Notice).where(Notice.case_id == story.case.id, Notice.rung == rung)
        return session.exec(query.order_by(col(Notice.id).desc())).first() or pytest.fail(rung)


def changed(rung: str, **changes: object) -> Plant:
    return lambda session, stream: notice(session, stream, rung).sqlmodel_update(changes)


@pytest.mark.parametrize(
    ("fault", "kind", "state", "held"),
    [
        (
            lambda session, stream: session.delete(notice(session, stream, "due")),
            "notice_missing",
            "due",
            True,
        ),
        (changed("due", state="not_sent", reason=""), "notice_wrong", "due", True),
        (changed("due", state="not_sent", reason="the due date was moved"), "notice_wrong", "due", True),
        (changed("due", state="due", due=ISSUED), "notice_wrong", "due", False),
        (changed("due", state="due", template="submission-overdue"), "notice_wrong", "due", False),
    ],
)
def test_a_rung_neither_sent_nor_explained_is_written_again_and_held(
    story: Story, fault: Plant, kind: str, state: str, held: bool
) -> None:
    good = of(story, "due").model_dump(include={"clock", "role", "template", "due", "cause_seq"})
    plant(story, fault)
    assert kind in [wrong.kind for wrong in found(story)]
    done, left = mend(story.database, story.case.id, "ops-1", story.now)
    assert (len(done), [one for one in left if one.kind != "notice_waiting"]) == (1, [])
    mended = of(story, "due")
    assert (mended.state, mended.held) == (state, held)
    assert mended.model_dump(include=set(good)) == good
    with story.database.reading() as session:
        assert [one.kind for one in outstanding(session) if one.kind == "held"] == ["held"] * held


def test_a_notice_that_nobody_asked_for_is_laid_down_and_one_that_left_is_for_a_person(story: Story) -> None:
    def stray(session: Session, stream: str) -> None:
        like = notice(session, stream, "due").model_dump(exclude={"id", "rung", "state"})
        session.add(Notice(**like, rung="extra-1", state="due"))
        session.add(Notice(**like, rung="extra-2", state="sent"))

    plant(story, stray)
    [unasked] = [one for one in found(story) if one.kind == "notice_unasked"]
    assert "tell whoever got it" in unasked.remedy
    done, left = mend(story.database, story.case.id, "ops-1", story.now)
    assert done == ["laid down extra-1 to liaison, which nobody asked for"]
    assert of(story, "extra-1").state == "not_sent"
    assert [(one.kind, "extra-2" in one.cause) for one in left] == [("notice_unasked", True)]


def test_a_rung_that_was_passed_over_must_not_be_sent(story: Story) -> None:
    with story.database.writing() as session:
        passed = session.exec(select(Notice).where(Notice.state == "not_sent")).first()
        assert passed is not None
        reason, passed.state, passed.reason = passed.reason, "due", ""
    assert "should not be sent" in next(one.cause for one in found(story) if one.kind == "notice_wrong")
    mend(story.database, story.case.id, "ops-1", story.now)
    assert found(story) == []
    with story.database.reading() as session:
        assert session.get_one(Notice, passed.id).reason == reason


def test_a_notice_that_waits_for_a_day_is_named(story: Story) -> None:
    plant(story, changed("due", state="due"))
    assert one(story).kind == "notice_waiting"
    plant(story, lambda session, stream: of_due(session, stream).sqlmodel_update({"held": True}))
    assert found(story) == []


def order(session: Session, stream: str) -> None:
    session.add(Order(id="stop", kind="stop_sending", actor="ops-1", on=ISSUED, effective_at=MORNING))


def backlog(session: Session, stream: str) -> None:
    session.add(Order(id="late", kind="recovery", actor="engine", on=ISSUED, effective_at=MORNING))


def post_repair(session: Session, stream: str) -> None:
    open_repair(session, f"no_contact/{stream}", stream, "no_contact", "nobody holds the role", "add one")


def unarmed(session: Session, stream: str) -> None:
    session.add(Heartbeat(job="dispatch", started_at=MORNING, outcome="nothing sent: not armed"))


@pytest.mark.parametrize("why", [order, backlog, post_repair, unarmed])
def test_a_notice_whose_waiting_is_explained_already_is_not_named(story: Story, why: Plant) -> None:
    plant(story, changed("due", state="due"))
    plant(story, why)
    assert found(story) == []


def of_due(session: Session, stream: str) -> Notice:
    return session.exec(select(Notice).where(Notice.case_id == stream, Notice.state == "due")).one()


# --- what an engine with a fault would record -------------------------------------------------------------------------


@pytest.fixture
def asked(database: Database, rules: Rules) -> Story:
    told = Story(database, rules).opened()
    told.take(a.SendRequestLetter(key="request", actor="adams", letter="l-1"))
    return told


def test_a_rung_that_never_fell_is_named_and_its_case_is_to_be_seated_again(asked: Story) -> None:
    sent(asked)
    asked.now += timedelta(days=10)
    missing = one(asked)
    assert (missing.kind, missing.remedy) == ("rung_missing", f"followthrough case reseat {asked.case.id}")
    assert "before-5 of submission fell due on 2016-12-15" in missing.cause
    asked.wait(0)
    sent(asked)
    assert found(asked) == []


def test_a_rung_that_fell_on_another_day_is_named(asked: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    right = ladder.rung_day
    monkeypatch.setattr(ladder, "rung_day", lambda *words: right(*words) - timedelta(days=1))
    asked.wait(30)
    sent(asked)
    assert "was recorded before" in next(one.cause for one in found(asked) if one.kind == "wrong_rung")


def test_a_rung_merged_without_a_newer_one_is_named(asked: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "_fate", lambda *_: Reason.merged)
    asked.wait(10)
    sent(asked)
    assert one(asked).kind == "wrong_rung"
    assert "merged into a newer rung, and should be sent" in one(asked).cause


def test_a_date_counted_otherwise_is_named(
    database: Database, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = due_date
    monkeypatch.setattr(
        "lifecycle.clocks.due_date", lambda limit, day, *more: right(limit, day + timedelta(days=7), *more)
    )
    told = Story(database, rules).opened()
    told.take(a.SendRequestLetter(key="request", actor="adams", letter="l-1"))
    wrong = next(one for one in found(told) if one.kind == "wrong_clock")
    assert "submission is due on 2017-01-03 by event" in wrong.cause
    assert "followthrough case move" in wrong.remedy


def test_a_clock_that_should_have_stopped_or_begun_is_named(
    asked: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "consequences", lambda *_: ())
    asked.take(a.RecordSubmission(key="submit", actor="adams", submission="s-1"))
    sent(asked)
    wrong = one(asked)
    assert wrong.kind == "wrong_clock"
    assert "should stop submission: already answered" in wrong.cause
    assert "should start assessment" in wrong.cause


def test_news_that_nobody_was_told_is_named(asked: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "_announced", lambda event, rules: event)
    asked.take(a.RecordSubmission(key="submit", actor="adams", submission="s-1"))
    sent(asked)
    assert one(asked).kind == "wrong_told"
    assert "should have been told" in one(asked).cause


def test_rules_that_are_gone_are_named(story: Story) -> None:
    with story.database.reading() as session:
        [only] = of_case(next(papers(session, [story.case.id])), Shelf({}, {}), story.now)
    assert (only.kind, "put that version back" in only.cause) == ("rules_missing", True)
    assert SHELF.policies


# --- repairs --------------------------------------------------------------------------------------------------------


def test_a_difference_opens_one_repair_and_what_is_mended_closes_it(story: Story) -> None:
    plant(story, case_row(stage="published"))
    for _ in range(2):
        keep_repairs(story.database, found(story), ROWS)
    assert repairs(story) == [("wrong_rows", f"followthrough audit mend {story.case.id}")]
    keep_repairs(story.database, [], ROWS, looked_at=["another"])
    assert repairs(story)
    mend(story.database, story.case.id, "ops-1", story.now)
    assert repairs(story) == []


def repairs(story: Story) -> list[tuple[str, str]]:
    with story.database.reading() as session:
        return [(one.kind, one.remedy) for one in outstanding(session) if one.subject == story.case.id]


def test_rows_of_a_case_that_has_no_events_are_named(story: Story) -> None:
    plant(story, gone(*range(1, 99)))
    assert (one(story).kind, "no event is" in one(story).cause) == ("broken_chain", True)


def test_a_case_that_is_not_there_is_said(database: Database) -> None:
    with pytest.raises(NoCase, match="no case 'x'"):
        one_stream(database, "x")


def test_an_append_after_mending_finds_its_case(story: Story) -> None:
    plant(story, without_rows)
    mend(story.database, story.case.id, "ops-1", story.now)
    request = Append(stream=story.case.id, expected_seq=story.case.seq, act_key="submit", events=())
    with story.database.writing() as session:
        assert append(session, request).answer.value == "already"
