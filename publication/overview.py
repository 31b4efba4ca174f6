"""The overview of a report: its figures, its charts with their findings in words, and each chart's data."""

from collections.abc import Sequence
from dataclasses import dataclass

from publication import prose
from publication.charts import Chart, bars, curve
from publication.figures import Figures, LimbFigures, figures
from publication.record import Advice, Public, Published
from publication.words import FOUND, finding, outcome, sentence

Row = tuple[str | int, ...]
PLANS = "Plans, against the day they were due"
CLOSURE = "Closed, day by day"
REGIONS = "Outcomes by region"


@dataclass(frozen=True)
class Table:
    """Data at an address of its own, which is there from the first publication on, empty or not."""

    address: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Drawn:
    """A chart with its heading and its data: a row for each mark."""

    heading: str
    chart: Chart
    table: Table


@dataclass(frozen=True)
class Overview:
    """What the overview's page shows. `criteria` has a chart for each recommendation that has criteria."""

    figures: Figures
    drawn: tuple[Drawn, ...]
    criteria: dict[str, Drawn]
    regions: str
    tables: dict[str, Table]


def overview(report: Published) -> Overview:
    """The overview of what is published of a report."""
    found = figures(report)
    tables = {
        "outcomes": _outcomes(report, found),
        "plans": _plans(report, found),
        "closure": _closure(report, found),
        "criteria": _criteria(report, found),
        "included": _included(report, found),
        "regions": _regions(report, found),
        "bodies": _bodies(report, found),
    }
    return Overview(
        found,
        tuple(_drawn(found, tables)),
        {
            advice.reference: _criteria_drawn(advice, limbs, tables["included"].address)
            for advice, limbs in found.limbs
            if any(limb.assessed for limb in limbs)
        },
        prose.regions(found.regions),
        tables,
    )


def _drawn(found: Figures, tables: dict[str, Table]) -> Sequence[Drawn]:
    outcomes, plans = tables["outcomes"], tables["plans"]
    drawn = [Drawn("Outcomes", bars("outcomes", prose.outcomes(found.outcomes), _ends(outcomes)), outcomes)]
    if sum(count for _, count in _ends(plans)):
        drawn.append(Drawn(PLANS, bars("plans", prose.plans(found), _ends(plans)), plans))
    if found.curve:
        steps = [(step.on, step.closed) for step in found.curve]
        chart = curve("closure", prose.closed(found), steps, found.cases)
        drawn.append(Drawn(CLOSURE, chart, tables["closure"]))
    return drawn


def _criteria_drawn(advice: Advice, limbs: Sequence[LimbFigures], address: str) -> Drawn:
    rows = [(limb.limb.summary, limb.met, limb.assessed) for limb in limbs if limb.assessed]
    said = prose.criteria(rows)
    told = tuple((sentence(name), met, whole) for name, met, whole in rows)
    chart = bars(f"criteria-{advice.reference}", said, [(name, met) for name, met, _ in told])
    table = Table(address, ("Criterion", "Included or in place", "Letters"), told)
    return Drawn(f"Criteria of {advice.title}", chart, table)


def _table(report: Published, name: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Table:
    return Table(f"reports/{report.id}/{name}.csv", columns, tuple(rows))


def _outcomes(report: Published, found: Figures) -> Table:
    rows = [(outcome(share.name), share.count, share.percent) for share in found.outcomes]
    return _table(report, "outcomes", ("Outcome", "Letters", "Percent"), rows)


def _plans(report: Published, found: Figures) -> Table:
    time = found.timeliness
    rows = [("On time", time.on_time), ("Late", time.late), ("Nothing came", time.none)]
    return _table(report, "plans", ("Plans", "Number"), rows)


def _closure(report: Published, found: Figures) -> Table:
    rows = [(step.on.isoformat(), step.closed) for step in found.curve]
    return _table(report, "closure", ("Day", "Closed by its end"), rows)


def _criteria(report: Published, found: Figures) -> Table:
    """What was found on each criterion, of how many."""
    rows = [
        (advice.reference, limb.limb.id, FOUND[one], count)
        for advice, limbs in found.limbs
        for limb in limbs
        for one, count in limb.found
    ]
    return _table(report, "criteria", ("Recommendation", "Criterion", "Finding", "Letters"), rows)


def _included(report: Published, found: Figures) -> Table:
    """How many plans include each criterion or have it in place, of how many."""
    rows = [
        (advice.reference, limb.limb.id, limb.limb.summary, limb.met, limb.assessed)
        for advice, limbs in found.limbs
        for limb in limbs
    ]
    columns = ("Recommendation", "Criterion", "Name", "Included or in place", "Letters")
    return _table(report, "included", columns, rows)


def _regions(report: Published, found: Figures) -> Table:
    names = tuple(outcome(share.name) for share in found.outcomes)
    rows: list[Row] = [
        (one.name, one.cases, *(share.count for share in one.outcomes), one.late, one.none)
        for one in found.regions
    ]
    return _table(report, "regions", ("Region", "Letters", *names, "Plans late", "No plan"), rows)


def _bodies(report: Published, found: Figures) -> Table:
    """A row for each letter and criterion: the table of bodies and criteria, as a program wants it."""
    rows: list[Row] = [
        (*_named(case), limb.id, finding(case.findings.get(limb.id)), *_marks(case))
        for advice, _ in found.limbs
        for case in report.of(advice.reference)
        for limb in advice.limbs
    ]
    columns = (
        "Body",
        "Name",
        "Region",
        "Recommendation",
        "Outcome",
        "Criterion",
        "Finding",
        "Illustrative",
        "Withdrawn",
    )
    return _table(report, "bodies", columns, rows)


def _named(case: Public) -> tuple[str, ...]:
    return (case.body, case.body_name, case.region, case.reference, outcome(case.outcome))


def _marks(case: Public) -> tuple[str, str]:
    """What is illustrative, and the day on which its letter was withdrawn."""
    return "; ".join(sorted(case.made_up)), case.withdrawn_on.isoformat() if case.withdrawn_on else ""


def _ends(table: Table) -> list[tuple[str, int]]:
    """A bar's name and number."""
    return [(str(name), int(count)) for name, count, *_ in table.rows]
