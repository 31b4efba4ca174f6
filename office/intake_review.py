"""An import in two steps: the file is sealed and looked at; then exactly what was looked at is imported."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import SealedText
from office.intake import READERS, Imported, Parsed, Problem, import_and_open, plan_import, read_bytes
from office.intake_difference import Difference
from office.intake_entries import IntakeError
from office.intake_text import read_text
from office.people import find_actor
from office.reports import ReportDesk
from office.rights import role_for
from office.sealing import seal

KIND = "import"
NAME_LENGTH = 200


@dataclass(frozen=True)
class Review:
    """What a sealed file would do. With `problems` nothing of it can be imported as it is."""

    id: str
    name: str
    hash: str
    by: str
    difference: Difference
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    left_out: tuple[Problem, ...]


def seal_file(database: Database, actor: str, name: str, content: bytes, now: datetime) -> str:
    """Seal a file as it came; answers the id under which it is looked at, and then imported.

    Raises:
        NotAllowed.
        IntakeError: when it is no text in UTF-8, or its name ends in neither .toml nor .csv.
    """
    name = PurePath(name.replace("\\", "/")).name[-NAME_LENGTH:]
    if PurePath(name).suffix.lower() not in READERS:
        said = "The name of the file must end in .csv or .toml. docs/import.md shows both formats."
        raise IntakeError(name or "the file", [Problem(line=0, column="", message=said)])
    text = read_text(content, name)
    with database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), "import", "", None)
        return seal(session, KIND, text, now, {"name": name, "by": actor}, of=name)


def review(database: Database, file_id: str, today: date, *, leave_out_bad: bool) -> Review | None:
    """What the sealed file would do today; None when there is no such file."""
    sealed = _sealed(database, file_id)
    if sealed is None:
        return None
    try:
        parsed = _parsed(database, sealed, leave_out_bad)
    except IntakeError as wrong:
        return _said(sealed, Difference(), tuple(wrong.problems))
    found = plan_import(parsed, database, today=today)
    if leave_out_bad:
        return _said(sealed, found, (), parsed.warnings, (*parsed.left_out, *found.problems))
    return _said(sealed, found, found.problems, parsed.warnings)


async def import_reviewed(
    desk: ReportDesk, file_id: str, shown: str, actor: str, *, leave_out_bad: bool
) -> Imported:
    """Import a sealed file, if it still changes what was shown.

    Raises:
        NotAllowed, IntakeError, NeedsRepair: as `import_and_open`.
        Refused: when there is no such file, or when it would change something else by now.
    """
    sealed = _sealed(desk.database, file_id)
    if sealed is None:
        raise Refused("That file is not here. Upload it again.")
    parsed = _parsed(desk.database, sealed, leave_out_bad)
    return await import_and_open(desk, parsed, actor, shown=shown)


def _sealed(database: Database, file_id: str) -> SealedText | None:
    with database.reading() as session:
        found = session.get(SealedText, file_id)
    return found if found is not None and found.kind == KIND else None


def _parsed(database: Database, sealed: SealedText, leave_out_bad: bool) -> Parsed:
    return read_bytes(sealed.text.encode(), str(sealed.meta["name"]), database, leave_out_bad=leave_out_bad)


def _said(
    sealed: SealedText,
    difference: Difference,
    problems: tuple[Problem, ...],
    warnings: tuple[Problem, ...] = (),
    left_out: tuple[Problem, ...] = (),
) -> Review:
    return Review(
        id=sealed.id,
        name=str(sealed.meta["name"]),
        hash=sealed.hash,
        by=str(sealed.meta["by"]),
        difference=difference,
        problems=problems,
        warnings=warnings,
        left_out=left_out,
    )
