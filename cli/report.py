"""`followthrough report …`: reports imported, listed, shown and published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from activities.ledger import reports as held
from cli import output
from cli.room import As, AsJson, Key, On, actor, day, key, ledger, with_reports
from models.messages import PublishReport
from models.tables import Criterion, Recommendation, Report
from office import intake
from office.desk import NoCase
from office.same_findings import record_same

app = typer.Typer(help="Reports: imported, listed, shown, published.", no_args_is_help=True)


@app.command("import")
def import_report(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A .toml or .csv file (docs/import.md).")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and show the difference; change nothing.")
    ] = False,
    leave_out_bad: Annotated[
        bool, typer.Option("--leave-out-bad", help="Import the good rows, name the others.")
    ] = False,
    as_: As = None,
    as_json: AsJson = False,
) -> None:
    """Import a report with its recommendations, and open a case for each body. All rows or none."""
    person = actor(as_)
    with ledger() as database:
        parsed = intake.read_file(file, leave_out_bad=leave_out_bad)
        difference = intake.plan_import(parsed, database)
    if as_json and dry_run:
        output.put_json(difference)
    else:
        for line in difference.lines():
            output.say(line)
    if dry_run:
        return
    _apply(parsed, person, as_json)


def _apply(parsed: intake.Parsed, person: str, as_json: bool) -> None:
    with output.progress("opening cases", quiet=as_json) as bar:
        result = with_reports(lambda desk, client: intake.import_and_open(desk, parsed, person, bar.move))
    if as_json:
        output.put_json(result)
    else:
        output.put(
            f"{result.reports} reports, {result.recommendations} recommendations, {result.cases} cases opened"
        )


@app.command("list")
def list_reports(as_json: AsJson = False) -> None:
    """The reports, newest first."""
    with ledger() as database, database.reading() as session:
        rows = []
        for report in session.exec(select(Report).order_by(col(Report.published_on).desc(), col(Report.id))):
            state = held.state(session, report.id)
            rows.append({**report.model_dump(), "cases": sum(state.stages.values()), "stages": state.stages})
    output.put_rows(rows, ("id", "published_on", "title", "cases", "overview_published_on"), as_json=as_json)


@app.command()
def show(report_id: Annotated[str, typer.Argument(metavar="REPORT")], as_json: AsJson = False) -> None:
    """One report: its recommendations, and its cases by stage and outcome."""
    with ledger() as database, database.reading() as session:
        report = session.get(Report, report_id)
        if report is None:
            raise NoCase(f"There is no report {report_id!r}. `followthrough report list` shows them.")
        state = held.state(session, report_id)
        found = session.exec(
            select(Recommendation)
            .where(Recommendation.report_id == report_id)
            .order_by(col(Recommendation.reference))
        ).all()
        recommendations = [one.model_dump() for one in found]
        references = [one.reference for one in found]
        query = select(Criterion).where(col(Criterion.reference).in_(references))
        criteria = [one.model_dump() for one in session.exec(query.order_by(col(Criterion.position)))]
    if as_json:
        output.put_json(
            {
                "report": report.model_dump(),
                "state": state,
                "recommendations": recommendations,
                "criteria": criteria,
            }
        )
        return
    output.put(f"{report.id}: {report.title} ({report.published_on})\nsource: {report.source}")
    output.put_rows(recommendations, ("reference", "kind", "limit", "due", "title"), as_json=False)
    output.put_rows(
        [{"stage": k, "cases": v} for k, v in state.stages.items()], ("stage", "cases"), as_json=False
    )
    output.put_rows(
        [{"outcome": k, "cases": v} for k, v in state.outcomes.items()], ("outcome", "cases"), as_json=False
    )
    output.say(f"{len(state.not_ready)} cases have no letter sent yet")


@app.command()
def same(
    national: Annotated[str, typer.Argument(metavar="NATIONAL")],
    force: Annotated[str, typer.Argument(metavar="FORCE", help="The report on one body, or a few.")],
    reason: Annotated[str, typer.Option(help="Why their findings are the same. It stays on record.")],
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record that a report has the same findings as a national one: only a response to it is asked for, then."""
    with ledger() as database:
        bodies = record_same(database, actor(as_), national, force, reason, key(key_), datetime.now(UTC))
    if as_json:
        output.put_json({"national": national, "force": force, "bodies": bodies})
    else:
        output.put(f"{', '.join(bodies)}: answered with {force}")


@app.command()
def publish(
    report_id: Annotated[str, typer.Argument(metavar="REPORT")],
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="CASE=REASON: leave a case out by a recorded decision; repeat for more."),
    ] = None,
    on: On = None,
    as_: As = None,
    key_: Key = None,
    as_json: AsJson = False,
) -> None:
    """Publish letters and overview together; starts the oversight bodies' 56 days."""
    order = PublishReport(key=key(key_), actor=actor(as_), on=day(on), left_out=_left_out(leave_out or []))
    state = with_reports(lambda desk, client: desk.publish(report_id, order))
    if as_json:
        output.put_json(state)
    else:
        output.put(f"{report_id}\tpublished on {state.published_on}\t{state.outcomes}")


def _left_out(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for case, _, reason in pairs:
        if not case or not reason.strip():
            raise typer.BadParameter(f"{case!r}: write CASE=REASON.")
    return {case: reason for case, _, reason in pairs}
