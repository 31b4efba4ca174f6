"""The letters after an assessment: progress, a revisit, an answer about more time, a formal reminder, the closing."""

from dataclasses import dataclass
from datetime import date

from lifecycle.words import InspectionResult
from office.letter_parts import Envelope, Kind, Letter
from office.letter_words import Language, deadline
from office.letters import Background, Criterion, Passages, Voice, background, composed, judged

STANDING = "standing"
"""The section of findings on work that should have been done, where `finding` is on plans."""


@dataclass(frozen=True)
class Progress:
    """How the work goes. `reviewed` reads on from "took place"; `next_look` is when we look again."""

    background: Background
    quoted: str
    letter_of: date
    reviewed: str | date
    outcome: str
    criteria: tuple[Criterion, ...]
    verdict: str = ""
    next_look: date | None = None
    title: str = ""


@dataclass(frozen=True)
class Revisit:
    """What a revisit found. `interviewed` reads on from "we spoke to"; `shared_on` is when the body first heard it.

    `closed`: the concern is closed; otherwise it stays open.
    """

    background: Background
    quoted: str
    visited: str | date
    outcome: str
    criteria: tuple[Criterion, ...]
    closed: bool
    plan_on: date | None = None
    interviewed: str = ""
    shared_on: date | None = None
    governance: str = ""
    verdict: str = ""
    title: str = ""


@dataclass(frozen=True)
class Extension:
    """The answer to a request for more time. `due` is the date that holds from now on; `reason` is a sentence."""

    duty: str
    asked_on: date
    asked_for: date
    granted: bool
    due: date
    reason: str = ""
    title: str = ""


@dataclass(frozen=True)
class Reminder:
    """A plan or other duty that is overdue: what was asked, when it was due, and by when we now expect it."""

    background: Background
    quoted: str
    duty: str
    due: date
    letter_of: date | None = None
    expected_by: date | None = None
    title: str = ""


@dataclass(frozen=True)
class Closure:
    """The end: verified, or re-issued, superseded or of no further use. `followed_by` names what follows."""

    background: Background
    quoted: str
    result: InspectionResult
    reviewed: str | date
    criteria: tuple[Criterion, ...] = ()
    followed_by: str = ""
    title: str = ""


def render_progress(envelope: Envelope, *told: Progress, language: Language = Language.english) -> Letter:
    """How the work on these recommendations goes."""

    def closing(voice: Voice) -> Passages:
        for day in sorted({one.next_look for one in told if one.next_look})[:1]:
            yield voice.says("next_look", by=deadline(language, day))
        yield voice.of("all").says("published")

    return composed(Kind.progress, envelope, told, _progressed, closing, language)


def render_revisit(envelope: Envelope, *told: Revisit, language: Language = Language.english) -> Letter:
    """What a revisit found: from background to next steps."""
    return composed(Kind.revisit, envelope, told, _revisited, _to_be_published, language)


def render_extension(envelope: Envelope, *told: Extension, language: Language = Language.english) -> Letter:
    """More time given, or not."""
    return composed(Kind.extension, envelope, told, _extended, lambda v: iter(()), language)


def render_reminder(envelope: Envelope, *told: Reminder, language: Language = Language.english) -> Letter:
    """A formal reminder. It finds, asks and says what comes next; it does not order."""

    def closing(voice: Voice) -> Passages:
        yield voice.says("reason")
        yield voice.says("next", joins=True)

    return composed(Kind.reminder, envelope, told, _reminded, closing, language)


def render_closure(envelope: Envelope, *told: Closure, language: Language = Language.english) -> Letter:
    """A recommendation followed to its end."""

    def closing(voice: Voice) -> Passages:
        yield voice.of("all").says("published")
        yield voice.says("thanks")

    return composed(Kind.closure, envelope, told, _closed, closing, language)


def _to_be_published(voice: Voice) -> Passages:
    yield voice.of("all").says("published")


def _progressed(voice: Voice, told: Progress) -> Passages:
    yield from background(voice, told.background, told.quoted)
    yield voice.says("further", letter_of=voice.day(told.letter_of), reviewed=voice.when(told.reviewed))
    yield from judged(voice, told.outcome, told.verdict, told.criteria, STANDING)


def _revisited(voice: Voice, told: Revisit) -> Passages:
    yield from background(voice, told.background, told.quoted)
    if told.plan_on:
        yield voice.says("plan", plan_on=voice.day(told.plan_on))
    yield voice.says("visited", joins=bool(told.plan_on), visited=voice.when(told.visited))
    if told.interviewed:
        yield voice.says("interviewed", joins=True, interviewed=told.interviewed)
    if told.shared_on:
        yield voice.says("shared", joins=True, shared_on=voice.day(told.shared_on))
    if told.governance:
        yield voice.english("governance", told.governance)
    yield from judged(voice, told.outcome, told.verdict, told.criteria, STANDING)
    yield voice.says("closed" if told.closed else "open")


def _extended(voice: Voice, told: Extension) -> Passages:
    asked_on, asked_for = voice.day(told.asked_on), voice.day(told.asked_for)
    yield voice.says("asked", duty=told.duty, asked_on=asked_on, asked_for=asked_for)
    part = told.granted and told.due != told.asked_for
    said = ("granted_in_part" if part else "granted") if told.granted else "refused"
    yield voice.says(said, by=deadline(voice.language, told.due))
    if told.reason:
        yield voice.english("reason", told.reason, joins=True)


def _reminded(voice: Voice, told: Reminder) -> Passages:
    yield from background(voice, told.background, told.quoted)
    if told.letter_of:
        yield voice.says(
            "asked", letter_of=voice.day(told.letter_of), duty=told.duty, due=voice.day(told.due)
        )
    else:
        yield voice.says("owed", duty=told.duty, due=voice.day(told.due))
    yield voice.says("nothing", joins=True)
    if told.expected_by:
        yield voice.says("expected", by=deadline(voice.language, told.expected_by))
    else:
        yield voice.says("soon")


def _closed(voice: Voice, told: Closure) -> Passages:
    yield from background(voice, told.background, told.quoted)
    yield voice.says(told.result.value, reviewed=voice.when(told.reviewed), followed_by=told.followed_by)
    yield from judged(voice, "", "", told.criteria, STANDING)
