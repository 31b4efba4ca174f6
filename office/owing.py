"""One duty of a body, as it is told to the body: its date and why, what comes next, what was asked about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session, col, select

from lifecycle.case import ClockState
from lifecycle.limits import Limit, LimitError, due_date, explain
from lifecycle.passage import BEFORE_ASSESSMENT
from lifecycle.policy import ClockRule
from lifecycle.rules import Rules, UnknownRules, rules_for
from lifecycle.words import Stage
from models.tables import CaseRow, ClockRow, EventRow, Recommendation, Report
from office.disclosure import BEFORE_THE_LETTER
from office.duties import days

RUNNING = ClockState.running.value
IMPLEMENTATION, SUBMISSION = "implementation", "submission"
TOLD_IN_LETTERS = (Stage.letter_sent, Stage.published)
SUBMITTABLE = tuple(stage.value for stage in BEFORE_ASSESSMENT)
Row = tuple[CaseRow, ClockRow | None, Recommendation | None, Report | None]
"""A case with a clock of the body's own, if one runs; its recommendation and report."""


@dataclass(frozen=True)
class Duty:
    """Something the body owes, or a case of its that waits for others. `steps` tell why its day is that day.

    `asked_until` is the day asked for in a request for more time that has no answer yet.
    """

    case: str
    reference: str
    title: str
    report: str
    report_title: str
    stage: Stage
    outcome: str
    duty: str
    clock: str
    kind: str
    started: date | None
    due: date | None
    steps: tuple[str, ...]
    movable: bool
    submittable: bool
    ended_on: date | None
    version: int = 1
    acknowledged: bool = False
    asked_until: date | None = None
    questions: int = 0

    @property
    def criterion(self) -> str:
        return self.clock.partition("/")[2] if self.kind == IMPLEMENTATION else ""

    def days_late(self, today: date) -> int:
        return max(0, (today - self.due).days) if self.due else 0

    def stands(self, today: date) -> str:
        """20 days late, due today, 5 days left; nothing without a date."""
        if self.due is None:
            return ""
        if late := self.days_late(today):
            return f"{days(late)} late"
        return f"{days((self.due - today).days)} left" if self.due > today else "due today"


def told(session: Session, rows: Sequence[Row]) -> tuple[Duty, ...]:
    """These duties in full, by three queries more."""
    cases = {row.id for row, *_ in rows}
    asked = _asked(session, cases)
    acknowledged = set(
        session.exec(
            select(EventRow.stream).where(col(EventRow.stream).in_(cases), EventRow.kind == "acknowledged")
        )
    )
    return tuple(_duty(row, asked.get(row[0].id, {}), row[0].id in acknowledged) for row in rows)


def _asked(session: Session, cases: Iterable[str]) -> dict[str, dict[str, date | None]]:
    """What the body asked for and has no answer to: by case, its clock (or question), with the day asked for."""
    waiting = session.exec(
        select(ClockRow.case_id, ClockRow.id).where(
            col(ClockRow.case_id).in_(cases),
            ClockRow.state == RUNNING,
            col(ClockRow.kind).in_(("request", "question")),
        )
    ).all()
    found: dict[str, dict[str, date | None]] = {}
    for case, clock in waiting:
        found.setdefault(case, {})[clock] = None
    asked = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_(found), EventRow.kind == "time_asked")
        .order_by(col(EventRow.seq))
    )
    for event in asked:
        clock = f"request/{event.details['clock']}"
        if clock in found[event.stream]:
            found[event.stream][clock] = date.fromisoformat(str(event.details["due"]))
    return found


def _duty(row: Row, asked: Mapping[str, date | None], acknowledged: bool) -> Duty:
    case, clock, recommendation, report = row
    rules = rules_of(case)
    rule = rules.policy.clocks.get(clock.kind) if rules and clock else None
    stage = Stage(case.stage)
    return Duty(
        case=case.id,
        reference=case.reference,
        title=recommendation.title if recommendation else case.reference,
        report=case.report_id,
        report_title=report.title if report else case.report_id,
        stage=Stage.submitted if stage in BEFORE_THE_LETTER else stage,
        outcome=(case.outcome or "") if stage in TOLD_IN_LETTERS or case.ended_on else "",
        duty=_named(clock, rule),
        clock=clock.id if clock else "",
        kind=clock.kind if clock else IMPLEMENTATION,
        started=clock.started if clock else None,
        due=clock.due if clock else None,
        steps=explained(clock, rule, rules) if clock else (),
        movable=bool(rule and rule.moved_by and not rule.statutory and clock and clock.due),
        submittable=bool(rules and SUBMISSION in rules.policy.clocks) and stage in BEFORE_ASSESSMENT,
        ended_on=case.ended_on,
        version=clock.version if clock else 1,
        acknowledged=acknowledged,
        asked_until=asked.get(f"request/{clock.id}") if clock else None,
        questions=sum(name.startswith("question/") for name in asked),
    )


def _named(clock: ClockRow | None, rule: ClockRule | None) -> str:
    if clock is None:
        return "Declare that it is implemented"
    title = rule.title if rule else clock.kind.replace("_", " ").capitalize()
    part = clock.id.removeprefix(clock.kind).lstrip("/")
    return f"{title} ({part})" if part else title


def explained(clock: ClockRow, rule: ClockRule | None, rules: Rules | None) -> tuple[str, ...]:
    """How the date was counted, step by step, where it was counted; otherwise the sentence that the ledger keeps."""
    if rules and rule and clock.limit and clock.due:
        of = rules.policy.hash, rules.calendar.hash, rules.calendar.division.value
        try:
            day, steps = _counted(*of, clock.kind, clock.limit, clock.started)
        except LimitError:
            return (clock.why,)
        if day == clock.due:
            return steps
    return (clock.why,) if clock.why else ()


@lru_cache(maxsize=10_000)
def _counted(
    policy: str, calendar: str, division: str, kind: str, limit: str, started: date
) -> tuple[date, tuple[str, ...]]:
    """A clock's due date and how it was counted, once: rules never change under their hashes. Raises LimitError."""
    rules = rules_for(policy, calendar, division)
    rule = rules.policy.clocks[kind]
    days_of = rules.calendar_for(rule)
    counted = due_date(Limit.parse(limit), started, days_of, rule.roll)
    return counted.day, tuple(explain(counted, days_of))


def rules_of(case: CaseRow) -> Rules | None:
    """The rules that a case holds, or None when this process lacks them."""
    try:
        return rules_for(case.policy_hash, case.calendar_hash, case.division)
    except UnknownRules:
        return None
