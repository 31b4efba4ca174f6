"""`/api/v1/imports`: what a file of reports would change. Importing itself is done from the page."""

from typing import Annotated

from fastapi import Body
from pydantic import StringConstraints

from console.api.door import UNREADABLE, Told, api_router
from console.room import InRoom
from console.rules import needs
from models.database import Database
from office.intake import Difference, IntakeError, Problem, plan_import, read_bytes
from office.intake_difference import RowChange

router = api_router("imports")
LARGEST = 5_000_000


class File(Told):
    """A file as it would be imported (docs/import.md)."""

    name: Annotated[str, StringConstraints(max_length=255, pattern=r"(?i)^[^\x00]+\.(csv|toml)$")]
    content: Annotated[str, StringConstraints(max_length=LARGEST)]


class DryRun(Told):
    """What importing it would do. It is `acceptable` when nothing stands against it."""

    acceptable: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    reports: tuple[RowChange, ...]
    recommendations: tuple[RowChange, ...]
    new_cases: tuple[str, ...]
    known_cases: tuple[str, ...]
    gone: tuple[str, ...]


@router.post("/imports/dry-run", dependencies=[needs("import")], responses=UNREADABLE)
async def dry_run(room: InRoom, file: Annotated[File, Body()]) -> DryRun:
    """Check a file against the ledger. Nothing is changed."""
    return await room.read(lambda database: _tried(database, file))


def _tried(database: Database, file: File) -> DryRun:
    try:
        parsed = read_bytes(file.content.encode(), file.name, database)
    except IntakeError as wrong:
        return _said(Difference(), tuple(wrong.problems), ())
    found = plan_import(parsed, database)
    return _said(found, found.problems, parsed.warnings)


def _said(found: Difference, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> DryRun:
    return DryRun(
        acceptable=not problems,
        problems=problems,
        warnings=warnings,
        reports=found.reports,
        recommendations=found.recommendations,
        new_cases=found.new_cases,
        known_cases=found.known_cases,
        gone=found.gone,
    )
