"""A ledger with many cases, written in bulk: whole lives with their chains of hashes, projections, notices and mails.

Each kind of life is lived once by the rules themselves; a case is such a life under a name of its own.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel, select

from activities.ledger.chain import FIRST, to_rows
from activities.ledger.projection import case_values, clock_values, ended_on, waiting_values
from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.explain import waiting_for
from lifecycle.opening import Opening, OwnLimit, open_case
from lifecycle.policy import Policy
from lifecycle.rules import Rules, rules_for
from lifecycle.words import Finding, InspectionResult
from models.database import Database
from models.tables import (
    Body,
    Criterion,
    Mail,
    MailState,
    Notice,
    NoticeState,
    Oversees,
    Recommendation,
    Report,
)
from office.reference import load_reference

POLICY, FORCE = "national-recommendation", "police-force"
IN_A_REPORT = 10
"""Recommendations of one report, each to all forces."""
CRITERIA = ("1", "2", "3")
AT_ONCE = 1_000
AGES = range(40, 400, 15)
"""How many days ago the recommendations of the lives were issued."""
Values = dict[str, object]

PASSAGE: tuple[tuple[int, a.Act], ...] = (
    (5, a.SendRequestLetter(key="1", actor="ops-1", letter="letter-many")),
    (15, a.RecordSubmission(key="2", actor="ops-1", submission="submission-many")),
    (
        20,
        a.CompleteAssessment(
            key="3",
            actor="inspector-1",
            assessment="assessment-many",
            outcome="started",
            findings=dict.fromkeys(CRITERIA, Finding.included),
        ),
    ),
    (22, a.Authorise(key="4", actor="lead-1", letter="letter-many")),
    (24, a.SendLetter(key="5", actor="lead-1", letter="letter-many")),
    (26, a.Publish(key="6", actor="lead-1", order="order-many")),
    (
        35,
        a.RecordInspection(
            key="7", actor="inspector-1", result=InspectionResult.verified, narrative="narrative-many"
        ),
    ),
)
SHARES = (15, 10, 10, 5, 3, 3, 9, 45)
"""In a hundred cases, how many have come through none, one, two … of these acts."""


@dataclass(frozen=True)
class Life:
    """One life as the rules live it, for a case without a name."""

    events: tuple[e.Event, ...]
    case: Case
    waiting: str
    ended: date | None
    issued_on: date


def fill(database: Database, count: int, today: date) -> None:
    """Reference rows, reports, and this many cases. The same again for the same count and day."""
    load_reference(database)
    lives = [life for age in AGES for life in _lives(today - timedelta(days=age))]
    chance = random.Random(count)
    weights = [share for _ in AGES for share in SHARES]
    with database.writing() as session:
        cases = _cases(session, count, lives, chance.choices(lives, weights, k=count))
        while some := list(islice(cases, AT_ONCE)):
            _write(session, some)


def _lives(issued_on: date) -> Iterator[Life]:
    policy = newest(POLICY)
    rules = rules_for(policy.hash, load_calendars(policy.calendar).hash, "england-and-wales")
    now = datetime.combine(issued_on + timedelta(days=39), datetime.min.time(), UTC)
    for acts in range(len(PASSAGE) + 1):
        past = tuple(
            act.model_copy(update={"on": issued_on + timedelta(days=days)}) for days, act in PASSAGE[:acts]
        )
        yield _life(_opening(policy, issued_on, past), now, rules)


def _opening(policy: Policy, issued_on: date, past: tuple[a.Act, ...]) -> Opening:
    return Opening(
        id="recommendation/r/b",
        reference="r",
        body="b",
        report="report",
        recommendation_kind="recommendation",
        division="england-and-wales",
        policy=policy.name,
        policy_hash=policy.hash,
        calendar_hash=load_calendars(policy.calendar).hash,
        issued_on=issued_on,
        actor="ops-1",
        criteria=CRITERIA,
        own_limits=(OwnLimit(limit="6 months"),),
        past=past,
        source="benchmark",
    )


def _life(opening: Opening, now: datetime, rules: Rules) -> Life:
    events = open_case(opening, now, rules)
    case = fold_all(Case(id=opening.id), events)
    return Life(
        events, case, waiting_for(case, rules), ended_on(Case(id=opening.id), events), opening.issued_on
    )


@dataclass(frozen=True)
class _Named:
    """A life under the name of one case."""

    id: str
    life: Life
    reference: str
    body: str
    oversight: str | None
    report: str

    def events(self) -> list[e.Event]:
        first, *rest = self.life.events
        named = {
            "reference": self.reference,
            "body": self.body,
            "oversight": self.oversight,
            "report": self.report,
        }
        return [first.model_copy(update=named), *rest]

    def case(self) -> Case:
        return self.life.case.model_copy(
            update={
                "id": self.id,
                "reference": self.reference,
                "body": self.body,
                "oversight": self.oversight,
                "report": self.report,
            }
        )


def _cases(session: Session, count: int, lives: Sequence[Life], chosen: Sequence[Life]) -> Iterator[_Named]:
    """As they come in the world: report by report, each recommendation to every force."""
    forces = sorted(session.exec(select(Body.id).where(Body.kind == FORCE)))
    overseers = {row.body_id: row.oversight_id for row in session.exec(select(Oversees)) if row.until is None}
    for n in range(count):
        number, force = divmod(n, len(forces))
        report = f"many-{number // IN_A_REPORT}"
        reference = f"{report}-{number % IN_A_REPORT + 1}"
        if force == 0:
            _announce(session, report, reference, chosen[n].issued_on, number % IN_A_REPORT == 0)
        body = forces[force]
        yield _Named(
            f"recommendation/{reference}/{body}", chosen[n], reference, body, overseers.get(body), report
        )


def _announce(session: Session, report: str, reference: str, on: date, first: bool) -> None:
    if first:
        session.add(Report(id=report, title=f"Report {report}", published_on=on))
        session.flush()
    session.add(
        Recommendation(
            reference=reference,
            report_id=report,
            kind="recommendation",
            title=f"What recommendation {reference} asks for",
            summary="Every force should have a plan, and carry it out.",
            issued_on=on,
            limit="6 months",
            policy=POLICY,
        )
    )
    session.flush()
    session.add_all(
        Criterion(reference=reference, id=one, position=n, summary=f"Criterion {one}")
        for n, one in enumerate(CRITERIA)
    )
    session.flush()


def _write(session: Session, some: Sequence[_Named]) -> None:
    rows: dict[str, list[Values]] = {"event": [], "case_": [], "clock": [], "notice": [], "mail": []}
    for named in some:
        events, case = named.events(), named.case()
        chained = to_rows(named.id, 0, FIRST, None, events, named.life.case.opened_at or datetime.now(UTC))
        rows["event"] += chained
        rows["case_"].append(
            case_values(case)
            | {
                "head_hash": chained[-1]["hash"],
                "ended_on": named.life.ended,
            }
            | waiting_values(named.life.waiting)
        )
        rows["clock"] += [clock_values(named.id, clock) for clock in case.clocks.values()]
        notices, mails = _post(named.id, events)
        rows["notice"] += notices
        rows["mail"] += mails
    for table, values in rows.items():
        if values:
            session.connection().execute(insert(_table(table)), values)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def _post(case_id: str, events: Sequence[e.Event]) -> tuple[list[Values], list[Values]]:
    """A notice that was sent, with its mail, and one for each role of the rungs that were not."""
    mail_id = case_id.replace("/", "-")[-80:]
    started = [(n, event) for n, event in enumerate(events, 1) if isinstance(event, e.ClockStarted)]
    notices = [
        _notice(case_id, n, event, passed.rung, role.value, passed.template)
        | {"state": NoticeState.not_sent.value, "reason": passed.reason.value, "mail_id": None}
        for n, event in started
        for passed in event.passed
        for role in passed.roles
    ]
    n, first = started[0]
    notices.append(
        _notice(case_id, n, first, "told", "liaison", "submission-reminder")
        | {"state": NoticeState.sent.value, "reason": "", "mail_id": mail_id}
    )
    return notices, [_mail(case_id, mail_id, first.at)]


def _notice(case_id: str, seq: int, event: e.ClockStarted, rung: str, role: str, template: str) -> Values:
    return A_NOTICE | {
        "case_id": case_id,
        "clock": event.clock,
        "version": event.version,
        "rung": rung,
        "role": role,
        "template": template,
        "due": event.due,
        "cause_seq": seq,
        "fell_at": event.at,
        "not_before": event.at,
    }


A_NOTICE: Values = Notice(
    case_id="",
    clock="",
    version=1,
    rung="",
    role="",
    template="",
    cause_seq=1,
    fell_at=datetime(2016, 12, 8, tzinfo=UTC),
    not_before=datetime(2016, 12, 8, tzinfo=UTC),
).model_dump(exclude={"id"})


def _mail(case_id: str, mail_id: str, at: datetime) -> Values:
    return A_MAIL | {
        "id": mail_id,
        "message_id": f"<{mail_id}@inspectorate.example>",
        "case_id": case_id,
        "thread": case_id,
        "composed_at": at,
        "settled_at": at,
    }


A_MAIL: Values = Mail(
    id="",
    message_id="",
    mailbox="liaison@force.example",
    case_id="",
    subject="Plan due",
    text="A reminder.",
    composed_at=datetime(2016, 12, 8, tzinfo=UTC),
    state=MailState.accepted.value,
    tries=1,
).model_dump()
