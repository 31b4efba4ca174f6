"""A history: one recommendation and what became of it in each body, with what is known apart from what is made up."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lifecycle.calendars import Division
from lifecycle.words import Finding, Frozen, InspectionResult

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Fact = Literal[
    "requested",
    "submitted",
    "assessed",
    "findings",
    "outcome",
    "verdict",
    "authorised",
    "letter",
    "responded",
    "declared",
    "inspected",
    "result",
]
IN_ORDER = ("requested", "submitted", "assessed", "authorised", "letter", "inspected")


class Report(Frozen):
    """The report, and the day its letters and overview were published together."""

    id: Slug
    title: Words
    published_on: date
    source: Words
    s55: bool = True
    overview_published_on: date | None = None
    overview_source: str = ""


class Criterion(Frozen):
    """A limb of the recommendation. `name` reads on from "your plans include"; `says` are sentences of its own.

    `title` heads its column on the timeline.
    """

    id: Slug
    title: str = ""
    name: Words
    says: dict[Finding, Words] = Field(default_factory=dict)


class Recommendation(Frozen):
    """What was recommended, in our own words but for `quoted`, and its time limit: `limit` in words, or a date.

    `policy` names a version, such as "cause-of-concern-2"; without it the newest for the kind.
    """

    reference: Slug
    kind: Words = "recommendation"
    policy: str = ""
    title: Words
    summary: Words
    quoted: str = ""
    phrase: str = ""
    limit: str | None = None
    due: date | None = None
    source: Words
    criterion: tuple[Criterion, ...]


class LetterWords(Frozen):
    """What the letters of this history say that no other's do; each sentence in our own words."""

    subject: Words
    background: tuple[Words, ...]
    reviewed: Words
    follow_up: str = ""
    verdict: dict[str, Words] = Field(default_factory=dict)


class People(Frozen):
    """Who acts: registered people, by their short names. One who assesses never authorises."""

    operations: str = "ops-1"
    inspectors: tuple[str, ...] = ("inspector-1", "inspector-2")
    lead: str = "lead-1"


ExtraKind = Literal[
    "ask_for_document",
    "record_submission",
    "complete_assessment",
    "take_back_assessment",
    "return_assessment",
    "declare_implemented",
    "move_due_date",
    "invite_comments",
    "withdraw",
]


class ExtraAct(Frozen):
    """An act beyond the usual course: a document asked for, an assessment returned, a date moved."""

    kind: ExtraKind
    on: date
    at: time = time(10)
    by: str = ""
    text: str = ""
    due: date | None = None
    clock: str = ""
    criterion: str | None = None
    complete: bool = True
    outcome: str = ""
    findings: dict[str, Finding] = Field(default_factory=dict)
    illustrative: bool = False


class BodyHistory(Frozen):
    """One body: what happened and when, and which of these facts are made up.

    A body of the history's own, unknown to `config/bodies`, has a `name`, and says whom it is `led_by` and
    `answers_to`.
    A duty that was never met has no date. `left_out` holds the body back from publication, with the reason.
    """

    id: Slug
    name: str = ""
    kind: Literal["police-force", "fire-service", "agency"] = "police-force"
    led_by: str = "Chief Constable"
    answers_to: str = ""
    division: Division = Division.ENGLAND_AND_WALES
    requested: date | None = None
    submission_due: date | None = None
    submitted: date | None = None
    complete: bool = True
    assessed: date | None = None
    outcome: str = ""
    findings: dict[str, Finding] = Field(default_factory=dict)
    verdict: str = ""
    authorised: date | None = None
    letter: date | None = None
    left_out: str = ""
    responded: date | None = None
    declared: date | None = None
    inspected: date | None = None
    result: InspectionResult = InspectionResult.verified
    followed_by: str | None = None
    illustrative: tuple[Fact, ...] = ()
    source: str = ""
    act: tuple[ExtraAct, ...] = ()

    def days(self) -> list[tuple[str, date]]:
        """The dated steps of the usual course, in the order of the process."""
        return [(name, day) for name in IN_ORDER if (day := getattr(self, name)) is not None]

    def made_up(self, *facts: Fact) -> str:
        """Which of these facts are illustrative, in words; empty when all are known."""
        found = [fact for fact in facts if fact in self.illustrative]
        return f"illustrative: {', '.join(found)}" if found else ""


class History(Frozen):
    """A whole history. `rehearsal/history_file.py` reads and checks one."""

    name: Slug
    title: Words
    summary: Words
    spotlight: Slug
    until: date | None = None
    report: Report
    recommendation: Recommendation
    letter: LetterWords
    people: People = People()
    body: tuple[BodyHistory, ...]

    def case_id(self, body: str) -> str:
        return f"recommendation/{self.recommendation.reference}/{body}"

    def of(self, body: str) -> BodyHistory:
        return next(one for one in self.body if one.id == body)

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.recommendation.criterion)
