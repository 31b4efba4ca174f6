"""What a body asks on one case and has no answer to: more time for a duty, and questions, in its own words."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from lifecycle import events as e
from models.database import Database
from models.tables import SealedText
from office.assessment_file import AssessmentFile


@dataclass(frozen=True)
class TimeRequest:
    """More time asked for a clock: until `until`, instead of `due`."""

    clock: str
    title: str
    due: date | None
    until: date
    on: date
    reason: str


@dataclass(frozen=True)
class Question:
    """A question by its number."""

    number: int
    on: date
    text: str


def open_requests(database: Database, file: AssessmentFile) -> tuple[list[TimeRequest], list[Question]]:
    """The requests and questions that wait for an answer, as they came."""
    times = [one for one in file.events if isinstance(one, e.TimeAsked) and one.clock in file.case.asked]
    questions = [
        one for one in file.events if isinstance(one, e.QuestionAsked) and one.number in file.case.questions
    ]
    ids = [*(one.reason for one in times), *(one.question for one in questions)]
    with database.reading() as session:
        found = session.exec(select(SealedText).where(col(SealedText.id).in_(ids)))
        texts = {text.id: text.text for text in found}
    newest = {one.clock: one for one in times}.values()
    return [_request(file, one, texts.get(one.reason, "")) for one in newest], [
        Question(one.number, one.on, texts.get(one.question, "")) for one in questions
    ]


def _request(file: AssessmentFile, one: e.TimeAsked, reason: str) -> TimeRequest:
    clock = file.case.clocks[one.clock]
    rule = file.rules.policy.clocks.get(clock.kind)
    return TimeRequest(one.clock, rule.title if rule else clock.kind, clock.due, one.due, one.on, reason)
