"""Reports with how their cases stand, a page at a time; one report with its recommendations and its bodies."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from lifecycle.words import ENDS, Stage
from models.database import Database
from models.tables import Body, CaseRow, Criterion, Recommendation, Report
from office.ordering import Columns, Order

PAGE = 50
RESPONSE = "response"


@dataclass
class Tally:
    """How many cases stand at each stage, and with which outcome."""

    stages: Counter[Stage] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return self.stages.total()

    @property
    def open(self) -> int:
        return sum(count for stage, count in self.stages.items() if stage not in ENDS)

    def add(self, stage: str, outcome: str | None, count: int) -> None:
        self.stages[Stage(stage)] += count
        if outcome:
            self.outcomes[outcome] += count


@dataclass(frozen=True)
class ReportLine:
    """A report in the list."""

    report: Report
    tally: Tally


@dataclass(frozen=True)
class ReportPage:
    """A page of the list of reports."""

    lines: tuple[ReportLine, ...]
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True)
class Recommended:
    """A recommendation of a report, with its criteria and how its cases stand."""

    recommendation: Recommendation
    criteria: tuple[Criterion, ...]
    tally: Tally


@dataclass(frozen=True)
class OfBody:
    """How the cases of one body under a report stand."""

    body: str
    name: str
    tally: Tally


@dataclass(frozen=True)
class ReportFile:
    """A report as its page shows it. `responses` are ids of the oversight bodies' responses to it."""

    report: Report
    tally: Tally
    recommendations: tuple[Recommended, ...]
    bodies: tuple[OfBody, ...]
    responses: tuple[CaseRow, ...]


NEWEST = Order("published", descending=True)
COLUMNS: Columns = {
    "title": (col(Report.title), col(Report.id)),
    "published": (col(Report.published_on), col(Report.id)),
}


def report_page(database: Database, page: int | None, order: Order = NEWEST) -> ReportPage:
    """A page of reports, in three queries at any size. Without a page: all of them."""
    with database.reading() as session:
        count = session.exec(select(func.count()).select_from(Report)).one()
        query = select(Report).order_by(*order.of(COLUMNS))
        if page is not None:
            query = query.limit(PAGE).offset((max(1, page) - 1) * PAGE)
        reports = session.exec(query).all()
        tallies = _by_report(session, [report.id for report in reports])
    return ReportPage(tuple(ReportLine(report, tallies[report.id]) for report in reports), count)


def _by_report(session: Session, ids: Sequence[str]) -> Mapping[str, Tally]:
    """Responses are counted with the cases of their report: an index alone answers this."""
    found: defaultdict[str, Tally] = defaultdict(Tally)
    counted = session.exec(
        select(CaseRow.report_id, CaseRow.stage, CaseRow.outcome, func.count())
        .where(col(CaseRow.report_id).in_(ids))
        .group_by(CaseRow.report_id, CaseRow.stage, col(CaseRow.outcome))
    )
    for report, stage, outcome, count in counted:
        found[report].add(stage, outcome, count)
    return found


def report_file(database: Database, report_id: str) -> ReportFile | None:
    """One report, or None when there is none of that id."""
    with database.reading() as session:
        report = session.get(Report, report_id)
        if report is None:
            return None
        recommendations = session.exec(
            select(Recommendation)
            .where(Recommendation.report_id == report_id)
            .order_by(col(Recommendation.reference))
        ).all()
        criteria = _criteria(session, [one.reference for one in recommendations])
        counts = _counts(session, report_id)
        responses = session.exec(
            select(CaseRow)
            .where(CaseRow.report_id == report_id, CaseRow.kind == RESPONSE)
            .order_by(col(CaseRow.id))
        ).all()
    return ReportFile(
        report=report,
        tally=_tally(counts),
        recommendations=tuple(
            Recommended(
                one,
                criteria.get(one.reference, ()),
                _tally(row for row in counts if row.reference == one.reference),
            )
            for one in recommendations
        ),
        bodies=_of_bodies(counts),
        responses=tuple(responses),
    )


@dataclass(frozen=True)
class _Count:
    reference: str
    body: str
    name: str
    stage: str
    outcome: str | None
    count: int


def _counts(session: Session, report_id: str) -> list[_Count]:
    counted = Counter(
        session.exec(
            select(CaseRow.reference, CaseRow.body_id, CaseRow.stage, CaseRow.outcome).where(
                CaseRow.report_id == report_id, CaseRow.kind != RESPONSE
            )
        )
    )
    bodies = {body for _, body, _, _ in counted}
    names = dict(session.exec(select(Body.id, Body.name).where(col(Body.id).in_(bodies))).all())
    return [
        _Count(reference, body, names.get(body, body), stage, outcome, count)
        for (reference, body, stage, outcome), count in counted.items()
    ]


def _criteria(session: Session, references: Sequence[str]) -> dict[str, tuple[Criterion, ...]]:
    found = defaultdict(list)
    rows = session.exec(
        select(Criterion).where(col(Criterion.reference).in_(references)).order_by(col(Criterion.position))
    )
    for row in rows:
        found[row.reference].append(row)
    return {reference: tuple(criteria) for reference, criteria in found.items()}


def _tally(counts: Iterable[_Count]) -> Tally:
    tally = Tally()
    for one in counts:
        tally.add(one.stage, one.outcome, one.count)
    return tally


def _of_bodies(counts: Iterable[_Count]) -> tuple[OfBody, ...]:
    found: dict[str, OfBody] = {}
    for one in counts:
        found.setdefault(one.body, OfBody(one.body, one.name, Tally())).tally.add(
            one.stage, one.outcome, one.count
        )
    return tuple(sorted(found.values(), key=lambda body: body.name))
