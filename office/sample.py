"""The live sample, loaded on the first start: real bodies and reports, with dates that stand around today.

`config/samples/live.toml` says what is in it, and that its dates are made up.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle.opening import Opening
from models.database import Database
from models.tables import CaseRow, Order, Report
from office.intake_bodies import Bodies, bodies_of_files
from office.intake_check import RESPONSE
from office.intake_entries import RecommendationEntry, ReportFile
from office.intake_lines import Lines
from office.intake_openings import openings_of
from office.intake_rows import write_recommendation, write_report
from office.intake_toml import read_table
from office.sample_acts import OPERATOR, Paper, order_id, past_of
from office.sample_file import FILE, RecommendationSample, ReportSample, ResponseSample, day_of, read_sample
from office.sealing import seal

ACTOR = OPERATOR[0]
LOADED = "sample/loaded"


class Sample(NamedTuple):
    """What the sample holds on a day; `papers` are the texts that its past acts name."""

    reports: tuple[ReportFile, ...]
    openings: list[Opening]
    papers: list[Paper]

    def overviews(self) -> dict[str, date]:
        """When each report whose letters are out was published."""
        return {
            opening.report: act.on
            for opening in self.openings
            for act in opening.past
            if act.kind == "publish" and act.on
        }


def build_sample(today: date) -> Sample:
    """The sample as it is loaded on a day. Pure: the same for the same day."""
    bodies = bodies_of_files()
    sample = Sample((), [], [])
    for raw in read_sample().report:
        report = _report(raw, today, bodies)
        sample = sample._replace(reports=(*sample.reports, report))
        for opening, papers in _opened(raw, report, today, bodies):
            sample.openings.append(opening)
            sample.papers.extend(papers)
    return sample


def _report(raw: ReportSample, today: date, bodies: Bodies) -> ReportFile:
    """The report through the same checks as an imported one."""
    table = {
        "report": {
            "id": raw.id,
            "title": raw.title,
            "published": day_of(raw.published, today),
            "source": raw.source,
            "sample": True,
        },
        "recommendation": [_recommendation(one, today) for one in raw.recommendation],
    }
    return read_table(table, Lines(""), FILE.name, bodies).reports[0]


def _recommendation(raw: RecommendationSample, today: date) -> dict[str, object]:
    table = raw.model_dump(exclude={"case", "due", "criterion"})
    table["bodies"] = [body for case in raw.case for body in case.bodies]
    table["criterion"] = [one.model_dump() for one in raw.criterion]
    return table | ({"due": day_of(raw.due, today)} if raw.due else {})


def _opened(
    raw: ReportSample, report: ReportFile, today: date, bodies: Bodies
) -> Iterator[tuple[Opening, list[Paper]]]:
    for one, entry in zip(raw.recommendation, report.recommendations, strict=True):
        yield from _cases(one, report, entry, today, bodies)
    for response in raw.response:
        opening = _response(response, report, bodies)
        yield past_of(opening, response.past, report.title, read_sample(), today)


def _cases(
    raw: RecommendationSample, report: ReportFile, entry: RecommendationEntry, today: date, bodies: Bodies
) -> Iterator[tuple[Opening, list[Paper]]]:
    past = {body: case.past for case in raw.case for body in case.bodies}
    for opening in openings_of(report, entry, bodies, actor=ACTOR, today=today, file=FILE.name):
        yield past_of(opening, past[opening.body], entry.title, read_sample(), today)


def _response(raw: ResponseSample, report: ReportFile, bodies: Bodies) -> Opening:
    policy = newest(RESPONSE)
    oversight = bodies.oversight_of(raw.body, report.published)
    return Opening(
        id=f"response/{report.id}/{oversight}",
        reference=report.id,
        body=raw.body,
        oversight=oversight,
        report=report.id,
        recommendation_kind=RESPONSE,
        division=bodies.known[raw.body].division,
        policy=policy.name,
        policy_hash=policy.hash,
        calendar_hash=load_calendars(policy.calendar).hash,
        issued_on=report.published,
        actor=ACTOR,
    )


def load_sample(database: Database, today: date, at: datetime) -> tuple[Opening, ...]:
    """Write the sample's rows and papers, and answer the openings of cases that are not there yet.

    What was begun on an earlier day goes on with the dates of that day; once all is there, nothing happens.
    Reference rows must be loaded first (`office.reference.load_reference`).
    """
    with database.writing() as session:
        loaded = session.get(Order, LOADED)
        sample = build_sample(loaded.on if loaded else today)
        if loaded is None:
            _write(session, sample, today, at)
        there = set(session.exec(select(col(CaseRow.id))))
    return tuple(opening for opening in sample.openings if opening.id not in there)


def _write(session: Session, sample: Sample, today: date, at: datetime) -> None:
    for report in sample.reports:
        write_report(session, report)
        for entry in report.recommendations:
            write_recommendation(session, report, entry)
    for paper in sample.papers:
        seal(session, paper.kind, paper.text, at, {"sample": True}, of=paper.of)
    for report_id, on in sample.overviews().items():
        _publish(session, report_id, on, at)
    session.add(Order(id=LOADED, kind="load_sample", actor=ACTOR, on=today, effective_at=at))


def _publish(session: Session, report_id: str, on: date, at: datetime) -> None:
    session.add(
        Order(
            id=order_id(report_id),
            kind="publish",
            report_id=report_id,
            actor=ACTOR,
            on=on,
            effective_at=at,
            details={"sample": True},
        )
    )
    if report := session.get(Report, report_id):
        report.overview_published_on = on
        session.add(report)
