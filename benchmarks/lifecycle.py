"""The fixed lifecycle, read from its file, and what Followthrough is told so as to conduct the same."""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from config.calendar_files import load_calendars
from config.policy_files import template_names
from lifecycle.acts import Act
from lifecycle.dates import at_local
from lifecycle.opening import Opening
from lifecycle.policy import Policy
from lifecycle.policy_reader import read_policy
from lifecycle.rules import shelve
from models.messages import TimeFrame

FOLDER = Path(__file__).parent
ACT: TypeAdapter[Act] = TypeAdapter(Act)
RECORDED = {
    "record_submission": "submitted",
    "complete_assessment": "assessed",
    "authorise": "authorised",
    "send_letter": "letter_sent",
    "record_inspection": "inspected",
}
"""The event that shows in the ledger that an act was taken."""


@dataclass(frozen=True)
class Mail:
    role: str
    template: str


@dataclass(frozen=True)
class Rung:
    """A reminder, `second` seconds after nine o'clock on the day after its clock is due."""

    id: str
    second: int
    role: str
    template: str


@dataclass(frozen=True)
class Phase:
    """What is waited for, who is reminded meanwhile, and who is told afterwards."""

    act: str
    actor: str
    fired: int
    rungs: tuple[Rung, ...]
    mails: tuple[Mail, ...]
    clock: str = ""


@dataclass(frozen=True)
class Lifecycle:
    issued: date
    due: date
    reminded: date
    criteria: tuple[str, ...]
    phase: tuple[Phase, ...] = field(default=())

    @property
    def nine(self) -> datetime:
        """The instant from which the rungs' seconds are counted."""
        return at_local(self.reminded, time(9))


@cache
def fixed() -> Lifecycle:
    """The lifecycle in lifecycle.toml."""
    with (FOLDER / "lifecycle.toml").open("rb") as file:
        return TypeAdapter(Lifecycle).validate_python(tomllib.load(file))


@cache
def policy() -> Policy:
    """The same as a policy."""
    return read_policy((FOLDER / "policy.toml").read_text("utf-8"), "policy.toml", template_names())


def shelve_policy() -> None:
    """Make the benchmark's policy known to this process."""
    shelve((policy(),), (load_calendars(policy().calendar),))


def opening(case: str, rules: Policy, issued: date) -> Opening:
    """A case to be opened under a policy."""
    _, reference, body = case.split("/")
    return Opening(
        id=case,
        reference=reference,
        body=body,
        report="benchmark",
        recommendation_kind=rules.applies_to[0],
        division="england-and-wales",
        policy=rules.name,
        policy_hash=rules.hash,
        calendar_hash=load_calendars(rules.calendar).hash,
        issued_on=issued,
        actor="operations",
        criteria=fixed().criteria,
    )


def shifted(shown: datetime, at: datetime) -> TimeFrame:
    """A frame in which a case's clocks show `shown` at the real instant `at`."""
    return TimeFrame(shift_seconds=(shown - at).total_seconds())


def act(case: str, phase: Phase) -> Act:
    """The act that ends a phase of a case, under a key of its own."""
    said: dict[str, object] = {
        "kind": phase.act,
        "key": f"{case}/{phase.act}",
        "actor": phase.actor,
        "on": fixed().issued,
    }
    return ACT.validate_python(said | _PARTICULARS[phase.act])


_PARTICULARS: dict[str, dict[str, object]] = {
    "record_submission": {"submission": "submission-1"},
    "complete_assessment": {
        "assessment": "assessment-1",
        "outcome": "started",
        "findings": {"a": "included", "b": "unclear"},
    },
    "authorise": {"letter": "letter-1"},
    "send_letter": {"letter": "letter-1"},
    "record_inspection": {"result": "verified", "narrative": "narrative-1"},
}
