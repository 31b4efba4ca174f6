"""The words of the field as enums: stages, roles, sides, outcomes, and why a rung was not sent."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def unsaid(value: object) -> bool:
    """A field that came later is left out when it says nothing: a worker of an older version reads the rest then."""
    return not value


class Stage(StrEnum):
    """How far a case has come. The last five are its ends."""

    issued = "issued"
    requested = "requested"
    submitted = "submitted"
    assessed = "assessed"
    authorised = "authorised"
    letter_sent = "letter_sent"
    published = "published"
    closed = "closed"
    reissued = "reissued"
    superseded = "superseded"
    no_further_action = "no_further_action"
    withdrawn = "withdrawn"


ENGINE = "engine"
"""The actor of what no person did: a rung that fell due."""

ENDS = frozenset({Stage.closed, Stage.reissued, Stage.superseded, Stage.no_further_action, Stage.withdrawn})
WITH_INSPECTORATE = frozenset({Stage.submitted, Stage.assessed, Stage.authorised, Stage.letter_sent})


class Side(StrEnum):
    """Whose duty, or whose mailbox."""

    body = "body"
    oversight = "oversight"
    inspectorate = "inspectorate"


class Role(StrEnum):
    """An office that receives notices or takes acts. People hold roles for a time; notices go to roles."""

    liaison = "liaison"
    chief_officer = "chief_officer"
    oversight = "oversight"
    inspector = "inspector"
    lead_inspector = "lead_inspector"
    oversight_group = "oversight_group"
    operations = "operations"
    auditor = "auditor"

    @property
    def side(self) -> Side:
        if self in (Role.liaison, Role.chief_officer):
            return Side.body
        return Side.oversight if self is Role.oversight else Side.inspectorate


class Finding(StrEnum):
    """What the inspector found on one criterion (the values of the 2017 letters)."""

    included = "included"
    included_commenced = "included_commenced"
    included_not_commenced = "included_not_commenced"
    not_included = "not_included"
    unclear = "unclear"
    no_information = "no_information"
    seen_earlier = "seen_in_earlier_inspection"
    in_place = "in_place"


class InspectionResult(StrEnum):
    """What a follow-up inspection concludes."""

    verified = "verified"
    reissued = "reissued"
    superseded = "superseded"
    no_further_action = "no_further_action"


class Paper(StrEnum):
    """A paper of the inspectorate's that a body acknowledges."""

    recommendation = "recommendation"
    request_letter = "request_letter"


class LetterKind(StrEnum):
    """A letter between the assessment's and the closing one."""

    progress = "progress"
    revisit = "revisit"
    reminder = "reminder"


class SubmissionAnswer(StrEnum):
    """What a submission says: a plan, or why there is none to send."""

    plan = "plan"
    nothing_to_report = "nothing_to_report"
    already_reported = "already_reported"


class Reason(StrEnum):
    """Why a rung that fell due was not sent. Every one is recorded (design, rule 1)."""

    overtaken = "overtaken by the start"
    before_takeover = "before we took over"
    merged = "merged into a newer rung"
    with_inspectorate = "the next duty is the inspectorate's"
    answered = "already answered"
    moved = "the due date was moved"
    ended = "the case ended"
    moot = "no longer needed"
    uncommented = "no comment came in time"


class Refused(Exception):  # noqa: N818 - an act is refused, not an error of ours
    """An act that may not be taken now; the message says why and what would be allowed."""
