"""Opening a case: new, or part-way through its life with its past given (the door of every migration)."""

from collections import Counter
from datetime import date, datetime

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import WHOLE, Case, fold_all
from lifecycle.clocks import started
from lifecycle.dates import local_date, long_date
from lifecycle.decisions import decide_past, with_consequences
from lifecycle.limits import Limit, LimitError, due_date
from lifecycle.moments import refuse_bad_due
from lifecycle.policy import OWN, ClockRule
from lifecycle.rules import Rules
from lifecycle.words import Frozen, Refused

OLD_YEARS = 100


class OwnLimit(Frozen):
    """A limit in the recommendation's own words, for all of it (`criterion` None) or for one criterion.

    `due` is the day that the words were read to mean, `why` how; without it the day is counted from `limit`. With
    neither there is no clock.
    """

    criterion: str | None = None
    limit: str | None = None
    due: date | None = None
    why: str = ""


class Opening(Frozen):
    """All that is needed to open a case.

    `past` are acts of before our time, each with its date, and with its source where that is not `source`.
    """

    id: str
    reference: str
    body: str
    report: str
    recommendation_kind: str
    division: str
    policy: str
    policy_hash: str
    calendar_hash: str
    issued_on: date
    actor: str
    oversight: str | None = None
    criteria: tuple[str, ...] = ()
    own_limits: tuple[OwnLimit, ...] = ()
    past: tuple[a.Act, ...] = ()
    source: str = ""
    virtual: bool = False


def open_case(opening: Opening, now: datetime, rules: Rules) -> tuple[e.Event, ...]:
    """The first events of a case. Rungs before this instant are never sent, however the case is opened.

    Raises:
        Refused: for what cannot be so, or when a past act could not have followed the ones before it; names the act.
    """
    _refuse_impossible(opening, now)
    part_way = bool(opening.past) or bool(opening.source)
    events = list(_issued(opening, now, rules, announced=not part_way))
    for n, act in enumerate(opening.past, 1):
        case = fold_all(Case(id=opening.id), events)
        try:
            events += decide_past(case, _sourced(act, opening), now, rules)
        except Refused as refused:
            when = long_date(act.on) if act.on else "no date"
            raise Refused(f"Past act {n}, {act.kind} ({when}): {refused}") from refused
    return tuple(events)


def _refuse_impossible(opening: Opening, now: datetime) -> None:
    if opening.issued_on > local_date(now):
        raise Refused(
            f"{opening.reference} is dated {long_date(opening.issued_on)}, which has not come. "
            "Open the case on the day of issue or later."
        )
    if opening.issued_on.year < now.year - OLD_YEARS:
        raise Refused(
            f"{opening.reference} is dated {long_date(opening.issued_on)}, over {OLD_YEARS} years ago. "
            "Check the year."
        )
    for what, names in (
        ("criterion", opening.criteria),
        ("own limit of", tuple(own.criterion or "the whole" for own in opening.own_limits)),
    ):
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise Refused(f"{opening.reference} gives {what} {', '.join(twice)} twice. Give it once.")
    if WHOLE in opening.criteria:
        raise Refused(
            f"{opening.reference} has a criterion {WHOLE!r}, which means all of them. Name it otherwise."
        )
    for own in opening.own_limits:
        _refuse_own(own, opening)


def _refuse_own(own: OwnLimit, opening: Opening) -> None:
    if own.criterion is not None and own.criterion not in opening.criteria:
        raise Refused(
            f"{opening.reference} has no criterion {own.criterion!r} to give a limit to. "
            f"It has {', '.join(opening.criteria) or 'none'}."
        )
    if own.due is not None:
        refuse_bad_due(own.due, opening.issued_on, f"{opening.reference}'s own date,")


def _sourced(act: a.Act, opening: Opening) -> a.Act:
    """A past act names its day and the paper it is taken from."""
    if act.on is None:
        raise Refused("An act of before our time needs its date. Give the day on which it happened.")
    if not (act.source or opening.source):
        raise Refused(
            "An act of before our time needs its source. Name the paper or record it is taken from."
        )
    return act if act.source else act.model_copy(update={"source": opening.source})


def _issued(opening: Opening, now: datetime, rules: Rules, *, announced: bool) -> tuple[e.Event, ...]:
    issued = e.Issued(
        at=now,
        on=opening.issued_on,
        actor=opening.actor,
        source=opening.source,
        reference=opening.reference,
        body=opening.body,
        oversight=opening.oversight,
        report=opening.report,
        recommendation_kind=opening.recommendation_kind,
        division=opening.division,
        policy=opening.policy,
        policy_hash=opening.policy_hash,
        calendar_hash=opening.calendar_hash,
        criteria=opening.criteria,
        virtual=opening.virtual,
    )
    first = with_consequences(Case(id=opening.id), issued, now, rules, announced=announced)
    case = fold_all(Case(id=opening.id), first)
    own = tuple(
        _own_clock(rule, one, case, first[0], now, rules)
        for rule in rules.policy.clocks_started_by("issued")
        if rule.limit == OWN
        for one in opening.own_limits
        if one.limit or one.due
    )
    return (*first, *own)


def _own_clock(
    rule: ClockRule, own: OwnLimit, case: Case, issued: e.Event, now: datetime, rules: Rules
) -> e.ClockStarted:
    clock_id = rule.kind if own.criterion is None else f"{rule.kind}/{own.criterion}"
    due, why = _own_due(rule, own, issued, rules)
    return started(rule, clock_id, case, issued, now, rules, limit=own.limit, due=due, why=why)


def _own_due(rule: ClockRule, own: OwnLimit, issued: e.Event, rules: Rules) -> tuple[date, str]:
    if own.due is not None:
        return own.due, own.why
    try:
        found = due_date(Limit.parse(own.limit or ""), issued.on, rules.calendar_for(rule), rule.roll)
    except LimitError as error:
        raise Refused(f"{rule.title}: {error}. Give the date that the words mean.") from error
    return found.day, own.why or found.why
