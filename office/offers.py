"""Which acts a person can take on a case now: only what rights, policy and stage allow, each with where it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from lifecycle.case import Case, Clock
from lifecycle.passage import BEFORE_ASSESSMENT
from lifecycle.rules import Rules
from lifecycle.words import Side, Stage
from office.people import Actor, NotAllowed
from office.rights import may, role_for


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
    here = f"{quote(case.reference)}/{quote(case.body)}"
    answer = f"/body/{quote(case.body)}/submit?{urlencode({'cases': case.reference})}"
    verb = "Replace the submission" if case.stage is Stage.submitted else "Submit an answer"
    return [
        ("send_request_letter", "Send the request letter", _can_request, f"/cases/{here}/request"),
        ("record_submission", verb, _can_submit, answer),
        ("complete_assessment", "Assess", _can_assess, f"/inspect/{here}/assess"),
        ("authorise", "Authorise", _can_authorise, "/inspect/authorise"),
        ("move_due_date", "Move a due date", lambda one: bool(movable(one)), f"/cases/{here}/move"),
        ("withdraw", "Withdraw this case", _is_recommendation, f"/cases/{here}/withdraw"),
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


def _is_recommendation(one: Standing) -> bool:
    return "response" not in one.rules.policy.clocks


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


def _can_authorise(one: Standing) -> bool:
    return one.case.stage is Stage.assessed and one.case.assessed_by != one.actor.id
