"""The plain workflow's activities. They write the rows that Followthrough writes, by the same functions."""

from datetime import UTC, date, datetime

from sqlalchemy import insert
from temporalio import activity

from activities.ledger.append import append
from benchmarks.lifecycle import fixed, policy
from benchmarks.plain import Act, PlainCase, Record, Remind, Tell
from config.calendar_files import load_calendars
from lifecycle import events as e
from lifecycle.words import ENGINE, Finding, InspectionResult, Role
from models.database import Database
from models.messages import Append
from models.tables import NoticeState
from models.tables.core import NOTICES

ADD_NOTICE = insert(NOTICES)
WHY = "1 day after the day it began"


class PlainSteps:
    """One short transaction for each step."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn
    def open_case(self, case: PlainCase) -> int:
        _, reference, body = case.id.split("/")
        issued = e.Issued(
            at=datetime.now(UTC),
            on=case.life.issued,
            actor="operations",
            reference=reference,
            body=body,
            report="benchmark",
            recommendation_kind="recommendation",
            division="england-and-wales",
            policy=policy().name,
            policy_hash=policy().hash,
            calendar_hash=load_calendars(policy().calendar).hash,
            criteria=case.life.criteria,
        )
        first = case.life.phase[0].clock
        started = _started(issued.at, case.life.issued, "operations", first, case.life.due)
        return self._append(case.id, 0, None, (issued, started))

    @activity.defn
    def remind(self, order: Remind) -> int:
        now, rung = datetime.now(UTC), order.rung
        notify = e.Notify(role=Role(rung.role), template=rung.template)
        fell = e.RungFell(
            at=now,
            on=fixed().reminded,
            actor=ENGINE,
            clock=order.clock,
            version=1,
            rung=rung.id,
            scheduled=now,
            notify=(notify,) if order.and_tell else (),
        )
        return self._append(order.case, order.after, None, (fell,))

    @activity.defn
    def record_act(self, order: Record) -> int:
        now, on, act = datetime.now(UTC), fixed().issued, order.act
        events: list[e.Event] = [_happened(order.kind, act, now, on)]
        if order.meets:
            events.append(e.ClockMet(at=now, on=on, actor=act.actor, clock=order.meets))
        if order.starts:
            events.append(_started(now, on, act.actor, order.starts, date.fromisoformat(order.due)))
        return self._append(order.case, order.after, act.key, tuple(events))

    @activity.defn
    def tell(self, order: Tell) -> int:
        now = datetime.now(UTC)
        row = {
            "case_id": order.case,
            "clock": order.clock or "act",
            "version": 1 if order.clock else order.cause,
            "rung": order.rung or order.mail.template,
            "role": order.mail.role,
            "template": order.mail.template,
            "copied_to": "",
            "due": order.due and date.fromisoformat(order.due),
            "cause_seq": order.cause,
            "fell_at": now,
            "not_before": now,
            "state": NoticeState.due.value,
            "reason": "",
            "held": False,
        }
        with self.database.writing() as session:
            session.connection().execute(ADD_NOTICE, row)
        return order.cause

    def _append(self, case: str, after: int, key: str | None, events: tuple[e.Event, ...]) -> int:
        """Answers the seq afterwards. A step that is tried again finds its events there."""
        request = Append(
            stream=case, expected_seq=after, act_key=key, events=events, waiting_for="the next step"
        )
        with self.database.writing() as session:
            return append(session, request).seq


def _started(now: datetime, on: date, actor: str, clock: str, due: date) -> e.ClockStarted:
    return e.ClockStarted(
        at=now, on=on, actor=actor, clock=clock, clock_kind=clock, limit="1 day", due=due, why=WHY
    )


def _happened(kind: str, act: Act, at: datetime, on: date) -> e.Event:
    base = {"at": at, "on": on, "actor": act.actor}
    match kind:
        case "record_submission":
            return e.Submitted(**base, submission=act.text, complete=True)
        case "complete_assessment":
            findings = {"a": Finding.included, "b": Finding.unclear}
            return e.Assessed(**base, assessment=act.text, outcome="started", findings=findings)
        case "authorise":
            return e.Authorised(**base)
        case "send_letter":
            return e.LetterSent(**base, letter=act.text)
        case _:
            return e.Inspected(**base, result=InspectionResult.verified, narrative=act.text)
