"""What an act does to a case: the events that record it, or a refusal that says why.

Pure: `decide` is called by the workflow's validator (to refuse) and again by its handler (to record).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from lifecycle import acts as a
from lifecycle import asking, checking, endings, lettering, passage
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.clocks import consequences
from lifecycle.ladder import left_behind
from lifecycle.moments import moment_of, next_for, plain
from lifecycle.rules import Rules
from lifecycle.words import Reason, Refused

WITHOUT_POLICY = {"letter_corrected": "corrected-letter"}
"""Letters that go to whom the policy sends the assessment's, each with a template of its own."""
OF_A_RESPONSE = ("invite_comments", "record_response", "withdraw", "move_due_date", "ask_for_time")


def decide(case: Case, act: a.Act, now: datetime, rules: Rules) -> tuple[e.Event, ...]:
    """The events of an act on a case, its clocks' consequences included.

    Raises:
        Refused: when the act may not be taken now.
    """
    return _decided(case, act, now, rules, announced=True)


def decide_past(case: Case, act: a.Act, now: datetime, rules: Rules) -> tuple[e.Event, ...]:
    """As `decide`, for an act of before our time: nobody is told of it, and it kept the rules of its own time."""
    asked_less = {"authorises": "assessment", "accuracy_check": "offered"}
    old = replace(rules, policy=rules.policy.model_copy(update=asked_less))
    return _decided(case, act, now, old, announced=False)


def _decided(case: Case, act: a.Act, now: datetime, rules: Rules, *, announced: bool) -> tuple[e.Event, ...]:
    _refuse_at_once(case, act, rules)
    moment = moment_of(case, act, now)
    primary = _DECIDE[act.kind](case, act, moment, rules)
    events = with_consequences(case, primary, now, rules, given=_given(act), announced=announced)
    if not isinstance(act, a.AnswerRequest) or not isinstance(primary, e.TimeGranted):
        return events
    after = fold_all(case, events)
    granted = endings.move(after, asking.as_move(act, primary), moment, rules)
    return (*events, *with_consequences(after, granted, now, rules, announced=announced))


def _refuse_at_once(case: Case, act: a.Act, rules: Rules) -> None:
    if not case.opened:
        raise Refused(f"{case.id} has not been opened. Open it first.")
    if case.ended:
        raise Refused(
            f"{case.id} has ended ({plain(case.stage)}); nothing more can be recorded on it. "
            "A recommendation issued again is a case of its own."
        )
    if "response" in rules.policy.clocks and act.kind not in OF_A_RESPONSE:
        raise Refused(
            f"{case.id} is a response, not a recommendation's case. Next for it: {next_for(case, rules)}."
        )


def with_consequences(
    case: Case,
    primary: e.Event,
    now: datetime,
    rules: Rules,
    *,
    given: date | None = None,
    announced: bool = True,
) -> tuple[e.Event, ...]:
    """The event, announced, with what it does to the clocks.

    It comes first, but for the rungs of a moved clock's old date that fell due while the engine slept.
    """
    if announced:
        primary = _announced(primary, rules)
    left = _left_by_move(case, primary, now, rules)
    after = fold_all(case, (*left, primary))
    follows = consequences(after, primary, now, rules, given)
    return (*left, primary, *follows)


def _left_by_move(case: Case, primary: e.Event, now: datetime, rules: Rules) -> tuple[e.Event, ...]:
    if not isinstance(primary, e.ClockMoved):
        return ()
    return left_behind(case, case.clocks[primary.clock], Reason.moved, now, rules)


def _given(act: a.Act) -> date | None:
    return act.due if isinstance(act, a.SendRequestLetter | a.AskForDocument | a.SendDraft) else None


def _announced(event: e.Event, rules: Rules) -> e.Event:
    template = WITHOUT_POLICY.get(event.kind, "")
    if isinstance(event, e.WordSent):
        template = f"{event.of.value}-letter"
    told = tuple(
        e.Notify(role=role, template=template or one.template, copied_to=one.copied_to)
        for one in rules.policy.announced_by("letter_sent" if template else event.kind)
        for role in dict.fromkeys((*one.to, *one.copied_to))
    )
    return event.model_copy(update={"notify": told}) if told else event


_Decision = Callable[..., e.Event]
_DECIDE: dict[str, _Decision] = {
    "send_request_letter": passage.send_request,
    "acknowledge": asking.acknowledge,
    "record_submission": passage.submit,
    "withdraw_submission": passage.withdraw_submission,
    "accept_late": passage.accept_late,
    "ask_for_document": passage.ask_document,
    "complete_assessment": passage.assess,
    "take_back_assessment": passage.take_back,
    "send_draft": checking.send_draft,
    "comment_on_draft": checking.comment,
    "answer_point": checking.answer_point,
    "authorise": lettering.authorise,
    "recall_letter": lettering.recall,
    "return_assessment": passage.return_assessment,
    "send_letter": lettering.send,
    "correct_letter": lettering.correct,
    "send_word": lettering.send_word,
    "publish": passage.publish,
    "declare_implemented": endings.declare,
    "record_inspection": endings.inspect,
    "withdraw": endings.withdraw,
    "move_due_date": endings.move,
    "ask_for_time": asking.ask_for_time,
    "answer_request": asking.answer_request,
    "ask_question": asking.ask_question,
    "answer_question": asking.answer_question,
    "invite_comments": endings.invite,
    "record_response": endings.respond,
}
