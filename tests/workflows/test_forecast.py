"""Forecast = fact: what the agenda says at the start is what the engine does when nobody acts (design, rule 7)."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import pytest

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.decisions import decide
from lifecycle.opening import OwnLimit
from lifecycle.words import Finding, Refused
from models.messages import CaseView
from tests.unit import builders as b
from tests.workflows.lives import named
from tests.workflows.scene import MINUTE, Followed, Scene

pytestmark = pytest.mark.server

CASES = 32
KINDS = (b.NATIONAL, b.CONCERN, b.ACCELERATED, b.AREA, b.RESPONSE)
DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")
LIMITS = ("3 months", "6 months", "20 working days", "12 weeks", "1 year")
ENDING = ("withdraw", "record_inspection", "record_response")


@dataclass(frozen=True)
class Coming:
    """One rung, as forecast or as recorded."""

    at: datetime
    clock: str
    version: int
    rung: str
    reason: str | None


async def test_what_is_forecast_happens_and_nothing_else(scene):
    cases = [await random_case(scene, Random(seed)) for seed in range(CASES)]
    forecasts = [forecast(await case.view()) for case in cases]
    seen = [len(case.recorded()) for case in cases]
    await asyncio.gather(*(live(case, coming) for case, coming in zip(cases, forecasts, strict=True)))
    for case, coming, before in zip(cases, forecasts, seen, strict=True):
        assert facts(case.events()[before:]) == coming, case.id
        assert noticed(case) >= {(one.clock, one.version, one.rung) for one in coming}
    assert sum(len(coming) for coming in forecasts) > 100
    assert {one.reason for coming in forecasts for one in coming} >= {
        None,
        "the next duty is the inspectorate's",
    }


async def live(case: Followed, coming: list[Coming]) -> None:
    """Let the case alone until a month after the last of it."""
    if coming:
        await case.until(coming[-1].at + timedelta(days=31))
    assert (await case.view()).agenda == ()


def noticed(case: Followed) -> set[tuple[str, int, str]]:
    """The rungs that have a notice, sent or explained (design, rule 1)."""
    return {(notice.clock, notice.version, notice.rung) for notice in case.notices()}


def forecast(view: CaseView) -> list[Coming]:
    return [Coming(one.at, one.clock, one.version, one.rung, one.reason) for one in view.agenda]


def facts(events: list[e.Event]) -> list[Coming]:
    """All events as rungs: anything else that happened fails."""
    return [fact(event) for event in events]


def fact(event: e.Event) -> Coming:
    if isinstance(event, e.RungPassed):
        return Coming(event.at, event.clock, event.version, event.passed.rung, event.passed.reason.value)
    assert isinstance(event, e.RungFell), event
    assert event.at == event.scheduled
    return Coming(event.at, event.clock, event.version, event.rung, None)


async def random_case(scene: Scene, random: Random) -> Followed:
    """A case of any policy, opened on its day or later, led some way by acts that are not refused."""
    name = random.choice(KINDS)
    issued = date(2016, 1, 4) + timedelta(days=random.randrange(3000))
    at = b.london(issued + timedelta(days=random.choice((0, 0, 3, 120)))) + random.randrange(9 * 60) * MINUTE
    criteria = random.choice(((), ("A",), ("A", "B")))
    case = await scene.open(
        name,
        at=at,
        issued_on=issued,
        recommendation_kind="response" if name == b.RESPONSE else "recommendation",
        division=random.choice(DIVISIONS),
        criteria=criteria,
        own_limits=own_limits(random, criteria),
        source=random.choice(("", "the inspectorate's spreadsheet")),
    )
    for number in range(random.randrange(6)):
        if acts := await allowed(case, name, number):
            await case.take(random.choice(acts))
    return case


def own_limits(random: Random, criteria: tuple[str, ...]) -> tuple[OwnLimit, ...]:
    wanted = (None, *criteria)
    return tuple(
        OwnLimit(criterion=one, limit=random.choice(LIMITS)) for one in wanted if random.random() < 0.6
    )


async def allowed(case: Followed, policy: str, number: int) -> list[a.Act]:
    """The acts that would be taken now and end nothing, each under a key of its own."""
    view = await case.view()
    findings = dict.fromkeys(view.case.criteria, Finding.unclear)
    outcome = b.OUTCOMES.get(policy, "none")
    soon = view.now.date() + timedelta(days=30)
    acts = [act for act in b.EVERY_ACT.values() if act.kind not in (*ENDING, "move_due_date")]
    acts += [b.move(clock.id, soon) for clock in view.case.running()]
    acts += [b.assessment(outcome=outcome, findings=findings)]
    return [named(f"{number}-{act.key}", act) for act in acts if not refused(view, policy, act)]


def refused(view: CaseView, policy: str, act: a.Act) -> bool:
    try:
        decide(view.case, act, view.now, b.rules(policy))
    except Refused:
        return True
    return False
