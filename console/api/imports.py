"""`/api/v1/imports`: what a file of reports would change, and exactly that imported."""

from typing import Annotated

from fastapi import Body
from pydantic import StringConstraints

from console.api.door import UNREADABLE, UNRECORDED, Told, api_router
from console.room import ByVisitor, InRoom
from console.rules import needs
from lifecycle.words import Refused
from models.database import Database
from office.intake import (
    Difference,
    IntakeError,
    Parsed,
    Problem,
    import_and_open,
    plan_import,
    read_bytes,
)
from office.intake_difference import RowChange

router = api_router("imports")
LARGEST = 5_000_000


class File(Told):
    """A file as it would be imported (docs/import.md)."""

    name: Annotated[str, StringConstraints(max_length=255, pattern=r"(?i)^[^\x00]+\.(csv|toml)$")]
    content: Annotated[str, StringConstraints(max_length=LARGEST)]


class DryRunFile(File):
    """A file to be tried, perhaps without the rows that cannot be taken."""

    leave_out_bad: bool = False


class DryRun(Told):
    """What importing it would do. It is `acceptable` when nothing stands against it; `hash` names this very change."""

    acceptable: bool
    hash: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    reports: tuple[RowChange, ...]
    recommendations: tuple[RowChange, ...]
    new_cases: tuple[str, ...]
    known_cases: tuple[str, ...]
    gone: tuple[str, ...]


class Order(File):
    """The file again, and the `hash` of the change that its dry run showed: nothing else is imported."""

    hash: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    leave_out_bad: bool = False


class Imported(Told):
    """What was imported. The cases are open."""

    reports: int
    recommendations: int
    cases: int
    warnings: tuple[Problem, ...]
    left_out: tuple[Problem, ...]


@router.post("/imports", dependencies=[needs("import")], responses=UNRECORDED)
async def import_it(room: InRoom, visitor: ByVisitor, order: Annotated[Order, Body()]) -> Imported:
    """Import what the dry run showed, all of it, and open its cases. Done again, it finds nothing to change."""
    room.pace.note("act", visitor.id)
    parsed = await room.read(lambda database: _parsed(database, order))
    try:
        done = await import_and_open(room.reports, parsed, visitor.id, shown=order.hash)
    except IntakeError as wrong:
        raise Refused(_first_of(wrong)) from wrong
    return Imported(
        reports=done.reports,
        recommendations=done.recommendations,
        cases=done.cases,
        warnings=done.warnings,
        left_out=done.left_out,
    )


def _parsed(database: Database, order: Order) -> Parsed:
    try:
        return read_bytes(order.content.encode(), order.name, database, leave_out_bad=order.leave_out_bad)
    except IntakeError as wrong:
        raise Refused(_first_of(wrong)) from wrong


def _first_of(wrong: IntakeError) -> str:
    """The dry run names them all."""
    first = wrong.problems[0]
    return (
        f"{len(wrong.problems)} rows cannot be taken, and nothing was imported. The first, on line {first.line}: "
        f"{first.message} Ask for a dry run to see all."
    )


@router.post("/imports/dry-run", dependencies=[needs("import")], responses=UNREADABLE)
async def dry_run(room: InRoom, file: Annotated[DryRunFile, Body()]) -> DryRun:
    """Check a file against the ledger. Nothing is changed."""
    return await room.read(lambda database: _tried(database, file))


def _tried(database: Database, file: DryRunFile) -> DryRun:
    try:
        parsed = read_bytes(file.content.encode(), file.name, database, leave_out_bad=file.leave_out_bad)
    except IntakeError as wrong:
        return _said(Difference(), tuple(wrong.problems), ())
    found = plan_import(parsed, database)
    return _said(found, found.problems, parsed.warnings)


def _said(found: Difference, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> DryRun:
    return DryRun(
        acceptable=not problems,
        hash=found.hash,
        problems=problems,
        warnings=warnings,
        reports=found.reports,
        recommendations=found.recommendations,
        new_cases=found.new_cases,
        known_cases=found.known_cases,
        gone=found.gone,
    )
