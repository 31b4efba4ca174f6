"""What people do in a history, and when: a list of deeds in order of time, and within an instant of the process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from lifecycle.dates import at_local
from rehearsal.history import BodyHistory, ExtraAct, Fact, History

OPENS = time(9, 30)
"""When the report is opened, on the day it is published: after the morning's notices, before the day's work."""
ACTS = time(10)
"""When people act, but for extra acts with a time of their own."""
PUBLISH = "publish"
OF_ALL = ("send_request_letter", "send_letter")
"""Deeds that are known from the same paper for every body."""
RANKS = (
    "send_request_letter",
    "record_submission",
    "ask_for_document",
    "move_due_date",
    "complete_assessment",
    "take_back_assessment",
    "return_assessment",
    "authorise",
    "send_letter",
    PUBLISH,
    "invite_comments",
    "record_response",
    "declare_implemented",
    "record_inspection",
    "withdraw",
)


@dataclass(frozen=True)
class Deed:
    """One act to take at an instant, on a body's case or response; `publish` is of the report, and has no body.

    `actor` is a registered person's short name. `extra` holds what only an extra act says. `source` names where the
    act is known from, or which of its facts are illustrative.
    """

    at: datetime
    kind: str
    body: str
    actor: str
    source: str = ""
    extra: ExtraAct | None = None

    @property
    def rank(self) -> int:
        return RANKS.index(self.kind)


def opens_at(history: History) -> datetime:
    """The instant at which the replay begins."""
    return at_local(history.report.published_on, OPENS)


def ends_on(history: History) -> date:
    """The last day to which the clocks are moved: as the history says, or the day of its last deed."""
    last = max((deed.at.date() for deed in deeds(history)), default=history.report.published_on)
    return max(history.until or last, last)


def deeds(history: History) -> tuple[Deed, ...]:
    """Everything that people do, in order."""
    found = [deed for nth, body in enumerate(history.body) for deed in _of_body(history, nth, body)]
    if published := history.report.overview_published_on:
        found.append(_deed(published, PUBLISH, "", history.people.operations, history.report.overview_source))
    return tuple(sorted(found, key=lambda deed: (deed.at, deed.rank, deed.body)))


def _of_body(history: History, nth: int, body: BodyHistory) -> Iterator[Deed]:
    people = history.people
    inspector = people.inspectors[nth % len(people.inspectors)]
    usual: tuple[tuple[date | None, str, str, tuple[Fact, ...]], ...] = (
        (body.requested, "send_request_letter", people.lead, ("requested",)),
        (body.submitted, "record_submission", people.operations, ("submitted",)),
        (
            body.assessed,
            "complete_assessment",
            inspector,
            ("assessed", "findings", "outcome", "verdict"),
        ),
        (body.authorised, "authorise", people.lead, ("authorised",)),
        (body.letter, "send_letter", people.operations, ("letter",)),
        (body.responded, "record_response", people.operations, ("responded",)),
        (body.declared, "declare_implemented", people.operations, ("declared",)),
        (body.inspected, "record_inspection", inspector, ("inspected", "result")),
    )
    for day, kind, actor, facts in usual:
        if day is not None:
            known = history.recommendation.source if kind in OF_ALL else body.source
            yield _deed(day, kind, body.id, actor, body.made_up(*facts) or known)
    for extra in body.act:
        yield Deed(
            at=at_local(extra.on, extra.at),
            kind=extra.kind,
            body=body.id,
            actor=extra.by or _usual_actor(history, inspector, extra.kind),
            source="illustrative" if extra.illustrative else body.source,
            extra=extra,
        )


def _deed(day: date, kind: str, body: str, actor: str, source: str) -> Deed:
    return Deed(at=at_local(day, ACTS), kind=kind, body=body, actor=actor, source=source)


def _usual_actor(history: History, inspector: str, kind: str) -> str:
    match kind:
        case "ask_for_document" | "complete_assessment" | "take_back_assessment":
            return inspector
        case "return_assessment" | "move_due_date" | "withdraw":
            return history.people.lead
        case _:
            return history.people.operations
