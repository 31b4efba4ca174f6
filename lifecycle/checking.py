"""The body's check of the facts in a draft letter: under embargo, point by point, and each point is answered."""

from collections.abc import Iterable

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.dates import long_date
from lifecycle.moments import Moment, base, need, next_for, refuse_earlier_than_stage
from lifecycle.passage import days_late, refuse_given
from lifecycle.rules import Rules
from lifecycle.words import Refused, Stage

ACCURACY = "accuracy"
"""The clock of the check: the body's, and started by the draft."""
MOST_POINTS = 200


def send_draft(case: Case, act: a.SendDraft, moment: Moment, rules: Rules) -> e.Event:
    if ACCURACY not in rules.policy.clocks:
        raise Refused(
            f"{rules.policy.title} has no check of the facts by the body. Authorise the assessment."
        )
    need(case, (Stage.assessed,), "sending a draft", rules)
    refuse_earlier_than_stage(case, moment)
    if case.draft is not None and not case.draft_closed:
        raise Refused(f"{case.id}: the body has a draft already. Wait for its comments, or for its date.")
    if case.open_points:
        raise Refused(f"{case.id}: {_answer_first(case)}")
    refuse_given(act.due, "draft_sent", moment, rules)
    return e.DraftSent.model_validate({**base(act, moment), "letter": act.letter})


def comment(case: Case, act: a.CommentOnDraft, moment: Moment, rules: Rules) -> e.Event:
    if case.draft is None or case.stage is not Stage.assessed:
        raise Refused(f"{case.id} has no draft to comment on. Next for this case: {next_for(case, rules)}.")
    if case.draft_closed:
        raise Refused(
            f"The draft of {case.id} has been commented on, or its time is over. Ask a question instead."
        )
    if len(act.points) > MOST_POINTS:
        raise Refused(
            f"There are {len(act.points)} points; at most {MOST_POINTS} are taken. Put some together."
        )
    return e.DraftCommented.model_validate(
        {
            **base(act, moment),
            "letter": case.draft,
            "points": act.points,
            "late_by": days_late(case, ACCURACY, moment),
        }
    )


def answer_point(case: Case, act: a.AnswerPoint, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.assessed,), "answering a point", rules)
    if act.point not in case.open_points:
        known = ", ".join(case.open_points) or "none"
        raise Refused(f"{case.id} has no open point {act.point!r}. It has {known}.")
    return e.PointAnswered.model_validate(
        {**base(act, moment), "point": act.point, "accepted": act.accepted, "reason": act.reason}
    )


def refuse_unchecked(case: Case, rules: Rules) -> None:
    """A letter whose facts the body has to check first, or is checking, is not authorised."""
    if case.draft is None and rules.policy.accuracy_check == "required":
        raise Refused(
            f"{rules.policy.title} has the body check the facts first. Send it the draft, then authorise the letter."
        )
    if case.draft is not None and not case.draft_closed:
        due = case.clocks[ACCURACY].due if ACCURACY in case.clocks else None
        until = f", until {long_date(due)}" if due else ""
        raise Refused(f"The body is checking the draft of {case.id}{until}. Wait for its comments.")
    if case.open_points:
        raise Refused(f"{case.id}: {_answer_first(case)}")


def _answer_first(case: Case) -> str:
    return f"the body's points {', '.join(case.open_points)} have no answer. Answer each of them first."


def lapsed(case: Case, fell: Iterable[e.Event]) -> e.DraftLapsed | None:
    """What a rung after the date of the check means: no comment came, and the letter goes on."""
    clock = case.clocks.get(ACCURACY)
    if clock is None or clock.due is None or case.draft is None or case.draft_closed:
        return None
    for event in fell:
        if isinstance(event, e.RungFell) and event.clock == clock.id and event.on > clock.due:
            return e.DraftLapsed(at=event.at, on=event.on, actor=event.actor, letter=case.draft)
    return None
