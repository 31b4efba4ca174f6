"""`followthrough deadline …`: limits read from words, and dates explained day by day."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import output
from cli.room import AsJson, ledger
from config.calendar_files import load_calendars
from lifecycle.calendars import Division
from lifecycle.dates import deadline_text
from lifecycle.limits import Limit, due_date, explain
from lifecycle.wording import read_wording
from office import reading
from office.desk import NoCase

app = typer.Typer(help="Deadlines: read from words, explained day by day.", no_args_is_help=True)
From = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The day the limit counts from.")
]


@app.command()
def read(start: From, as_json: AsJson = False) -> None:
    """Read the time limit in a recommendation's own text, given on standard input."""
    if sys.stdin.isatty():
        output.say("Type or paste the text; end with Ctrl-D.")
    found = read_wording(sys.stdin.read(), start.date())
    if as_json:
        output.put_json(found.as_json())
        return
    answer = found.as_json()
    output.put(f"{answer['kind']}\t{answer['due'] or 'no date'}\t{answer['phrase'] or ''}")
    output.say(("certain: " if found.certain else "not certain: ") + found.why)


@app.command("explain")
def explain_date(
    limit: Annotated[str | None, typer.Argument(help="Such as '6 months' or '10 working days'.")] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The day the limit counts from.")
    ] = None,
    division: Annotated[Division, typer.Option(help="Whose bank holidays.")] = Division.ENGLAND_AND_WALES,
    case_id: Annotated[
        str | None, typer.Option("--case", help="Explain the clocks of this case instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a due date day by day: a limit from a day, or every clock of a case."""
    if case_id is not None:
        _explain_case(case_id, as_json)
        return
    if limit is None or start is None:
        raise typer.BadParameter("Give a limit and --from, or --case.")
    calendar = load_calendars().of(division)
    due = due_date(Limit.parse(limit), start.date(), calendar)
    lines = explain(due, calendar)
    if as_json:
        output.put_json({"due": due.day, "limit": limit, "from": start.date(), "why": due.why, "days": lines})
        return
    output.put(deadline_text(due.day))
    for line in lines:
        output.put(line)


def _explain_case(case_id: str, as_json: bool) -> None:
    with ledger() as database:
        file = reading.case_file(database, case_id)
    if file is None:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    rows = [
        {"clock": c.id, "from": c.started, "limit": c.limit, "due": c.due, "state": c.state, "why": c.why}
        for c in file.clocks
    ]
    output.put_rows(rows, ("clock", "from", "limit", "due", "state", "why"), as_json=as_json)
