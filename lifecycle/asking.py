"""What a body asks of the inspectorate, and its answers: more time for a duty, a question; and what it has seen."""

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.dates import long_date
from lifecycle.endings import refuse_unless_mover, running_clock
from lifecycle.moments import Moment, base, refuse_bad_due
from lifecycle.passage import ONE_DAY, was_requested
from lifecycle.policy import ClockRule
from lifecycle.rules import Rules
from lifecycle.words import Paper, Refused, Side


def acknowledge(case: Case, act: a.Acknowledge, moment: Moment, rules: Rules) -> e.Event:
    said = act.paper.value.replace("_", " ")
    if act.paper in case.acknowledged:
        raise Refused(f"{case.id}: the {said} has been acknowledged already. Nothing needs to be done again.")
    if act.paper is Paper.request_letter and not was_requested(case, rules):
        raise Refused(
            f"{case.id} has no request letter to acknowledge. Acknowledge the recommendation instead."
        )
    return e.Acknowledged.model_validate({**base(act, moment), "paper": act.paper})


def ask_for_time(case: Case, act: a.AskForTime, moment: Moment, rules: Rules) -> e.Event:
    clock, rule = running_clock(case, act.clock, rules)
    _refuse_unmovable(rule)
    if clock.id in case.asked:
        raise Refused(
            f"More time for {rule.title} has been asked for already, until {long_date(case.asked[clock.id])}. "
            "Wait for the answer."
        )
    if clock.due is None:
        raise Refused(f"{rule.title} has no date, so no more time is needed. Ask a question instead.")
    if moment.on < clock.started:
        raise Refused(
            f"{rule.title} began on {long_date(clock.started)}. Give that day or a later one as the act's."
        )
    refuse_bad_due(act.due, max(moment.on, clock.due + ONE_DAY), "The date asked for,")
    return e.TimeAsked.model_validate(
        {**base(act, moment), "clock": clock.id, "due": act.due, "reason": act.reason}
    )


def _refuse_unmovable(rule: ClockRule) -> None:
    if rule.owner is not Side.body:
        raise Refused(f"{rule.title} is not the body's own duty. Ask a question about it instead.")
    if not rule.moved_by:
        raise Refused(f"{rule.title} cannot be moved: the policy lets nobody. Ask a question instead.")


def answer_request(case: Case, act: a.AnswerRequest, moment: Moment, rules: Rules) -> e.Event:
    """Granted or refused by those who may move the clock. The move itself follows (`as_move`)."""
    if act.clock not in case.asked:
        open_ = ", ".join(case.asked) or "none"
        raise Refused(f"{case.id} has no open request for more time on {act.clock!r}. It has {open_}.")
    clock, rule = running_clock(case, act.clock, rules)
    refuse_unless_mover(rule, act.role)
    told = {**base(act, moment), "clock": clock.id, "reason": act.reason, "letter": act.letter}
    if not act.grant:
        if act.due is not None:
            raise Refused("A request that is refused keeps its date. Leave the date out, or grant it.")
        return e.TimeRefused.model_validate({**told, "due": clock.due})
    due = act.due or case.asked[clock.id]
    if clock.due is not None and due <= clock.due:
        raise Refused(
            f"{rule.title} is due on {long_date(clock.due)} already. Give a later date, or refuse the request."
        )
    return e.TimeGranted.model_validate({**told, "due": due})


def as_move(act: a.AnswerRequest, granted: e.TimeGranted) -> a.MoveDueDate:
    """The move that a grant is."""
    return a.MoveDueDate(
        key=act.key,
        actor=act.actor,
        role=act.role,
        on=act.on,
        source=act.source,
        clock=granted.clock,
        due=granted.due,
        reason=act.reason,
    )


def ask_question(case: Case, act: a.AskQuestion, moment: Moment, rules: Rules) -> e.Event:
    return e.QuestionAsked.model_validate(
        {**base(act, moment), "number": case.seq + 1, "question": act.question}
    )


def answer_question(case: Case, act: a.AnswerQuestion, moment: Moment, rules: Rules) -> e.Event:
    if act.number not in case.questions:
        open_ = ", ".join(map(str, case.questions)) or "none"
        raise Refused(f"{case.id} has no open question {act.number}. It has {open_}.")
    return e.QuestionAnswered.model_validate(
        {**base(act, moment), "number": act.number, "answer": act.answer}
    )
