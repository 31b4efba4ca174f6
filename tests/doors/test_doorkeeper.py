"""Which order publishes which case, as the ledger's doorkeeper sees it."""

from datetime import UTC, date, datetime

import pytest

from lifecycle.events import Published
from lifecycle.words import Refused
from models.database import Database
from models.messages import Append
from models.tables import CaseRow, Order, Person, PersonRole
from office.doorkeeper import Doorkeeper
from tests.watching.test_vital_signs import case

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)
CASE = "recommendation/r-1/body-1"
LEFT_OUT = "recommendation/r-1/body-2"


@pytest.fixture
def ledger(database: Database) -> Database:
    with database.writing() as session:
        for number in (1, 2):
            session.add(case(number, stage="letter_sent"))
        session.add(Person(id="lead-1", name="Lead"))
        session.flush()
        session.add(PersonRole(person_id="lead-1", role="lead_inspector", owner="inspectorate"))
        session.add(order("all", "publish", "report", left_out={LEFT_OUT: "appeal"}))
        session.add(order("another-report", "publish", "elsewhere"))
        session.add(order("later", "publish_later", "report", cases=[LEFT_OUT]))
        session.add(order("stop", "stop_sending", "report"))
    return database


def order(name: str, kind: str, report: str, **details: object) -> Order:
    return Order(
        id=name, kind=kind, report_id=report, actor="lead-1", on=DAY, effective_at=NOW, details=details
    )


def request(stream: str, named: str, actor: str = "lead-1") -> Append:
    event = Published(at=NOW, on=DAY, actor=actor, order=named)
    return Append(
        stream=stream,
        expected_seq=1,
        act_key="k",
        events=(event,),
        act="publish",
        actor=actor,
        role="operations",
    )


@pytest.mark.parametrize(("stream", "named"), [(CASE, "all"), (LEFT_OUT, "later")])
def test_an_order_that_covers_the_case_publishes_it(ledger: Database, stream: str, named: str):
    with ledger.reading() as session:
        Doorkeeper().refuse_act(session, request(stream, named))


def test_what_was_ordered_is_published_though_whoever_ordered_it_has_left(ledger: Database):
    with ledger.writing() as session:
        session.get_one(Person, "lead-1").until = DAY
    with ledger.reading() as session:
        Doorkeeper().refuse_act(session, request(CASE, "all"))


def test_nobody_publishes_by_an_order_that_another_gave(ledger: Database):
    with ledger.reading() as session, pytest.raises(Refused, match="stranger"):
        Doorkeeper().refuse_act(session, request(CASE, "all", actor="stranger"))


@pytest.mark.parametrize(
    ("stream", "named"),
    [(CASE, "made-up"), (CASE, "another-report"), (CASE, "later"), (CASE, "stop"), (LEFT_OUT, "all")],
)
def test_no_other_order_does(ledger: Database, stream: str, named: str):
    with (
        ledger.reading() as session,
        pytest.raises(Refused, match="is under embargo: no order to publish it"),
    ):
        Doorkeeper().refuse_act(session, request(stream, named))


def test_the_engine_needs_nobodys_leave_and_a_case_that_is_not_there_yet_is_opened(ledger: Database):
    by_itself = request(CASE, "made-up").model_copy(update={"act": "", "act_key": None})
    with ledger.reading() as session:
        Doorkeeper().refuse_act(session, by_itself)
        Doorkeeper().refuse_act(session, request("recommendation/r-1/nowhere", "made-up"))
        assert session.get(CaseRow, "recommendation/r-1/nowhere") is None
