"""The figures of an overview, counted from what is published. What the report's prose says is taken from here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from config.region_files import regions
from lifecycle.words import Finding
from publication.record import Advice, Answer, Limb, Public, Published

NO_REGION = "No region"
MET = frozenset(
    [
        Finding.included,
        Finding.included_commenced,
        Finding.included_not_commenced,
        Finding.in_place,
    ]
)


@dataclass(frozen=True)
class Share:
    """How many of a whole."""

    name: str
    count: int
    whole: int

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.whole) if self.whole else 0


@dataclass(frozen=True)
class LimbFigures:
    """What was found on one criterion, over all bodies."""

    limb: Limb
    found: tuple[tuple[Finding, int], ...]

    @property
    def assessed(self) -> int:
        return sum(count for _, count in self.found)

    @property
    def met(self) -> int:
        """How many include it in their plans, or have it in place."""
        return sum(count for one, count in self.found if one in MET)


@dataclass(frozen=True)
class Region:
    """The letters to the bodies of one region: outcomes in the order of the whole report's, and plans."""

    name: str
    cases: int
    outcomes: tuple[Share, ...]
    late: int
    none: int


@dataclass(frozen=True)
class Step:
    """Cases closed by the end of a day, since the first was issued."""

    on: date
    closed: int


@dataclass(frozen=True)
class Timeliness:
    """Plans against the day they were due; declarations of all of a recommendation against its own limit; responses,
    published and with both copies sent, against the last of their 56 days. `late_days` are of late plans."""

    on_time: int
    late: int
    none: int
    late_days: tuple[int, ...]
    declared_on_time: int
    declared_late: int
    not_declared: int
    responded_on_time: int
    responded_late: int
    not_responded: int

    @property
    def median_late(self) -> float:
        return median(self.late_days) if self.late_days else 0

    @property
    def most_late(self) -> int:
        return max(self.late_days, default=0)


@dataclass(frozen=True)
class Figures:
    """Everything that an overview counts. `made_up` is how many cases have an outcome that is illustrative, `partly`
    how many have another fact that is."""

    cases: int
    bodies: int
    outcomes: tuple[Share, ...]
    limbs: tuple[tuple[Advice, tuple[LimbFigures, ...]], ...]
    regions: tuple[Region, ...]
    timeliness: Timeliness
    curve: tuple[Step, ...]
    made_up: int
    partly: int

    @property
    def closed(self) -> int:
        return self.curve[-1].closed if self.curve else 0


def figures(report: Published) -> Figures:
    """The figures of one report."""
    cases = report.cases
    names = _outcome_names(report)
    return Figures(
        cases=len(cases),
        bodies=len({case.body for case in cases}),
        outcomes=_shares(names, cases),
        limbs=tuple(
            (one, tuple(_limbs(one, report.of(one.reference)))) for one in report.advice if one.limbs
        ),
        regions=tuple(_regions(names, cases)),
        timeliness=_timeliness(cases, report.answers),
        curve=tuple(_curve(cases)),
        made_up=sum("outcome" in case.made_up for case in cases),
        partly=sum(bool(case.made_up - {"outcome"}) for case in cases),
    )


def _outcome_names(report: Published) -> tuple[str, ...]:
    """Those of its policy, also when no letter has them; and none, when a letter has none."""
    return (*report.outcomes, *([""] if any(not case.outcome for case in report.cases) else []))


def _shares(names: Sequence[str], cases: Sequence[Public]) -> tuple[Share, ...]:
    counted = Counter(case.outcome for case in cases)
    return tuple(Share(one, counted[one], len(cases)) for one in names)


def _regions(names: Sequence[str], cases: Sequence[Public]) -> Iterable[Region]:
    """In the order of the list of regions; bodies that are on no list come last."""
    order = {name: nth for nth, name in enumerate(dict.fromkeys(regions().values()))}
    grouped: defaultdict[str, list[Public]] = defaultdict(list)
    for case in cases:
        grouped[case.region].append(case)
    for name in sorted(grouped, key=lambda one: order.get(one, len(order))):
        of_these = grouped[name]
        time = _timeliness(of_these, ())
        yield Region(name or NO_REGION, len(of_these), _shares(names, of_these), time.late, time.none)


def _limbs(advice: Advice, cases: Sequence[Public]) -> Iterable[LimbFigures]:
    for limb in advice.limbs:
        found = Counter(case.findings[limb.id] for case in cases if limb.id in case.findings)
        yield LimbFigures(limb, tuple((one, found[one]) for one in Finding if found[one]))


def _timeliness(cases: Sequence[Public], answers: Sequence[Answer]) -> Timeliness:
    asked = [case for case in cases if case.submission_due or case.submitted_on]
    sent = [case for case in asked if case.submitted_on]
    late = tuple(sorted(case.late_by for case in sent if case.late_by))
    wanted = [case for case in cases if case.implementation_due]
    declared = [case for case in wanted if case.declared_on]
    answered = [one for one in answers if one.whole_on]
    return Timeliness(
        on_time=len(sent) - len(late),
        late=len(late),
        none=len(asked) - len(sent),
        late_days=late,
        declared_on_time=sum(not _after(case.declared_on, case.implementation_due) for case in declared),
        declared_late=sum(_after(case.declared_on, case.implementation_due) for case in declared),
        not_declared=len(wanted) - len(declared),
        responded_on_time=sum(one.in_time for one in answered),
        responded_late=sum(not one.in_time for one in answered),
        not_responded=len(answers) - len(answered),
    )


def _after(day: date | None, due: date | None) -> bool:
    return day is not None and due is not None and day > due


def _curve(cases: Sequence[Public]) -> Iterable[Step]:
    """Empty until something is closed."""
    closed = Counter(case.closed_on for case in cases if case.closed_on)
    if not closed:
        return
    yield Step(min(case.issued_on for case in cases), 0)
    total = 0
    for on in sorted(day for day in closed if day):
        total += closed[on]
        yield Step(on, total)
