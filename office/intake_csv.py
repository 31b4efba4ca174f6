"""Reports in CSV, one recommendation a row, in the columns of the register as it was collected."""

import csv
import hashlib
import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO

from office import intake_check as check
from office.intake_bodies import Bodies
from office.intake_due import Said
from office.intake_entries import IntakeError, Parsed, Problem, RecommendationEntry, ReportFile
from office.intake_record import Record, slug

COLUMNS = (
    "row_id",
    "rec_number",
    "kind",
    "report_title",
    "report_published",
    "issued_date",
    "directed_at",
    "body",
    "cause_of_concern",
    "text",
    "due_wording",
    "due_date_if_stated",
    "status",
    "status_history",
    "source_url",
    "licence",
    "notes",
)
DUE = {"text": "text", "phrase": "due_wording", "day": "due_date_if_stated"}
FINISHED = (
    "complete",
    "closed",
    "superseded",
    "no-further-action",
    "no further action",
    "discharged",
    "withdrawn",
)
LONGEST = 100_000


def read_csv(text: str, name: str, bodies: Bodies, *, leave_out_bad: bool = False) -> Parsed:
    """The reports in a CSV text: rows of one title and one day of publication are one report.

    Raises:
        IntakeError: with every problem found.
    """
    records = list(_records(text, name))
    found = [(record, entry) for record in records if (entry := _entry(record, bodies))]
    kept = check.not_twice(found, "rec_number")
    return check.whole(name, _reports(kept, bodies), records, leave_out_bad)


# Rows


def _records(text: str, name: str) -> Iterator[Record]:
    lines = StringIO(text, newline="")
    reader = csv.reader(lines, strict=True)
    start = 1
    header: list[str] = []
    try:
        for cells in reader:
            if not header:
                header = _header(cells, name)
            elif any(cell.strip() for cell in cells):
                yield _record(cells, header, start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise IntakeError(name, [Problem(line=start, column="", message=_malformed(error))]) from error


def _malformed(error: csv.Error) -> str:
    return (
        f"The row that begins here is not CSV ({error}). A cell with a comma, a line break or a quotation mark stands "
        'in quotation marks, and each one inside it is doubled: "".'
    )


def _header(cells: list[str], name: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if problems := _header_problems(header):
        raise IntakeError(name, [Problem(line=1, column=c, message=m) for c, m in problems])
    return header


def _header_problems(header: list[str]) -> list[tuple[str, str]]:
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            said = f"The columns are separated by {called}, as Excel does in some countries"
            return [("", f"{said}. Save the file with commas: 'CSV UTF-8 (Comma delimited)'.")]
    missing = [c for c in COLUMNS if c not in header]
    if len(missing) == len(COLUMNS):
        return [("", f"The first line must name the columns: {','.join(COLUMNS)}.")]
    problems = [(c, "This column is missing. Add it; its cells may be empty.") for c in missing]
    problems += [(c, "This column is not known. Delete it.") for c in header if c not in COLUMNS]
    return problems + [(c, "This column stands twice. Delete one.") for c in COLUMNS if header.count(c) > 1]


def _record(cells: list[str], header: list[str], start: int) -> Record:
    """A row with the line on which each of its cells begins."""
    lines, line = {}, start
    for column, cell in zip(header, cells, strict=False):
        lines[column] = line
        line += cell.count("\n")
    record = Record(start, dict(zip(header, cells, strict=False)), lines)
    if len(cells) != len(header):
        said = f"This row has {len(cells)} cells; {len(header)} are expected. Look for a comma too many or too few"
        record.wrong("", f"{said}, or for a cell that needs quotation marks.")
    return record


# Entries


def _entry(record: Record, bodies: Bodies) -> RecommendationEntry | None:
    if record.problems:
        return None
    issued, policy = _issued(record), check.policy(record, "kind")
    reference = check.reference(record, "rec_number")
    text, said = record.text("text", most=LONGEST), _said(record)
    cause = record.text("cause_of_concern", most=LONGEST, needed=False)
    source = record.text("source_url", most=1000, needed=False)
    record.text("report_title", most=400)
    addressed = _bodies(record, issued, bodies) if issued else ()
    if issued is None or policy is None or record.problems:
        return None
    due = check.due(record, said, issued, DUE)
    check.plan_agrees(record, "text", due, policy)
    entry = RecommendationEntry(
        line=record.line,
        reference=reference,
        number=record.text("rec_number", most=200),
        kind=check.kind_of(record, "kind"),
        title=textwrap.shorten(text, 120, placeholder=" …"),
        summary=f"{text}\n\nCause of concern: {cause}" if cause else text,
        source=source,
        issued=issued,
        bodies=addressed,
        policy=policy.name,
        due=due,
        finished=_finished(record),
    )
    return None if record.problems else entry


def _said(record: Record) -> Said:
    return Said(
        text=str(record.values["text"]),
        phrase=record.text("due_wording", most=400, needed=False),
        day=record.day("due_date_if_stated"),
    )


def _issued(record: Record) -> date | None:
    before = len(record.problems)
    published, issued = record.day("report_published"), record.day("issued_date")
    if len(record.problems) > before:
        return None
    if not (issued or published):
        record.wrong(
            "issued_date",
            "Neither issued_date nor report_published is given, so no clock can start. Write one, such as 2016-12-08.",
        )
    return issued or published


def _bodies(record: Record, issued: date, bodies: Bodies) -> tuple[str, ...]:
    said = record.text("body", most=200)
    if said.lower() == "all":
        said = _group(record)
    return check.bodies(record, "body", [said] if said else [], issued, bodies)


def _group(record: Record) -> str:
    addressed = record.text("directed_at", most=400, needed=False).lower()
    if "force" in addressed or "chief constable" in addressed:
        return "all-forces"
    if "service" in addressed or "fire" in addressed:
        return "all-services"
    record.wrong("body", "ALL of whom? Write all-forces or all-services, or say so in directed_at.")
    return ""


def _finished(record: Record) -> str:
    status = record.text("status", most=400, needed=False)
    if not status.lower().startswith(FINISHED):
        return ""
    record.warn(
        "status", f"{status!r}: nothing is left to follow, so no case is opened. Clear it to open one."
    )
    return status


# Reports


def _reports(kept: Iterable[tuple[Record, RecommendationEntry]], bodies: Bodies) -> Iterator[ReportFile]:
    groups: dict[tuple[str, date], list[RecommendationEntry]] = {}
    for record, entry in kept:
        published = record.day("report_published") or entry.issued
        title = " ".join(record.text("report_title", most=400).split())
        groups.setdefault((title, published), []).append(entry)
    for (title, published), found in groups.items():
        yield ReportFile(
            line=found[0].line,
            id=_report_id(title, published),
            title=title,
            published=published,
            source=found[0].source,
            s55=any(bodies.is_force(body) for entry in found for body in entry.bodies),
            recommendations=tuple(found),
        )


def _report_id(title: str, published: date) -> str:
    """The title as a slug and the day; a long title is cut and told apart by a hash of the whole."""
    name = slug(title) or "report"
    if len(name) > 69:
        name = f"{name[:60].rstrip('-')}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
    return f"{name}-{published.isoformat()}"
