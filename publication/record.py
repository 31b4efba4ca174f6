"""What is published, as the public site tells it: reports, and in each the cases whose letters are public."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lifecycle.words import Finding
from publication.head import Head

FACTS = frozenset(
    ["requested", "submitted", "outcome", "findings", "letter", "declared", "inspected", "result"]
)
"""What a history may call illustrative, and the pages mark."""


@dataclass(frozen=True)
class Limb:
    """A criterion of a recommendation."""

    id: str
    summary: str


@dataclass(frozen=True)
class Advice:
    """A recommendation as it was made. `due` is the day by which its own text wants it carried out."""

    reference: str
    report: str
    kind: str
    title: str
    summary: str
    quoted: str
    issued_on: date
    due: date | None
    limbs: tuple[Limb, ...]
    illustrative: bool = False


@dataclass(frozen=True)
class Public:
    """A case whose letter is public, told as far as its letter and later acts tell it. Dates are legal dates.

    `withdrawn` is the notice that stands in the letter's place, from `withdrawn_on`; a letter that is `withheld`
    covers other cases too, not all of them public, so its text is not shown. `followed_by` is a reference that is
    public for this body. `declared_on` is the day by which the body had declared all of it, `declared_parts` are the
    days of criteria that it declared one by one. `made_up` names the facts that are illustrative, as a rehearsal's
    history marks them. `welsh` says whether the letter was sent in Welsh too.
    """

    id: str
    report: str
    reference: str
    body: str
    body_name: str
    issued_on: date
    published_on: date
    letter_on: date
    letter: str
    outcome: str
    findings: Mapping[str, Finding]
    requested_on: date | None = None
    submission_due: date | None = None
    implementation_due: date | None = None
    submitted_on: date | None = None
    late_by: int = 0
    declared_on: date | None = None
    declared_parts: Mapping[str, date] = field(default_factory=dict)
    inspected_on: date | None = None
    result: str = ""
    followed_by: str = ""
    withdrawn_on: date | None = None
    withdrawn: str = ""
    withheld: bool = False
    made_up: frozenset[str] = frozenset()
    welsh: bool = False
    region: str = ""
    corrected_on: date | None = None

    @property
    def closed_on(self) -> date | None:
        return self.inspected_on if self.result else None

    @property
    def address(self) -> str:
        return f"{self.reference}/{self.body}"


@dataclass(frozen=True)
class Attached:
    """A document of a response. It is published where it is a PDF in which a scanner found no virus."""

    name: str
    hash: str
    published: bool


@dataclass(frozen=True)
class Answer:
    """An oversight body's duty to respond to a report (Police Act 1996 s.55), and what came of it.

    `late_by` is of its publication; each copy has a day of its own. `told_on` is the day from which it had been told in
    writing that the last day has passed.
    """

    report: str
    oversight: str
    oversight_name: str
    bodies: tuple[str, ...]
    due: date | None
    responded_on: date | None = None
    text: str = ""
    late_by: int = 0
    to_inspectorate_on: date | None = None
    to_secretary_on: date | None = None
    documents: tuple[Attached, ...] = ()
    told_on: date | None = None
    made_up: bool = False

    @property
    def whole_on(self) -> date | None:
        """The day by which it was published and both copies were sent; None while one of the three is not recorded."""
        days = [day for day in (self.responded_on, self.to_inspectorate_on, self.to_secretary_on) if day]
        return max(days) if len(days) == 3 else None

    @property
    def in_time(self) -> bool:
        """Published and both copies sent by the last of the 56 days."""
        whole = self.whole_on
        return whole is not None and self.due is not None and whole <= self.due

    def days_late(self, day: date | None) -> int:
        """By how many days a copy that was sent on this day was late."""
        return max(0, (day - self.due).days) if day and self.due else 0


@dataclass(frozen=True)
class Published:
    """A report whose letters and overview are public. `outcomes` are in the order of its policy; `not_here` counts
    the bodies left out by decision, which are not named. `elsewhere` are the public reports on single bodies that have
    the same findings, by body: only to those a response is asked for. `sample` says that all of it
    but the texts is made up, to try the program with."""

    id: str
    title: str
    made_on: date
    published_on: date
    source: str
    outcomes: tuple[str, ...]
    advice: tuple[Advice, ...]
    cases: tuple[Public, ...]
    answers: tuple[Answer, ...]
    not_here: int = 0
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    sample: bool = False

    @property
    def last_on(self) -> date:
        """The last day on which something happened that its overview counts."""
        of_cases = [(one.declared_on, one.inspected_on, one.withdrawn_on) for one in self.cases]
        of_answers = [(one.responded_on, one.to_inspectorate_on, one.to_secretary_on) for one in self.answers]
        return max([self.published_on, *(day for three in (*of_cases, *of_answers) for day in three if day)])

    def of(self, reference: str) -> tuple[Public, ...]:
        return tuple(case for case in self.cases if case.reference == reference)


@dataclass(frozen=True)
class Record:
    """Everything that is public on a day, the newest report first; `bodies` are those with a public case."""

    on: date
    reports: tuple[Published, ...]
    head: Head
    bodies: Mapping[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> tuple[Public, ...]:
        return tuple(case for report in self.reports for case in report.cases)

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(answer for report in self.reports for answer in report.answers)
