"""The letters of the inspectorate: the request for a plan, and the assessment from its findings.

Everybody in a letter is named by office, and by name only where a contact gives one. Sentences come from
`config/templates/letters`. What follows an assessment is in `office/letter_follow_up.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from lifecycle.words import Finding
from office.letter_pages import labels, letter
from office.letter_parts import Envelope, Form, Kind, Letter, Paper, Passage
from office.letter_words import Language, Said, day, deadline, say, there_is, word

__all__ = ["Assessment", "Criterion", "Envelope", "Letter", "Request", "render_letter", "render_request"]


@dataclass(frozen=True)
class Criterion:
    """A criterion with what was found. `name` reads on from "your plans include", or is a sentence; `says` are its
    own. `seen` names an earlier inspection that had seen evidence of it, whatever was found now."""

    name: str
    finding: Finding
    says: Mapping[Finding, str] = field(default_factory=dict)
    id: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Source:
    """The report in which a recommendation was made; the letter says so in its own language."""

    report: str
    published_on: date


Background = tuple[str | Source, ...]


@dataclass(frozen=True)
class Assessment:
    """What an assessment letter tells. `reviewed` reads on from "took place"; `verdict` replaces the usual sentence.

    `requested_on` is None when the plan was due unasked; `submitted` is false when nothing came. `published_on` is
    the day on which the letter is to be published, where it is known.
    """

    background: Background
    quoted: str
    reviewed: str | date
    outcome: str
    criteria: tuple[Criterion, ...]
    requested_on: date | None = None
    submission_due: date | None = None
    submitted: bool = True
    verdict: str = ""
    follow_up: str = ""
    title: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class Request:
    """What a request letter asks. Without `due` the plan is asked for within ten working days."""

    report: str
    published_on: date
    recommendation: str
    criteria: tuple[str, ...]
    due: date | None = None
    title: str = ""


class Matter(Protocol):
    """What a letter says of one case."""

    @property
    def title(self) -> str: ...


M = TypeVar("M", bound=Matter)
Passages = Iterator[Passage]


@dataclass(frozen=True)
class Voice:
    """In which language, and of what kind of body, sentences of one section are said. `mark` begins their ids."""

    language: Language
    section: str
    body_kind: str
    mark: str = ""

    def says(self, sentence: str, *, joins: bool = False, **facts: str) -> Passage:
        """A sentence of the section, under its own name."""
        noun = word(self.language, "noun", self.body_kind, "organisation").text
        said = say(self.language, self.section, sentence, noun=noun, **facts)
        return self.passage(sentence, said, joins=joins)

    def passage(self, name: str, said: Said, *, joins: bool = False) -> Passage:
        return Passage(self.mark + name, said.text, joins=joins, reviewed=said.reviewed)

    def english(self, name: str, text: str, form: Form = Form.text, *, joins: bool = False) -> Passage:
        """Words that are given in English, which a Welsh letter quotes."""
        lang = Language.english.value if self.language is not Language.english else ""
        return Passage(self.mark + name, text, form, joins=joins, lang=lang)

    def listed(self, name: str, lines: tuple[str, ...]) -> Passage:
        lang = Language.english.value if self.language is not Language.english else ""
        return Passage(self.mark + name, form=Form.list, lines=lines, lang=lang)

    def day(self, on: date | None) -> str:
        return day(self.language, on) if on else ""

    def when(self, time: str | date) -> str:
        """A day, as "on 2 October 2017"; or a time as it was put, such as "in June 2017"."""
        return say(self.language, "all", "on", day=self.day(time)).text if isinstance(time, date) else time

    def of(self, section: str) -> "Voice":
        return Voice(self.language, section, self.body_kind, self.mark)


def render_letter(
    envelope: Envelope, *assessments: Assessment, language: Language = Language.english
) -> Letter:
    """The assessment letter: background, the recommendation quoted, the review, the verdict and each finding in
    turn; then, once, publication, what comes next, whom to ask."""

    def closing(voice: Voice) -> Passages:
        on = next((one.published_on for one in assessments if one.published_on), None)
        yield voice.says("published_on" if on else "published", day=voice.day(on))
        for number, told in enumerate(
            dict.fromkeys(one.follow_up for one in assessments if one.follow_up), 1
        ):
            yield voice.english(f"follow_up-{number}", told, joins=True)

    return composed(Kind.assessment, envelope, assessments, _assessed, closing, language)


def render_request(envelope: Envelope, *requests: Request, language: Language = Language.english) -> Letter:
    """The letter that asks for a plan, with the criteria it will be assessed against."""

    def closing(voice: Voice) -> Passages:
        yield voice.says("more_time")

    return composed(Kind.request, envelope, requests, _requested, closing, language)


def composed(
    kind: Kind,
    envelope: Envelope,
    matters: Sequence[M],
    told: Callable[[Voice, M], Passages],
    closing: Callable[[Voice], Passages],
    language: Language,
) -> Letter:
    """A letter on one case or on several of a body: each under its title, and what is common to all said once."""
    plain = Voice(language, kind.value, envelope.kind)
    passages: list[Passage] = []
    for number, matter in enumerate(matters, 1):
        voice = Voice(language, kind.value, envelope.kind, f"{number}/" if len(matters) > 1 else "")
        if len(matters) > 1:
            passages.append(voice.english("title", matter.title, Form.heading))
        passages += told(voice, matter)
    passages += [*closing(plain), plain.of("all").says("contact", contact=envelope.contact)]
    around = labels(language, envelope.addressee).values()
    return letter(
        Paper(kind, language, envelope, tuple(passages), reviewed=all(one.reviewed for one in around))
    )


def background(voice: Voice, told: Background, quoted: str) -> Passages:
    """Why we write: the report, and the recommendation in its own words."""
    for number, one in enumerate(told, 1):
        name = f"background-{number}"
        if isinstance(one, str):
            yield voice.english(name, one)
        else:
            facts = {"report": one.report, "published_on": voice.day(one.published_on)}
            yield voice.passage(name, say(voice.language, "all", "background", **facts))
    yield voice.english("quote", quoted, Form.quote)


def judged(
    voice: Voice, outcome: str, own: str, criteria: Sequence[Criterion], section: str = ""
) -> Passages:
    """One paragraph: the inspector's verdict, and what was found on each criterion."""
    told = [*_verdict(voice, outcome, own), *_found(voice, criteria, section)]
    yield from (replace(passage, joins=number > 0) for number, passage in enumerate(told))


def _verdict(voice: Voice, outcome: str, own: str) -> Passages:
    """In words of its own, or in the sentence of its outcome."""
    if own:
        yield voice.english("verdict", own)
    elif there_is("verdict", outcome):
        yield voice.passage("verdict", say(voice.language, "verdict", outcome))


def _found(voice: Voice, criteria: Sequence[Criterion], section: str = "") -> Passages:
    """One passage for each criterion, in the sentences of a section or, without one, those of an assessment."""
    for number, criterion in enumerate(criteria, 1):
        name = f"criterion-{criterion.id or number}"
        own = criterion.says.get(criterion.finding)
        usual = "stated" if criterion.name.endswith(".") else "finding"
        said = say(voice.language, section or usual, criterion.finding.value, name=criterion.name.rstrip("."))
        yield voice.english(name, own) if own else voice.passage(name, said)
        if criterion.seen:
            said = say(voice.language, "all", "seen", inspection=criterion.seen)
            yield voice.passage(f"{name}-seen", said)


def _assessed(voice: Voice, assessment: Assessment) -> Passages:
    yield from background(voice, assessment.background, assessment.quoted)
    said = "further" if assessment.submitted else "nothing_came"
    if assessment.requested_on is None or assessment.submission_due is None:
        said = "unasked"
    yield voice.says(
        said,
        reviewed=voice.when(assessment.reviewed),
        requested_on=voice.day(assessment.requested_on),
        submission_due=voice.day(assessment.submission_due),
    )
    yield from judged(voice, assessment.outcome, assessment.verdict, assessment.criteria)


def _requested(voice: Voice, request: Request) -> Passages:
    by = deadline(voice.language, request.due) if request.due else say(voice.language, "all", "in_ten").text
    yield voice.says("opening", report=request.report, published_on=voice.day(request.published_on))
    yield voice.english("quote", request.recommendation, Form.quote)
    yield voice.says("ask", by=by)
    if request.criteria:
        yield voice.says("assess")
        yield voice.listed("criteria", request.criteria)
