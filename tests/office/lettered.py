"""Assessed cases of two forces, one of them in Wales, and a desk that has no engine: letters are made, not sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from lifecycle import acts as a
from lifecycle.rules import Rules
from lifecycle.words import Finding
from models.database import Database
from models.tables import Criterion, Recommendation, Report
from office.desk import Clock, Desk
from office.reference import load_reference
from tests.ledger.story import Story

LETTER_DAY = datetime(2017, 10, 2, 9, 0, tzinfo=UTC)
REFERENCES = ("R-2016-6085", "R-2016-6086")
BEDFORDSHIRE = "recommendation/R-2016-6085/bedfordshire"
SECOND = "recommendation/R-2016-6086/bedfordshire"
GWENT = "recommendation/R-2016-6085/gwent"


class At(Clock):
    """A clock that stands still."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


@dataclass
class Office:
    """The ledger, the desk, and the cases that are told to it."""

    database: Database
    desk: Desk
    rules: Rules

    def opened(self, case: str) -> Story:
        """A case as it is issued."""
        _, reference, body = case.split("/")
        story = Story(self.database, self.rules, case)
        return story.opened(reference=reference, body=body, oversight=f"{body}-pcc", own_limits=())

    def assessed(self, case: str, finding: Finding = Finding.unclear) -> Story:
        """A case that was asked, answered and assessed."""
        story = self.opened(case)
        by = {"actor": "inspector-1", "role": "inspector"}
        self._take(story, lambda key: a.SendRequestLetter(key=key, letter="l-1", due=date(2017, 5, 31), **by))
        self._take(story, lambda key: a.RecordSubmission(key=key, submission="s-1", **by))
        found = {"a": Finding.included_commenced, "b": finding}
        self._take(
            story,
            lambda key: a.CompleteAssessment(
                key=key, assessment="t-1", outcome="started", findings=found, **by
            ),
        )
        return story

    def again(self, story: Story, finding: Finding, assessor: str = "inspector-1") -> None:
        """The assessment taken back, and completed with another finding, or by another person."""
        by = {"actor": "inspector-1", "role": "inspector"}
        self._take(story, lambda key: a.TakeBackAssessment(key=key, reason="r-1", **by))
        by["actor"] = assessor
        found = {"a": Finding.included_commenced, "b": finding}
        self._take(
            story,
            lambda key: a.CompleteAssessment(
                key=key, assessment="t-2", outcome="started", findings=found, **by
            ),
        )

    @staticmethod
    def _take(story: Story, act: Callable[[str], a.Act]) -> None:
        story.now += timedelta(hours=1)
        story.take(act(f"{story.case.id}/{story.case.seq}"))


def open_office(database: Database, rules: Rules) -> Office:
    load_reference(database)
    with database.writing() as session:
        session.add(
            Report(id="peel-2016", title="PEEL: police legitimacy 2016", published_on=date(2016, 12, 8))
        )
        session.flush()
        for reference in REFERENCES:
            session.add(
                Recommendation(
                    reference=reference,
                    report_id="peel-2016",
                    kind="recommendation",
                    title=f"Abuse of position ({reference})",
                    quoted="All forces should have started to implement a plan.",
                    issued_on=date(2016, 12, 8),
                    policy="national-recommendation",
                )
            )
            session.flush()
            for position, (name, says) in enumerate({"a": "the national strategy", "b": "a review"}.items()):
                session.add(Criterion(reference=reference, id=name, position=position, summary=says))
    return Office(database, Desk(cast(Any, None), database, clock=At(LETTER_DAY)), rules)
