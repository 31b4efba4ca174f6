"""Whether a policy that can be read makes sense: rungs that could never fall due, contradictions, things said twice."""

from collections import Counter
from collections.abc import Iterable, Iterator

from lifecycle.limits import Limit, Unit
from lifecycle.policy import OWN, Anchor, Announcement, ClockRule, Rung

Problem = tuple[str, str]
CLOSING = frozenset({"inspected", "withdrawn", "responded"})
ASKED = {
    "time_asked": frozenset({"time_granted", "time_refused"}),
    "question_asked": frozenset({"question_answered"}),
}
"""What a body asks, each with a clock of its own, and the answers that meet it."""
MOST_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 31, Unit.YEARS: 366}


def clock_problems(rule: ClockRule) -> Iterator[Problem]:
    """What is wrong with one clock, each with the key that says it."""
    where = f"clock.{rule.kind}"
    yield from _start_problems(rule, where)
    yield from _asking_problems(rule, where)
    yield from _statutory_problems(rule, where)
    for rung_id, times in Counter(rung.id for rung in rule.rungs).items():
        if times > 1:
            yield f"{where}.rung", f"id {rung_id!r} stands {times} times; every rung of a clock needs its own"
    for rung in rule.rungs:
        if never_falls(rung, rule.limit):
            yield (
                f"{where}.rung[{rung.id}].when",
                f"{in_words(rung)} stands before the clock starts: its limit is {rule.limit}",
            )


def _start_problems(rule: ClockRule, where: str) -> Iterator[Problem]:
    for event in sorted(set(rule.starts) & CLOSING):
        yield f"{where}.starts", f"{event!r} ends the case, so no rung of this clock could ever fall due"
    if rule.limit == OWN and set(rule.starts) != {"issued"}:
        yield (
            f"{where}.starts",
            'a limit of "own" is counted from the day of issue; write starts = ["issued"]',
        )
    datable = rule.limit or rule.may_be_given or rule.moved_by
    if rule.rungs and not datable:
        yield (
            f"{where}.limit",
            "is missing, and no date can be given or moved, so no rung could ever fall due",
        )


def _asking_problems(rule: ClockRule, where: str) -> Iterator[Problem]:
    """A clock of a request or a question belongs to that one: nothing else starts it, and every answer meets it."""
    for asked, answers in ASKED.items():
        started, met = asked in rule.starts, answers & set(rule.met_by)
        if started and set(rule.starts) != {asked}:
            yield f"{where}.starts", f"{asked!r} starts a clock for each one asked; let nothing else start it"
        if started and met != answers:
            missing = ", ".join(sorted(answers - met))
            yield f"{where}.met_by", f"lacks {missing}: the answer would not stop the clock"
        if met and not started:
            answered = ", ".join(sorted(met))
            yield f"{where}.met_by", f'{answered} meets only a clock with starts = ["{asked}"]'


def _statutory_problems(rule: ClockRule, where: str) -> Iterator[Problem]:
    if not rule.statutory:
        return
    if rule.moved_by:
        yield f"{where}.moved_by", "nobody may move a clock set by statute; leave it out"
    if rule.may_be_given:
        yield f"{where}.may_be_given", "no letter may give the date of a clock set by statute; leave it out"
    if rule.limit in (None, OWN):
        yield f"{where}.limit", "a clock set by statute needs the limit that the statute sets"


def in_words(rung: Rung) -> str:
    """How a rung that counts days says when it falls: 5 working days before"""
    days = "day" if rung.count == 1 else "days"
    return f"{rung.count} {'working ' if rung.working else ''}{days} {rung.anchor.value}"


def never_falls(rung: Rung, limit: str | None) -> bool:
    """Is this rung longer before the due date than its clock's limit, whatever the day the clock starts?

    A rung as long as the limit stands on the day of the start. It is allowed, for a date may be given.
    """
    if rung.anchor is not Anchor.before or limit in (None, OWN):
        return False
    parsed = Limit.parse(str(limit))
    if rung.working and parsed.unit is Unit.WORKING_DAYS:
        return rung.count > parsed.count
    return _fewest_days(rung) > _most_days(parsed)


def _fewest_days(rung: Rung) -> int:
    """The least days that a rung can stand before its due date: working weeks without a bank holiday."""
    return rung.count + 2 * ((rung.count - 1) // 5) if rung.working else rung.count


def _most_days(limit: Limit) -> int:
    """The most days that a limit can last; for working days, with a week of bank holidays in every four."""
    if limit.unit is Unit.WORKING_DAYS:
        return limit.count * 7 // 4 + 7
    return limit.count * MOST_DAYS[limit.unit]


def announcement_problems(announcements: Iterable[Announcement]) -> Iterator[Problem]:
    """A role that is told the same thing twice of one event: the ledger takes each notice once."""
    seen: set[tuple[str, str, str]] = set()
    for n, one in enumerate(announcements, 1):
        for role in dict.fromkeys((*one.to, *one.copied_to)):
            if (one.event, role.value, one.template) in seen:
                yield f"announce[{n}].to", f"{role.value} is told {one.template!r} of {one.event!r} already"
            seen.add((one.event, role.value, one.template))
