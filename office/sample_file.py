"""What `config/samples/live.toml` may say, and its dates: "116 working days ago", "today", "in 8 working days"."""

import re
import tomllib
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

import config
from config.calendar_files import load_calendars
from lifecycle.calendars import Division
from lifecycle.words import Finding, Frozen, InspectionResult

FILE = Path(config.__file__).parent / "samples" / "live.toml"
_DAY = re.compile(r"today|(?P<ago>[0-9]+) working days? ago|in (?P<ahead>[0-9]+) working days?")
Day = Annotated[
    str, StringConstraints(pattern=f"^(?:{_DAY.pattern.replace('?P<ago>', '').replace('?P<ahead>', '')})$")
]


class PastAct(Frozen):
    """An act before our time. `text` is sealed; without it, the words of the file's [words]."""

    act: str
    on: Day
    by: str = ""
    text: str = ""
    complete: bool | None = None
    outcome: str | None = None
    findings: dict[str, Finding] | None = None
    result: InspectionResult | None = None
    followed_by: str | None = None
    clock: str | None = None
    due: Day | None = None


class CaseSample(Frozen):
    """Bodies that share a past."""

    bodies: tuple[str, ...]
    past: tuple[PastAct, ...] = ()


class CriterionSample(Frozen):
    id: str
    summary: str


class RecommendationSample(Frozen):
    """A recommendation; `due` is a date that its text gives."""

    reference: str
    kind: str
    title: str
    summary: str
    quoted: str = ""
    wording: str = ""
    due: Day | None = None
    criterion: tuple[CriterionSample, ...] = ()
    case: tuple[CaseSample, ...]


class ResponseSample(Frozen):
    """The response of whoever oversees a body to the report."""

    body: str
    past: tuple[PastAct, ...] = ()


class ReportSample(Frozen):
    id: str
    title: str
    published: Day
    source: str
    recommendation: tuple[RecommendationSample, ...]
    response: tuple[ResponseSample, ...] = ()


class SampleFile(Frozen):
    """The whole file. `source` is what every past act says of its source."""

    source: str
    words: dict[str, str]
    report: tuple[ReportSample, ...]


@cache
def read_sample() -> SampleFile:
    return SampleFile.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=256)
def day_of(said: str, today: date) -> date:
    """The day that the file's words mean, counted from `today` in working days of England and Wales."""
    found = _DAY.fullmatch(said)
    if found is None:
        raise ValueError(f"{said!r} is not 'today', '8 working days ago' or 'in 8 working days'")
    count = int(found["ahead"] or 0) - int(found["ago"] or 0)
    return load_calendars().of(Division.ENGLAND_AND_WALES).add_working_days(today, count)
