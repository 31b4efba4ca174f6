"""What an import file says, once read: reports with their recommendations, and the problems that stop it."""

from collections.abc import Iterable
from datetime import date
from functools import total_ordering

from lifecycle.words import Frozen


@total_ordering
class Problem(Frozen):
    """One thing wrong in a file: where it stands, what it is and what to do. Line 0 is the file as a whole."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        places = [f"line {self.line}"] if self.line else []
        places += [f"column {self.column}"] if self.column else []
        return f"{', '.join(places)}: {self.message}" if places else self.message

    def __lt__(self, other: "Problem") -> bool:
        return (self.line, self.column, self.message) < (other.line, other.column, other.message)


class IntakeError(ValueError):
    """A file that is not imported. `problems` holds all of them, in the order of their lines."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = sorted(set(problems))
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


class Due(Frozen):
    """When something is due: the phrase as the text has it, the limit, the last day, and how it was counted.

    `plan` says that the limit is for an action plan, which the policy's own submission clock follows.
    """

    phrase: str = ""
    limit: str | None = None
    day: date | None = None
    why: str = ""
    plan: bool = False


class CriterionEntry(Frozen):
    """A limb of a recommendation, perhaps with a time limit of its own."""

    id: str
    summary: str
    due: Due = Due()


class RecommendationEntry(Frozen):
    """One recommendation and the bodies it is addressed to.

    `finished` is the status, where the file says that nothing is left to follow: then no case is opened.
    """

    line: int
    reference: str
    number: str
    kind: str
    title: str
    summary: str
    quoted: str = ""
    source: str = ""
    issued: date
    bodies: tuple[str, ...]
    policy: str
    due: Due = Due()
    criteria: tuple[CriterionEntry, ...] = ()
    finished: str = ""


class ReportFile(Frozen):
    """A report as an import file gives it. `sample` says that its dates are made up around today."""

    line: int
    id: str
    title: str
    published: date
    source: str = ""
    s55: bool = True
    sample: bool = False
    recommendations: tuple[RecommendationEntry, ...]


class Parsed(Frozen):
    """A file that was read and checked: its reports, what a person should look at, and what was left out."""

    name: str
    reports: tuple[ReportFile, ...]
    warnings: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    leave_out_bad: bool = False
