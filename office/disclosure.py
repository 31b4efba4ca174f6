"""What each side may see of a case: one decision for every kind of event, and for every sealed text.

The inspectorate sees everything. A body sees its own side of the case and what was sent to it; an oversight body sees
what was sent to it and how the case stands. Neither sees an assessment before its letter is sent, nor what the
inspectorate tells itself. A kind of event without a decision here fails the tests.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lifecycle import events as e
from lifecycle.agenda import Entry, agenda
from lifecycle.case import Case, fold_all
from lifecycle.rules import Rules
from lifecycle.words import Role, Side, Stage
from models.messages import Recorded
from models.tables import Mail, Notice

ALL = frozenset(Side)
OF_BODY = frozenset({Side.body, Side.inspectorate})
OF_OVERSIGHT = frozenset({Side.oversight, Side.inspectorate})
INSIDE = frozenset({Side.inspectorate})
BEFORE_THE_LETTER = frozenset({Stage.assessed, Stage.authorised})


class Told(StrEnum):
    """To whom an event is told, where that is not the same for every event of its kind."""

    with_the_letter = "with_the_letter"
    by_its_clock = "by_its_clock"
    by_its_roles = "by_its_roles"


EVENTS: dict[str, frozenset[Side] | Told] = {
    "issued": ALL,
    "requested": ALL,
    "acknowledged": ALL,
    "submitted": ALL,
    "submission_withdrawn": ALL,
    "late_accepted": ALL,
    "document_asked": ALL,
    "assessed": Told.with_the_letter,
    "taken_back": INSIDE,
    "draft_sent": OF_BODY,
    "draft_commented": OF_BODY,
    "point_answered": OF_BODY,
    "draft_lapsed": OF_BODY,
    "authorised": Told.with_the_letter,
    "letter_recalled": INSIDE,
    "returned": INSIDE,
    "letter_sent": ALL,
    "letter_corrected": ALL,
    "word_sent": ALL,
    "published": ALL,
    "declared": ALL,
    "inspected": ALL,
    "withdrawn": ALL,
    "time_asked": OF_BODY,
    "time_granted": OF_BODY,
    "time_refused": OF_BODY,
    "question_asked": OF_BODY,
    "question_answered": OF_BODY,
    "invited": ALL,
    "responded": ALL,
    "clock_started": Told.by_its_clock,
    "clock_moved": Told.by_its_clock,
    "clock_met": Told.by_its_clock,
    "clock_ended": Told.by_its_clock,
    "rung_fell": Told.by_its_roles,
    "rung_passed": Told.by_its_roles,
}


@dataclass(frozen=True)
class Paper:
    """A sealed text that an event of some kind names: in which field, what it is called, and who may read it."""

    field: str
    title: str
    sides: frozenset[Side]


PAPERS: dict[str, tuple[Paper, ...]] = {
    "requested": (Paper("letter", "Request letter", ALL),),
    "submitted": (Paper("submission", "Submission", OF_BODY),),
    "submission_withdrawn": (Paper("reason", "Why the submission was withdrawn", OF_BODY),),
    "late_accepted": (Paper("reason", "Why the late submission was accepted", OF_BODY),),
    "document_asked": (Paper("document", "Document asked for", OF_BODY),),
    "assessed": (Paper("assessment", "Assessment", INSIDE),),
    "taken_back": (Paper("reason", "Why the assessment was taken back", INSIDE),),
    "returned": (Paper("reason", "Why the assessment was returned", INSIDE),),
    "draft_sent": (Paper("letter", "Draft letter, under embargo", OF_BODY),),
    "point_answered": (Paper("reason", "Answer to a point on the draft", OF_BODY),),
    "letter_recalled": (Paper("reason", "Why the letter was recalled", INSIDE),),
    "letter_sent": (Paper("letter", "Assessment letter", ALL),),
    "letter_corrected": (
        Paper("letter", "Corrected letter", ALL),
        Paper("reason", "Why the letter was corrected", ALL),
    ),
    "word_sent": (Paper("letter", "Letter", ALL),),
    "declared": (Paper("statement", "Declaration that it is implemented", OF_BODY),),
    "inspected": (
        Paper("narrative", "What the inspection found", INSIDE),
        Paper("letter", "Closing letter", ALL),
    ),
    "withdrawn": (Paper("reason", "Why the case was withdrawn", INSIDE),),
    "time_asked": (Paper("reason", "Why more time was asked for", OF_BODY),),
    "time_granted": (
        Paper("reason", "Why more time was given", OF_BODY),
        Paper("letter", "Letter on more time", OF_BODY),
    ),
    "time_refused": (
        Paper("reason", "Why more time was refused", OF_BODY),
        Paper("letter", "Letter on more time", OF_BODY),
    ),
    "question_asked": (Paper("question", "Question", OF_BODY),),
    "question_answered": (Paper("answer", "Answer", OF_BODY),),
    "responded": (Paper("response", "Response of the oversight body", ALL),),
    "clock_moved": (Paper("reason", "Why the date was moved", OF_BODY),),
}


@dataclass(frozen=True)
class NamedText:
    """A sealed text that may be read: its id, and the event that names it."""

    id: str
    title: str
    by: Recorded


@dataclass(frozen=True)
class Disclosed:
    """A case as one side may know it. `case` is the fold of `events`; the documents of `submissions` may be had."""

    side: Side
    case: Case
    events: tuple[Recorded, ...]
    texts: tuple[NamedText, ...]
    submissions: tuple[str, ...]
    agenda: tuple[Entry, ...]
    notices: tuple[Notice, ...]
    mails: tuple[Mail, ...]


def disclose(
    case_id: str,
    events: Sequence[Recorded],
    notices: Iterable[Notice],
    mails: Iterable[Mail],
    side: Side,
    rules: Rules | None,
) -> Disclosed:
    """What one side may see. Without `rules` nobody outside sees a clock: whose duty it is cannot be known then."""
    seen = _events(events, side, rules)
    shown = tuple(notice for notice in notices if sees_notice(side, Role(notice.role)))
    sent = {notice.mail_id for notice in shown}
    texts = tuple(_texts(seen, side))
    return Disclosed(
        side=side,
        case=_case(case_id, events, seen, side),
        events=seen,
        texts=texts,
        submissions=tuple(dict.fromkeys(text.id for text in texts if text.by.event.kind == "submitted")),
        agenda=_agenda(_case(case_id, events, seen, side), side, rules),
        notices=shown,
        mails=tuple(mail for mail in mails if mail.id in sent),
    )


def sees_notice(side: Side, role: Role) -> bool:
    """Each side sees what its own offices are told; the inspectorate sees it all."""
    return side in (Side.inspectorate, role.side)


def _events(events: Sequence[Recorded], side: Side, rules: Rules | None) -> tuple[Recorded, ...]:
    if side is Side.inspectorate:
        return tuple(events)
    clocks = _clocks_of(events, rules)
    lettered = _lettered(events)
    return tuple(_redacted(one, side) for one in events if _sees(one, side, clocks, lettered))


def _sees(one: Recorded, side: Side, clocks: Collection[str], lettered: Collection[int]) -> bool:
    told, event = EVENTS[one.event.kind], one.event
    if isinstance(told, frozenset):
        return side in told
    if isinstance(event, e.ClockStarted | e.ClockMoved | e.ClockMet | e.ClockEnded):
        return event.clock in clocks
    if isinstance(event, e.RungFell | e.RungPassed):
        return event.clock in clocks and any(sees_notice(side, role) for role in _roles(event))
    return one.seq in lettered


def _clocks_of(events: Iterable[Recorded], rules: Rules | None) -> set[str]:
    """The clocks that are not the inspectorate's own."""
    if rules is None:
        return set()
    started = (one.event for one in events if isinstance(one.event, e.ClockStarted))
    return {
        event.clock
        for event in started
        if (rule := rules.policy.clocks.get(event.clock_kind)) and rule.owner is not Side.inspectorate
    }


def _lettered(events: Sequence[Recorded]) -> set[int]:
    """The assessment, and its authorisation, that each letter tells. One taken back or returned is in no letter."""
    told: set[int] = set()
    pending: set[int] = set()
    authorised = {one.seq for one in events if isinstance(one.event, e.Authorised)}
    for one in events:
        match one.event:
            case e.Assessed():
                pending = {one.seq}
            case e.Authorised():
                pending.add(one.seq)
            case e.LetterRecalled():
                pending = {seq for seq in pending if seq not in authorised}
            case e.TakenBack() | e.Returned():
                pending = set()
            case e.LetterSent():
                told |= pending
    return told


def _roles(event: e.RungFell | e.RungPassed) -> tuple[Role, ...]:
    return event.passed.roles if isinstance(event, e.RungPassed) else tuple(one.role for one in event.notify)


def _redacted(one: Recorded, side: Side) -> Recorded:
    """Without what only the inspectorate is told: whom else it tells, and which of its rungs were not sent."""
    event = one.event
    change: dict[str, object] = {
        "notify": tuple(each for each in event.notify if sees_notice(side, each.role)),
        "source": "",
    }
    if isinstance(event, e.ClockStarted | e.ClockMoved):
        own = (each for each in event.passed if any(sees_notice(side, role) for role in each.roles))
        change["passed"] = tuple(_own(each, side) for each in own)
    if isinstance(event, e.RungPassed):
        change["passed"] = _own(event.passed, side)
    return one.model_copy(update={"event": event.model_copy(update=change)})


def _own(passed: e.Passed, side: Side) -> e.Passed:
    return passed.model_copy(
        update={"roles": tuple(role for role in passed.roles if sees_notice(side, role))}
    )


def papers_named(event: e.Event) -> Iterable[tuple[str, Paper]]:
    """The sealed texts that an event names, by id, each with who may read it."""
    for paper in PAPERS.get(event.kind, ()):
        named = getattr(event, paper.field)
        if named is not None:
            yield str(named), paper
    if isinstance(event, e.DraftCommented):
        for number, point in event.points.items():
            yield point, Paper("points", f"Point {number} on the draft", OF_BODY)


def _texts(events: Iterable[Recorded], side: Side) -> Iterable[NamedText]:
    for one in events:
        for named, paper in papers_named(one.event):
            if side in paper.sides:
                yield NamedText(named, paper.title, one)


def _case(case_id: str, events: Sequence[Recorded], seen: Sequence[Recorded], side: Side) -> Case:
    """The case as this side knows it: until the letter is sent it is with the inspectorate, and no more is said."""
    case = fold_all(Case(id=case_id), (one.event for one in seen))
    if side is Side.inspectorate:
        return case
    true = fold_all(Case(id=case_id), (one.event for one in events))
    return case.model_copy(update={"stage": Stage.submitted}) if true.stage in BEFORE_THE_LETTER else case


def _agenda(case: Case, side: Side, rules: Rules | None) -> tuple[Entry, ...]:
    if rules is None:
        return ()
    told = (
        replace(entry, roles=tuple(role for role in entry.roles if sees_notice(side, role)))
        for entry in agenda(case, rules)
    )
    return tuple(entry for entry in told if entry.roles)
