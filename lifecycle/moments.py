"""The moment at which an act is taken, and the refusals that acts have in common."""

from dataclasses import dataclass
from datetime import date, datetime

from lifecycle import acts as a
from lifecycle.case import Case
from lifecycle.dates import local_date, long_date
from lifecycle.rules import Rules
from lifecycle.words import Refused, Stage

FAR_YEARS = 20
"""A date given further ahead is a slip of the pen: the longest limit on record is under four years."""
NEXT: dict[Stage, str] = {
    Stage.requested: "record the submission",
    Stage.submitted: "complete the assessment, or ask for a missing document",
    Stage.assessed: "send the draft to the body, authorise the assessment, return it or take it back",
    Stage.authorised: "send the letter, or recall it",
    Stage.letter_sent: "publish the letter",
    Stage.published: "record the follow-up inspection",
}


@dataclass(frozen=True)
class Moment:
    """When an act is taken: the engine's instant, and the local date it counts for."""

    now: datetime
    on: date


def moment_of(case: Case, act: a.Act, now: datetime) -> Moment:
    """The moment of an act.

    Raises:
        Refused: for a day that has not come, or one before the case was issued.
    """
    today = local_date(now)
    on = act.on or today
    if on > today:
        raise Refused(
            f"The act is dated {long_date(on)}, which has not come. Give today's date or an earlier one."
        )
    if case.issued_on and on < case.issued_on:
        raise Refused(
            f"The act is dated {long_date(on)}, before {case.reference} was issued. "
            f"Give {long_date(case.issued_on)} or a later date."
        )
    return Moment(now, on)


def base(act: a.Act, moment: Moment) -> dict[str, object]:
    """The fields that every event of an act has."""
    return {"at": moment.now, "on": moment.on, "actor": act.actor, "source": act.source}


def plain(stage: Stage) -> str:
    """letter sent"""
    return stage.value.replace("_", " ")


def need(case: Case, allowed: tuple[Stage, ...], deed: str, rules: Rules) -> None:
    """Refuses an act that does not fit the case's stage, and says what would."""
    if case.stage not in allowed:
        wanted = " or ".join(plain(stage) for stage in allowed)
        raise Refused(
            f"{case.id} is {plain(case.stage)}: {deed} needs it to be {wanted}. "
            f"Next for this case: {next_for(case, rules)}."
        )


def next_for(case: Case, rules: Rules) -> str:
    """What people can do next, in words."""
    if case.stage is Stage.assessed and "accuracy" not in rules.policy.clocks:
        return "authorise the assessment, return it or take it back"
    if case.stage in NEXT:
        return NEXT[case.stage]
    if "response" in rules.policy.clocks:
        return "record the oversight body's response"
    if rules.policy.needs_request:
        return "send the request letter, or record a submission"
    if "submission" in rules.policy.clocks:
        return "record the submission"
    return "record the body's declaration, or the inspection"


def refuse_earlier_than_stage(case: Case, moment: Moment) -> None:
    """An assessment is not older than what it assesses, nor a letter than its authorisation."""
    if case.stage_on and moment.on < case.stage_on:
        since = long_date(case.stage_on)
        raise Refused(
            f"The act is dated {long_date(moment.on)}, but {case.id} has been {plain(case.stage)} only "
            f"since {since}. Give {since} or a later date."
        )


def refuse_bad_due(due: date, earliest: date, what: str) -> None:
    """Refuses a date given for a duty that is before `earliest`, or absurdly far away."""
    if due < earliest:
        raise Refused(f"{what} {long_date(due)}, is too early. Give {long_date(earliest)} or a later date.")
    if due.year > earliest.year + FAR_YEARS:
        raise Refused(f"{what} {long_date(due)}, is more than {FAR_YEARS} years away. Check the year.")
