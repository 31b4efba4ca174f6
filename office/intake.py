"""Import of reports from CSV or TOML: all of a file or nothing, and the same file again does nothing.

`read_file` checks a file by itself, `plan_import` says what it would change here, `apply_import` does it in one
transaction and answers the openings of the cases that are new. docs/import.md explains the formats.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session

from lifecycle.dates import local_date
from lifecycle.opening import Opening
from lifecycle.words import Refused
from models.database import Database
from office.intake_bodies import Bodies, bodies_of_files
from office.intake_csv import read_csv
from office.intake_difference import Difference, difference
from office.intake_entries import IntakeError, Parsed, Problem, RecommendationEntry, ReportFile
from office.intake_openings import openings_of
from office.intake_rows import write_recommendation, write_report
from office.intake_text import read_text
from office.intake_toml import read_toml
from office.people import find_actor
from office.reports import ReportDesk
from office.rights import role_for

__all__ = [
    "Difference",
    "ImportResult",
    "Imported",
    "IntakeError",
    "Parsed",
    "Problem",
    "apply_import",
    "import_and_open",
    "plan_import",
    "read_bytes",
    "read_file",
]

Progress = Callable[[int, int, str], None]
"""Told how many cases are open, of how many, and in which report."""

READERS = {".csv": read_csv, ".toml": read_toml}


@dataclass(frozen=True)
class ImportResult:
    """What an import did, and the openings of the cases that are new, to be started (`office.reports.ReportDesk`)."""

    difference: Difference
    openings: tuple[Opening, ...]
    warnings: tuple[Problem, ...]
    left_out: tuple[Problem, ...]

    def by_report(self) -> dict[str, tuple[Opening, ...]]:
        """The openings of each report."""
        found: dict[str, list[Opening]] = {}
        for opening in self.openings:
            found.setdefault(opening.report, []).append(opening)
        return {report: tuple(openings) for report, openings in found.items()}


@dataclass(frozen=True)
class Imported:
    """What an import did, in numbers, and what a person should look at."""

    reports: int
    recommendations: int
    cases: int
    warnings: tuple[Problem, ...]
    left_out: tuple[Problem, ...]


def read_file(path: Path, database: Database | None = None, *, leave_out_bad: bool = False) -> Parsed:
    """Read and check the file at a path. OSError when it cannot be opened; otherwise as `read_bytes`."""
    return read_bytes(path.read_bytes(), path.name, database, leave_out_bad=leave_out_bad)


def read_bytes(
    content: bytes, name: str, database: Database | None = None, *, leave_out_bad: bool = False
) -> Parsed:
    """Read and check a file whose name ends in .csv or .toml. `leave_out_bad` leaves out rows that cannot be taken.

    Bodies are those of the database, or without one those of `config/bodies`.

    Raises:
        IntakeError: with every problem, each with its line and column.
    """
    reader = READERS.get(Path(name).suffix.lower())
    if reader is None:
        said = "The name of the file must end in .csv or .toml. docs/import.md shows both formats."
        raise IntakeError(name, [Problem(line=0, column="", message=said)])
    return reader(read_text(content, name), name, _bodies(database), leave_out_bad=leave_out_bad)


def _bodies(database: Database | None) -> Bodies:
    if database is None:
        return bodies_of_files()
    with database.reading() as session:
        return Bodies.in_tables(session)


def plan_import(file: Parsed, database: Database, *, today: date | None = None) -> Difference:
    """What `apply_import` would do; its `problems` are what it would refuse."""
    with database.reading() as session:
        return difference(session, file, today or _today())


def apply_import(
    database: Database, file: Parsed, actor: str, *, today: date | None = None, shown: str | None = None
) -> ImportResult:
    """Write what is new or changed, in one transaction, and answer the openings of new cases.

    Raises:
        NotAllowed: when the actor may not import.
        IntakeError: when a change cannot be made and the file was not read with `leave_out_bad`.
        Refused: when the difference is not the one with the hash `shown`, which somebody looked at.
    """
    day = today or _today()
    with database.writing() as session:
        role_for(find_actor(session, actor, day), "import", "", None)
        change = difference(session, file, day)
        if shown not in (None, change.hash):
            raise Refused(
                "What this file would change is no longer what you were shown: the ledger has changed since. "
                "Nothing was imported. Look at the difference again."
            )
        if change.problems and not file.leave_out_bad:
            raise IntakeError(file.name, change.problems)
        openings = _write(session, file, change, actor, day)
    return ImportResult(change, openings, file.warnings, (*file.left_out, *change.problems))


async def import_and_open(
    desk: ReportDesk,
    file: Parsed,
    actor: str,
    progress: Progress = lambda done, of, what: None,
    *,
    shown: str | None = None,
) -> Imported:
    """Import a file, start the workflow of each new case, and wait until the ledger holds them all.

    Raises:
        NotAllowed, IntakeError, Refused: as `apply_import`; nothing was imported.
        NeedsRepair: when cases do not open in time. Importing the same file again goes on from there.
    """
    today = local_date(desk.clock.now())
    result = await asyncio.to_thread(apply_import, desk.database, file, actor, today=today, shown=shown)
    done, of = 0, len(result.openings)
    for report, openings in result.by_report().items():
        progress(done, of, report)
        await desk.start(report, openings, actor)
        await desk.opened(openings)
        done += len(openings)
        progress(done, of, report)
    return Imported(
        reports=sum(not row.problems for row in result.difference.reports),
        recommendations=sum(not row.problems for row in result.difference.recommendations),
        cases=of,
        warnings=result.warnings,
        left_out=result.left_out,
    )


def _write(
    session: Session, file: Parsed, change: Difference, actor: str, today: date
) -> tuple[Opening, ...]:
    bodies = Bodies.in_tables(session)
    new = set(change.new_cases)
    openings: list[Opening] = []
    for report, entries in _acceptable(file, change):
        write_report(session, report)
        for entry in entries:
            write_recommendation(session, report, entry)
            found = openings_of(report, entry, bodies, actor=actor, today=today, file=file.name)
            openings += [opening for opening in found if opening.id in new]
    return tuple(openings)


def _acceptable(file: Parsed, change: Difference) -> list[tuple[ReportFile, list[RecommendationEntry]]]:
    reports = {row.id for row in change.reports if row.problems}
    references = {row.id for row in change.recommendations if row.problems}
    kept = [
        (report, [entry for entry in report.recommendations if entry.reference not in references])
        for report in file.reports
        if report.id not in reports
    ]
    return [(report, entries) for report, entries in kept if entries]


def _today() -> date:
    return local_date(datetime.now(UTC))
