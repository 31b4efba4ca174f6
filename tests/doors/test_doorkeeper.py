"""Which order publishes which case, as the ledger's doorkeeper sees it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from activities.ledger.chain import FIRST, to_rows
from lifecycle.dates import local_date
from lifecycle.events import Issued, LetterSent, Published
from lifecycle.words import Refused
from models.database import Database
from models.messages import Append
from models.tables import Body, EventRow, Order, OversightBody, Person, PersonRole, Recommendation, Report
from office.doorkeeper import Doorkeeper
from tests.watching.test_vital_signs import case

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)
CASE = "recommendation/r-1/body-1"
LEFT_OUT = "recommendation/r-1/body-2"


@pytest.fixture
def ledger(database: Database) -> Database:
    with database.writing() as session:
        for number, stream in enumerate((CASE, LEFT_OUT), 1):
            session.add(case(number, stage="letter_sent"))
            sent = [LetterSent(at=NOW - timedelta(hours=1), on=DAY, actor="lead-1", letter="letter-1")]
            session.add_all(
                EventRow.model_validate(row) for row in to_rows(stream, 0, FIRST, None, sent, NOW)
            )
        session.add(Person(id="lead-1", name="Lead"))
        session.flush()
        session.add(PersonRole(person_id="lead-1", role="lead_inspector", owner="inspectorate"))
        session.add(order("all", "publish", "report", left_out={LEFT_OUT: "appeal"}))
        session.add(order("another-report", "publish", "elsewhere"))
        session.add(order("later", "publish_later", "report", cases=[LEFT_OUT]))
        session.add(order("stop", "stop_sending", "report"))
        for one in (
            order("before", "publish", "report"),
            order("before-later", "publish_later", "report", cases=[LEFT_OUT]),
        ):
            session.add(one.sqlmodel_update({"effective_at": NOW - timedelta(hours=2)}))
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
    [
        *((CASE, name) for name in ("made-up", "another-report", "later", "stop", "before")),
        *((LEFT_OUT, name) for name in ("all", "before-later")),
    ],
)
def test_no_other_order_does_nor_one_given_before_the_letter_was_sent(
    ledger: Database, stream: str, named: str
):
    with (
        ledger.reading() as session,
        pytest.raises(Refused, match="is under embargo: no order to publish it"),
    ):
        Doorkeeper().refuse_act(session, request(stream, named))


def test_the_engine_needs_nobodys_leave(ledger: Database):
    by_itself = request(CASE, "made-up").model_copy(update={"act": "", "act_key": None})
    with ledger.reading() as session:
        Doorkeeper().refuse_act(session, by_itself)


def opening(stream: str, **changes: object) -> Append:
    kind, first, second = stream.split("/")
    of = {"report": "report", "reference": first, "body": second, "actor": "lead-1"}
    if kind == "response":
        of |= {"report": first, "body": "body-1", "oversight": second}
    given = {"recommendation_kind": "recommendation", "division": "england-and-wales", "policy": "p"}
    hashes = {"policy_hash": "h", "calendar_hash": "h"}
    issued = Issued.model_validate({"at": NOW, "on": DAY, **of, **given, **hashes, **changes})
    return Append(stream=stream, expected_seq=0, act_key=None, events=(issued,))


@pytest.fixture
def imported(ledger: Database) -> Database:
    with ledger.writing() as session:
        session.add(Report(id="report", title="Records", published_on=DAY))
        session.add(Body(id="body-3", name="Body", kind="force", division="england-and-wales"))
        session.add(OversightBody(id="mayor", name="Mayor", kind="mayor"))
        session.flush()
        facts = {"kind": "recommendation", "title": "t", "issued_on": DAY, "policy": "p"}
        session.add(Recommendation.model_validate({"reference": "r-1", "report_id": "report", **facts}))
    return ledger


def test_a_case_is_opened_under_what_was_imported_by_somebody_known(imported: Database):
    with imported.reading() as session:
        for stream in ("recommendation/r-1/body-3", "response/report/mayor"):
            Doorkeeper().refuse_act(session, opening(stream))
            with pytest.raises(Refused, match="is not opened"):
                Doorkeeper().refuse_act(session, opening(stream, actor="mallory"))


UNHEARD_OF: tuple[tuple[str, dict[str, object]], ...] = (
    ("recommendation/made-up/body-3", {}),
    ("recommendation/r-1/nowhere", {}),
    ("recommendation/r-1/body-3", {"report": "elsewhere"}),
    ("recommendation/r-1/body-3", {"reference": "made-up"}),
    ("response/elsewhere/mayor", {}),
    ("response/report/nobody", {}),
    ("response/report/mayor", {"on": DAY - timedelta(days=1)}),
    ("recommendation/r-1/body-3", {"at": datetime.now(UTC) + timedelta(days=30)}),
)


def test_nothing_else_is_opened_by_starting_a_workflow_past_us(imported: Database):
    with imported.reading() as session:
        for stream, changes in UNHEARD_OF:
            with pytest.raises(Refused, match="is not opened"):
                Doorkeeper().refuse_act(session, opening(stream, **changes))


def test_a_digest_is_not_made_before_its_day():
    today = local_date(datetime.now(UTC))
    Doorkeeper().refuse_digest(today)
    with pytest.raises(Refused, match="is not made before that day"):
        Doorkeeper().refuse_digest(today + timedelta(days=1))


def test_no_act_is_taken_on_a_case_that_was_never_opened(ledger: Database):
    with ledger.reading() as session, pytest.raises(Refused, match="was never opened"):
        Doorkeeper().refuse_act(session, request("recommendation/r-1/nowhere", "made-up"))


def test_a_role_that_the_policy_asks_for_must_be_held(ledger: Database):
    """Acts whose policy names roles believe the role that they say; all others are judged by those that are held."""
    with ledger.reading() as session:
        for act, role in (("move_due_date", "lead_inspector"), ("authorise", "no such role")):
            Doorkeeper().refuse_act(session, claiming(act, role))
        for act, role in (
            ("move_due_date", "oversight_group"),
            ("move_due_date", "no such role"),
            ("answer_request", "inspector"),
        ):
            with pytest.raises(Refused, match=f"does not hold the role '{role}'"):
                Doorkeeper().refuse_act(session, claiming(act, role))


def claiming(act: str, role: str) -> Append:
    return request(CASE, "-").model_copy(update={"events": (), "act": act, "role": role})
