"""Acts on the way to a case's end, and the end itself: declared, inspected, withdrawn, answered; and dates moved."""

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import WHOLE, Case, Clock
from lifecycle.clocks import moved
from lifecycle.dates import long_date
from lifecycle.moments import Moment, base, need, refuse_bad_due, refuse_earlier_than_stage
from lifecycle.passage import days_late
from lifecycle.policy import ClockRule
from lifecycle.rules import Rules
from lifecycle.words import ENDS, InspectionResult, Refused, Stage

NOT_ENDED = tuple(stage for stage in Stage if stage not in ENDS)
FOLLOWED = (InspectionResult.reissued, InspectionResult.superseded)
SEEN_ON_SITE = (InspectionResult.verified, InspectionResult.reissued)


def declare(case: Case, act: a.DeclareImplemented, moment: Moment, rules: Rules) -> e.Event:
    if act.criterion is not None and act.criterion not in case.criteria:
        raise Refused(
            f"{case.reference} has no criterion {act.criterion!r}. It has {', '.join(case.criteria) or 'none'}."
        )
    if case.declared_whole or (act.criterion or WHOLE) in case.declared:
        raise Refused(
            f"{act.criterion or case.id} has been declared implemented already. "
            "An inspection verifies it; nothing more is needed from the body."
        )
    return e.Declared.model_validate(
        {**base(act, moment), "statement": act.statement, "criterion": act.criterion}
    )


def inspect(case: Case, act: a.RecordInspection, moment: Moment, rules: Rules) -> e.Event:
    allowed = NOT_ENDED
    if act.result in SEEN_ON_SITE:
        planned = "submission" in rules.policy.clocks
        allowed = (Stage.letter_sent, Stage.published) if planned else (Stage.issued,)
    need(case, allowed, f"recording an inspection as {act.result.value}", rules)
    refuse_earlier_than_stage(case, moment)
    follows = act.result in FOLLOWED
    if follows and not act.followed_by:
        raise Refused(
            f"An inspection recorded as {act.result.value} names the reference that follows this one."
        )
    if act.followed_by == case.reference:
        raise Refused("A recommendation cannot be followed by itself. Name the one that follows it.")
    return e.Inspected.model_validate(
        {
            **base(act, moment),
            "result": act.result,
            "narrative": act.narrative,
            "followed_by": act.followed_by if follows else None,
            "letter": act.letter,
        }
    )


def withdraw(case: Case, act: a.Withdraw, moment: Moment, rules: Rules) -> e.Event:
    return e.Withdrawn.model_validate({**base(act, moment), "reason": act.reason})


def running_clock(case: Case, name: str, rules: Rules) -> tuple[Clock, ClockRule]:
    """A running clock whose date is not set by statute, and its rule. Raises Refused."""
    clock = case.clocks.get(name)
    rule = rules.policy.clocks.get(clock.kind) if clock else None
    if clock is None or rule is None or not clock.running:
        running = ", ".join(c.id for c in case.running()) or "none"
        raise Refused(f"{case.id} has no running clock {name!r}. Running: {running}.")
    if rule.statutory:
        raise Refused(
            f"{rule.title} is set by statute and cannot be moved. Record the response when it comes."
        )
    return clock, rule


def refuse_unless_mover(rule: ClockRule, role: str) -> None:
    """Only those whom the policy lets move a clock say yes or no to another date."""
    if role not in {one.value for one in rule.moved_by}:
        allowed = ", ".join(one.value for one in rule.moved_by) or "nobody"
        raise Refused(f"{rule.title} may be moved by {allowed}, not by {role}.")


def move(case: Case, act: a.MoveDueDate, moment: Moment, rules: Rules) -> e.Event:
    clock, rule = running_clock(case, act.clock, rules)
    refuse_unless_mover(rule, act.role)
    if clock.id in case.asked:
        raise Refused(
            f"More time for {rule.title} has been asked for, until {long_date(case.asked[clock.id])}. "
            "Give an answer to that request: granting it moves the date."
        )
    if moment.on < clock.started:
        raise Refused(
            f"{rule.title} began on {long_date(clock.started)}. Date the move on that day or a later one."
        )
    refuse_bad_due(act.due, moment.on, "The new date,")
    if act.due == clock.due:
        raise Refused(f"{rule.title} is already due on {long_date(act.due)}. Nothing needs to be moved.")
    return moved(case, clock, act, moment.now, moment.on, rule, rules)


def invite(case: Case, act: a.InviteComments, moment: Moment, rules: Rules) -> e.Event:
    _refuse_unless_response(rules)
    if case.responded:
        raise Refused("The response has been published already; comments cannot be invited for it any more.")
    return e.Invited.model_validate(base(act, moment))


def respond(case: Case, act: a.RecordResponse, moment: Moment, rules: Rules) -> e.Event:
    """The response, or afterwards the copies that were missing: then the act says of both that they came."""
    _refuse_unless_response(rules)
    return e.Responded.model_validate(
        {
            **base(act, moment),
            "response": act.response,
            "copy_to_inspectorate": act.copy_to_inspectorate,
            "copy_to_secretary_of_state": act.copy_to_secretary_of_state,
            "late_by": 0 if case.responded else days_late(case, "response", moment),
        }
    )


def _refuse_unless_response(rules: Rules) -> None:
    if "response" not in rules.policy.clocks:
        raise Refused(
            "A response belongs to a report and an oversight body, not to a recommendation's case. "
            "Record it on response/<report>/<oversight body>."
        )
