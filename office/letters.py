"""The letters of the inspectorate as text and HTML: the request for a plan, and the assessment from its findings.

Everybody in a letter is named by office. Sentences come from `config/templates/letters/wording.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import config
from lifecycle.dates import deadline_text, plain_date
from lifecycle.words import Finding

FOLDER = Path(config.__file__).parent / "templates" / "letters"
SIGNED_BY = ("HM Inspector of Constabulary", "HM Inspector of Fire & Rescue Services")
CONTACT = "recommendations@inspectorate.example"
BY_EMAIL = "Via email"


@dataclass(frozen=True)
class Letter:
    """A letter ready to seal: its words, for the mail, and the page that is published."""

    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """To whom and from whom, by office. `kind` is the body's (`police-force`); `note` stands above everything."""

    body_name: str
    on: date
    subject: str
    addressee: str = "Chief Constable"
    kind: str = "police-force"
    copied_to: str = ""
    contact: str = CONTACT
    signed_by: tuple[str, ...] = SIGNED_BY
    note: str = ""


@dataclass(frozen=True)
class Criterion:
    """A criterion with what was found. `name` reads on from "your plans include", or is a sentence; `says` are its
    own."""

    name: str
    finding: Finding
    says: Mapping[Finding, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Assessment:
    """What an assessment letter tells. `reviewed` reads on from "took place"; `verdict` replaces the usual sentence.

    `requested_on` is None when the plan was due unasked; `submitted` is false when nothing came.
    """

    background: tuple[str, ...]
    quoted: str
    reviewed: str
    outcome: str
    criteria: tuple[Criterion, ...]
    requested_on: date | None = None
    submission_due: date | None = None
    submitted: bool = True
    verdict: str = ""
    follow_up: str = ""


@dataclass(frozen=True)
class Request:
    """What a request letter asks. Without `due` the plan is asked for within ten working days."""

    report: str
    published_on: date
    recommendation: str
    criteria: tuple[str, ...]
    due: date | None = None


@dataclass(frozen=True)
class _Block:
    kind: str
    text: str = ""
    lines: tuple[str, ...] = ()


def render_letter(envelope: Envelope, assessment: Assessment) -> Letter:
    """The assessment letter: background, the recommendation quoted, the review, the verdict and each finding in
    turn, publication, what comes next, whom to ask."""
    findings = (_found(criterion) for criterion in assessment.criteria)
    verdict = assessment.verdict or _words("verdict").get(assessment.outcome, "")
    coming = " ".join(filter(None, (_say("assessment", "published"), assessment.follow_up)))
    blocks = (
        *(_Block("text", one) for one in assessment.background),
        _Block("quote", assessment.quoted),
        _Block("text", _review(envelope, assessment)),
        _Block("text", " ".join(filter(None, (verdict, *findings)))),
        _Block("text", coming),
        _Block("text", _say("assessment", "contact", contact=envelope.contact)),
    )
    return _render(envelope, blocks)


def render_request(envelope: Envelope, request: Request) -> Letter:
    """The letter that asks for a plan, with the criteria it will be assessed against."""
    by = deadline_text(request.due) if request.due else "within 10 working days of this letter"
    published = plain_date(request.published_on)
    blocks = (
        _Block("text", _say("request", "opening", report=request.report, published_on=published)),
        _Block("quote", request.recommendation),
        _Block("text", _say("request", "ask", noun=_noun(envelope), by=by)),
        _Block("text", _say("request", "assess")),
        _Block("list", lines=request.criteria),
        _Block("text", _say("request", "more_time")),
        _Block("text", _say("request", "contact", contact=envelope.contact)),
    )
    return _render(envelope, blocks)


def _review(envelope: Envelope, assessment: Assessment) -> str:
    said = "further" if assessment.submitted else "nothing_came"
    if assessment.requested_on is None or assessment.submission_due is None:
        said = "unasked"
    return _say(
        "assessment",
        said,
        noun=_noun(envelope),
        reviewed=assessment.reviewed,
        requested_on=_day(assessment.requested_on),
        submission_due=_day(assessment.submission_due),
    )


def _found(criterion: Criterion) -> str:
    own = criterion.says.get(criterion.finding)
    sentence = "stated" if criterion.name.endswith(".") else "finding"
    return own or _say(sentence, criterion.finding.value, name=criterion.name.rstrip("."))


def _noun(envelope: Envelope) -> str:
    return _words("noun").get(envelope.kind, "organisation")


def _day(day: date | None) -> str:
    return plain_date(day) if day else ""


def _render(envelope: Envelope, blocks: tuple[_Block, ...]) -> Letter:
    shown = {
        **asdict(envelope),
        "by_post": BY_EMAIL,
        "date": plain_date(envelope.on),
        "iso_date": envelope.on.isoformat(),
        "salutation": f"Dear {envelope.addressee}",
        "blocks": [block for block in blocks if block.text or block.lines],
    }
    return Letter(
        text=_environment(html=False).get_template("layout.txt.jinja").render(shown).strip() + "\n",
        html=_environment(html=True).get_template("layout.html.jinja").render(shown),
    )


def _say(section: str, sentence: str, **facts: str) -> str:
    return _environment(html=False).from_string(_words(section)[sentence]).render(facts)


def _words(section: str) -> Mapping[str, str]:
    return _wording()[section]


@cache
def _wording() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / "wording.toml").read_text(encoding="utf-8"))


@cache
def _environment(*, html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
