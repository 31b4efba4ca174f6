"""Which acts a person can take on a case now: only what rights, policy and stage allow, each with where it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from lifecycle.case import Case, Clock
from lifecycle.checking import ACCURACY, refuse_unchecked
from lifecycle.passage import BEFORE_ASSESSMENT, was_requested
from lifecycle.rules import Rules
from lifecycle.words import Paper, Refused, Side, Stage
from office.people import Actor, NotAllowed
from office.rights import may, role_for

RESPONSE = "response"


@dataclass(frozen=True)
class Offer:
    """An act that can be taken now, what it is called, and the page on which it is taken."""

    act: str
    title: str
    href: str


@dataclass(frozen=True)
class Standing:
    """Where a case stands for somebody: what an offer is judged by. `stuck`: it waits for repair."""

    actor: Actor
    case: Case
    rules: Rules
    today: date
    stuck: bool = False

    def may(self, act: str) -> bool:
        return may(self.actor, act, self.case.body, self.case.oversight)


def offers(standing: Standing) -> tuple[Offer, ...]:
    """In the order of a case's life. On a case that is stuck only its repair is offered; on one ended nothing."""
    wanted = [REPAIR] if standing.stuck else _of_case(standing.case)
    return tuple(
        Offer(act, title, href)
        for act, title, fits, href in wanted
        if not standing.case.ended and standing.may(act) and fits(standing)
    )


_Wanted = tuple[str, str, Callable[[Standing], bool], str]


def _always(_: Standing) -> bool:
    return True


REPAIR: _Wanted = ("repair", "Repair this case", _always, "/ops/stuck")


def _of_case(case: Case) -> list[_Wanted]:
    return _of_response(case) if case.recommendation_kind == RESPONSE else _of_recommendation(case)


def _of_response(case: Case) -> list[_Wanted]:
    here = f"/oversight/{quote(case.oversight or '')}/responses/{quote(case.report)}/respond"
    return [("record_response", "Record the response", _always, here)]


def _of_recommendation(case: Case) -> list[_Wanted]:
    here = f"/cases/{quote(case.reference)}/{quote(case.body)}"
    inspect = f"/inspect/{quote(case.reference)}/{quote(case.body)}"
    submit = f"/body/{quote(case.body)}/submit?{urlencode({'cases': case.reference})}"
    verb = "Replace the submission" if case.stage is Stage.submitted else "Submit an answer"
    return [
        ("acknowledge", "Acknowledge", _can_acknowledge, f"{here}/acknowledge"),
        ("send_request_letter", "Send the request letter", _can_request, f"{here}/request"),
        ("record_submission", verb, _can_submit, submit),
        ("withdraw_submission", "Withdraw the submission", _is_submitted, f"{here}/withdraw-submission"),
        ("ask_for_time", "Ask for more time", _can_ask_time, f"{here}/more-time"),
        ("ask_question", "Ask a question", _always, f"{here}/question"),
        ("answer_request", "Answer the request for more time", _is_asked, f"{inspect}/answer"),
        ("answer_question", "Answer the question", _has_question, f"{inspect}/answer"),
        ("accept_late", "Accept the late submission", _is_late, f"{inspect}/late"),
        ("ask_for_document", "Ask for a missing document", _can_ask_document, f"{inspect}/document"),
        ("complete_assessment", "Assess", _can_assess, f"{inspect}/assess"),
        ("send_draft", "Send the draft for a check of its facts", _can_draft, f"{inspect}/draft"),
        ("comment_on_draft", "Check the draft letter", _has_draft, f"{here}/draft"),
        ("answer_point", "Answer the comments on the draft", _has_points, f"{inspect}/draft"),
        ("authorise", "Authorise", _can_authorise, "/inspect/authorise"),
        ("send_letter", "Send the letter", _is_authorised, f"{inspect}/letter"),
        ("recall_letter", "Recall the letter", _is_authorised, f"{inspect}/letter"),
        ("correct_letter", "Correct the letter", _is_sent, f"{inspect}/letter"),
        ("publish", "Publish the report’s letters", _has_letter, f"/inspect/publish/{quote(case.report)}"),
        ("declare_implemented", "Declare it implemented", _can_declare, f"{here}/declare"),
        ("draft_letter", "Write on progress", _is_sent, f"{inspect}/word/progress"),
        ("draft_letter", "Write on a revisit", _is_sent, f"{inspect}/word/revisit"),
        ("draft_letter", "Write a formal reminder", _owes_late, f"{inspect}/word/reminder"),
        ("record_inspection", "Record an inspection", _can_inspect, f"{inspect}/inspection"),
        ("move_due_date", "Move a due date", lambda one: bool(movable(one)), f"{here}/move"),
        ("allocate", "Allocate this case", _sees_work, f"{inspect}/allocation"),
        ("withdraw", "Withdraw this case", _always, f"{here}/withdraw"),
    ]


def movable(standing: Standing) -> tuple[Clock, ...]:
    """The running clocks whose date this person may move now. One asked to be moved is answered instead."""
    try:
        role = role_for(standing.actor, "move_due_date", standing.case.body, standing.case.oversight)
    except NotAllowed:
        return ()
    policy = standing.rules.policy
    return tuple(
        clock
        for clock in standing.case.running()
        if (rule := policy.clocks.get(clock.kind))
        and role in rule.moved_by
        and not rule.statutory
        and clock.id not in standing.case.asked
    )


def _can_acknowledge(one: Standing) -> bool:
    seen = one.case.acknowledged
    letter = was_requested(one.case, one.rules) and Paper.request_letter not in seen
    return letter or Paper.recommendation not in seen


def _can_request(one: Standing) -> bool:
    return one.rules.policy.needs_request and one.case.stage is Stage.issued


def _can_submit(one: Standing) -> bool:
    """On the body's own pages, so only for the body's own people."""
    own = any(role.side is Side.body and owner == one.case.body for role, owner in one.actor.roles)
    return own and "submission" in one.rules.policy.clocks and one.case.stage in BEFORE_ASSESSMENT


def _can_assess(one: Standing) -> bool:
    if one.case.stage is Stage.submitted:
        return True
    clock = one.case.clocks.get("submission")
    overdue = clock is not None and clock.due is not None and clock.due < one.today
    return overdue and one.case.stage in BEFORE_ASSESSMENT


def _can_draft(one: Standing) -> bool:
    checks = ACCURACY in one.rules.policy.clocks
    return checks and one.case.stage is Stage.assessed and one.case.draft is None


def _has_draft(one: Standing) -> bool:
    return one.case.draft is not None and not one.case.draft_closed


def _has_points(one: Standing) -> bool:
    return one.case.stage is Stage.assessed and bool(one.case.open_points)


def _can_authorise(one: Standing) -> bool:
    """Whether this person may, now: another completed the assessment, and the body's check is over."""
    if one.case.stage is not Stage.assessed or one.case.assessed_by == one.actor.id:
        return False
    try:
        refuse_unchecked(one.case, one.rules)
    except Refused:
        return False
    return True


def _is_sent(one: Standing) -> bool:
    return one.case.stage in (Stage.letter_sent, Stage.published)


def _is_submitted(one: Standing) -> bool:
    return one.case.stage is Stage.submitted


def _is_authorised(one: Standing) -> bool:
    return one.case.stage is Stage.authorised


def _has_letter(one: Standing) -> bool:
    return one.case.stage is Stage.letter_sent


def _is_asked(one: Standing) -> bool:
    return bool(one.case.asked)


def _has_question(one: Standing) -> bool:
    return bool(one.case.questions)


def _is_late(one: Standing) -> bool:
    return one.case.submission is not None and one.case.late_by > 0 and not one.case.late_accepted


def _can_ask_document(one: Standing) -> bool:
    asked = one.case.clocks.get("document")
    return one.case.stage is Stage.submitted and not (asked and asked.running)


def _can_ask_time(one: Standing) -> bool:
    """For a duty of the body's own that somebody may move, and for which it has not asked yet."""
    return any(
        clock.due is not None
        and clock.id not in one.case.asked
        and (rule := one.rules.policy.clocks.get(clock.kind)) is not None
        and rule.owner is Side.body
        and bool(rule.moved_by)
        and not rule.statutory
        for clock in one.case.running()
    )


def _owes_late(one: Standing) -> bool:
    """The body owes something that is overdue."""
    return any(
        clock.due is not None
        and clock.due < one.today
        and (rule := one.rules.policy.clocks.get(clock.kind)) is not None
        and rule.owner is Side.body
        for clock in one.case.running()
    )


def _can_declare(one: Standing) -> bool:
    return not one.case.declared_whole


def _can_inspect(one: Standing) -> bool:
    planned = "submission" in one.rules.policy.clocks
    return one.case.stage in ((Stage.letter_sent, Stage.published) if planned else (Stage.issued,))


def _sees_work(one: Standing) -> bool:
    """It is done on the inspectors' pages."""
    return one.may("see_work")
