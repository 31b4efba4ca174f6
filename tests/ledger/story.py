"""A case told to the ledger as its workflow would: opened, acted on, and left alone while time passes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel, col, select

from activities.ledger.append import append
from config.calendar_files import load_calendars
from lifecycle import acts as a
from lifecycle.agenda import falls_due, next_instant
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date
from lifecycle.decisions import decide
from lifecycle.events import Event
from lifecycle.explain import waiting_for
from lifecycle.opening import Opening, OwnLimit, open_case
from lifecycle.rules import Rules
from lifecycle.words import Finding, InspectionResult, Paper, Refused, SubmissionAnswer
from models.database import Database
from models.messages import Answer, Append, Appended
from models.tables import EventRow, Notice

ISSUED = date(2016, 12, 8)
MORNING = datetime(2016, 12, 8, 10, 0, tzinfo=UTC)
CRITERIA = ("a", "b")

T = TypeVar("T")
Writer = Callable[[Database, Append], Appended]


def write(database: Database, request: Append) -> Appended:
    with database.writing() as session:
        return append(session, request)


def write_twice(database: Database, request: Append) -> Appended:
    """As an activity whose first answer was lost."""
    first = write(database, request)
    again = write(database, request)
    assert again.answer is (Answer.already if request.act_key else Answer.behind)
    assert again.seq == first.seq
    assert [one.event for one in again.missed] == list(request.events)
    return first


def opening(rules: Rules, stream: str, **more: object) -> Opening:
    """A recommendation of 2016 to one force, with two criteria and limits of its own."""
    policy = rules.policy
    plain: dict[str, object] = {
        "id": stream,
        "reference": "R-2016-6085",
        "body": "bedfordshire",
        "oversight": "pcc-bedfordshire",
        "report": "peel-2016",
        "recommendation_kind": policy.applies_to[0],
        "division": "england-and-wales",
        "policy": policy.name,
        "policy_hash": policy.hash,
        "calendar_hash": load_calendars(policy.calendar).hash,
        "issued_on": ISSUED,
        "actor": "operations",
        "criteria": CRITERIA,
        "own_limits": (OwnLimit(limit="6 months"), OwnLimit(criterion="a", limit="P3M")),
    }
    return Opening.model_validate(plain | more)


class Story:
    """One case, with what its workflow would hold in memory."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        stream: str = "recommendation/R-2016-6085/bedfordshire",
        *,
        writer: Writer = write,
    ) -> None:
        self.database = database
        self.rules = rules
        self.case = Case(id=stream)
        self.now = MORNING
        self.writer = writer
        self.events: list[Event] = []

    def opened(self, **more: object) -> "Story":
        self.record(None, open_case(opening(self.rules, self.case.id, **more), self.now, self.rules))
        return self

    def take(self, act: a.Act) -> Appended:
        """The act's answer from the ledger. Raises Refused for a wrong act."""
        return self.record(act.key, decide(self.case, act, self.now, self.rules))

    def wait(self, days: int) -> None:
        """Time passes, and the case wakes for everything on its agenda."""
        until = self.now + timedelta(days=days)
        while (at := next_instant(self.case, self.rules)) is not None and at <= until:
            self.now = max(self.now, at)
            self.record(None, falls_due(self.case, self.rules, self.now))
        self.now = until

    def sleep(self, days: int) -> None:
        """Time passes, and the case wakes only at the end of it."""
        self.now += timedelta(days=days)
        events = falls_due(self.case, self.rules, self.now)
        if events:
            self.record(None, events)

    def record(self, key: str | None, events: Sequence[Event]) -> Appended:
        after = fold_all(self.case, events)
        answer = self.writer(self.database, self.request(key, events, after))
        assert answer.answer is Answer.committed
        self.case = after
        self.events += events
        return answer

    def request(self, key: str | None, events: Iterable[Event], after: Case) -> Append:
        return Append(
            stream=self.case.id,
            expected_seq=self.case.seq,
            act_key=key,
            events=tuple(events),
            waiting_for=waiting_for(after, self.rules),
            next_at=next_instant(after, self.rules),
        )

    def allowed(self) -> list[a.Act]:
        """The acts that would not be refused now, each under a key of its own."""
        return [act for act in every_act(self) if not self._refuses(act)]

    def _refuses(self, act: a.Act) -> bool:
        try:
            decide(self.case, act, self.now, self.rules)
        except Refused:
            return True
        return False


def every_act(story: Story) -> list[a.Act]:
    """One of each act, and of some several, as valid as can be."""
    outcomes = story.rules.policy.outcomes or ("none",)
    findings = dict.fromkeys(story.case.criteria, Finding.included)
    soon = local_date(story.now) + timedelta(days=30)
    by = {"key": f"{story.case.id}/{story.case.seq}", "actor": "adams"}
    lead = {**by, "actor": "brown", "role": "lead_inspector"}
    moves = [a.MoveDueDate(**lead, clock=clock.id, due=soon, reason="r-1") for clock in story.case.running()]
    results = [
        a.RecordInspection(**by, result=result, narrative="n-1", followed_by="R-2")
        for result in InspectionResult
    ]
    return [
        a.SendRequestLetter(**by, letter="l-1"),
        a.RecordSubmission(**by, submission="s-1", complete=False),
        a.AskForDocument(**by, document="d-1"),
        a.CompleteAssessment(**by, assessment="a-1", outcome=outcomes[-1], findings=findings),
        a.TakeBackAssessment(**by, reason="r-1"),
        a.SendDraft(**by, letter="l-0"),
        a.CommentOnDraft(**by, points={"1": "p-1"}),
        a.AnswerPoint(**by, point="1", accepted=True, reason="r-1"),
        a.Authorise(**lead, letter="l-2"),
        a.RecallLetter(**lead, reason="r-1"),
        a.ReturnAssessment(**lead, reason="r-1"),
        a.SendLetter(**by, letter="l-2"),
        a.CorrectLetter(**lead, letter="l-3", corrects="l-2", reason="r-1", written_by=("somebody",)),
        a.Publish(**by, order="o-1"),
        a.DeclareImplemented(**by, statement="t-1"),
        a.DeclareImplemented(**by, statement="t-2", criterion="a"),
        a.Withdraw(**by, reason="r-1"),
        a.Acknowledge(**by),
        a.Acknowledge(**by, paper=Paper.request_letter),
        a.RecordSubmission(**by, submission="s-2", answer=SubmissionAnswer.nothing_to_report),
        a.WithdrawSubmission(**by, reason="r-2"),
        a.AcceptLate(**by, reason="r-3"),
        a.AskQuestion(**by, question="q-1"),
        a.InviteComments(**by),
        a.RecordResponse(**by, response="c-1"),
        *moves,
        *results,
        *asked_and_answered(story, by, lead, soon),
    ]


def asked_and_answered(story: Story, by: dict[str, str], lead: dict[str, str], soon: date) -> Iterator[a.Act]:
    """More time for every clock, and an answer to whatever was asked."""
    for clock in story.case.running():
        later = max(soon, (clock.due or soon) + timedelta(days=1))
        yield a.AskForTime(**by, clock=clock.id, due=later, reason="r-1")
    for asked in story.case.asked:
        yield a.AnswerRequest(**lead, clock=asked, grant=True, reason="r-1")
        yield a.AnswerRequest(**lead, clock=asked, grant=False, reason="r-1")
    for number in story.case.questions:
        yield a.AnswerQuestion(**by, number=number, answer="w-1")


def events_of(database: Database, stream: str) -> list[EventRow]:
    with database.reading() as session:
        query = select(EventRow).where(EventRow.stream == stream).order_by(col(EventRow.seq))
        return list(session.exec(query))


def notices_of(database: Database, stream: str) -> list[Notice]:
    with database.reading() as session:
        return list(session.exec(select(Notice).where(Notice.case_id == stream).order_by(col(Notice.id))))


def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables, but for the host's clock."""
    with database.reading() as session:
        connection = session.connection()
        return {name: _rows(connection, name) for name in sorted(SQLModel.metadata.tables)}


def _rows(connection: Connection, name: str) -> list[dict[str, object]]:
    table = SQLModel.metadata.tables[name]
    keys = [column.name for column in inspect(table).primary_key]
    found = connection.execute(table.select().order_by(*(table.c[key] for key in keys)))
    return [{key: row[key] for key in row if key != "recorded_at"} for row in found.mappings()]


def at_once(deeds: list[Callable[[], T]]) -> list[T]:
    """Each in a thread of its own, started together."""
    gate = Barrier(len(deeds))

    def start(deed: Callable[[], T]) -> T:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(start, deeds))
