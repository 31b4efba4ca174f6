"""Open data: the letters and the responses as CSV and as JSON, by the schema that is published beside them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from publication.record import Record
from publication.templates import asset
from publication.words import status

Cell = str | int | bool | None | dict[str, str] | list[str]
Line = Mapping[str, Cell]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def schema() -> dict[str, object]:
    found: dict[str, object] = json.loads(asset("schema.json"))
    return found


def described() -> dict[str, list[tuple[str, str]]]:
    """Each column of each file with its meaning, as the schema says."""
    parts = schema()["$defs"]
    assert isinstance(parts, dict)
    return {
        f"{name}s": [(column, said["description"]) for column, said in parts[name]["properties"].items()]
        for name in ("letter", "response")
    }


def letters(record: Record) -> list[Line]:
    """A line for each recommendation to each body, with a public letter."""
    return [
        {
            "reference": case.reference,
            "report": case.report,
            "body": case.body,
            "body_name": case.body_name,
            "region": case.region,
            "issued_on": _iso(case.issued_on),
            "requested_on": _iso(case.requested_on),
            "submission_due": _iso(case.submission_due),
            "submitted_on": _iso(case.submitted_on),
            "days_late": case.late_by,
            "outcome": case.outcome,
            "findings": {name: found.value for name, found in sorted(case.findings.items())},
            "letter_on": _iso(case.letter_on),
            "published_on": _iso(case.published_on),
            "implementation_due": _iso(case.implementation_due),
            "declared_on": _iso(case.declared_on),
            "inspected_on": _iso(case.inspected_on),
            "result": case.result,
            "followed_by": case.followed_by,
            "corrected_on": _iso(case.corrected_on),
            "withdrawn_on": _iso(case.withdrawn_on),
            "status": status(case),
            "illustrative": sorted(case.made_up),
            "address": f"cases/{case.address}.html",
            "declared_criteria": {name: on.isoformat() for name, on in sorted(case.declared_parts.items())},
        }
        for case in record.cases
    ]


def responses(record: Record) -> list[Line]:
    """A line for each response that is recorded. Who has not answered is on the list, not here."""
    return [
        {
            "report": answer.report,
            "oversight_body": answer.oversight,
            "oversight_body_name": answer.oversight_name,
            "bodies": list(answer.bodies),
            "due": _iso(answer.due),
            "published_on": _iso(answer.responded_on),
            "days_late": answer.late_by,
            "copy_to_inspectorate": answer.to_inspectorate_on is not None,
            "copy_to_secretary_of_state": answer.to_secretary_on is not None,
            "illustrative": answer.made_up,
            "address": f"responses/{answer.report}/{answer.oversight}.html",
            "copy_to_inspectorate_on": _iso(answer.to_inspectorate_on),
            "copy_to_secretary_of_state_on": _iso(answer.to_secretary_on),
        }
        for answer in record.answers
        if answer.responded_on
    ]


def head(record: Record) -> bytes:
    """The day's head hash of the ledger, as `followthrough audit verify` checks it."""
    told = {
        "on": record.on.isoformat(),
        "at": record.head.at and record.head.at.isoformat(),
        "head": record.head.hash,
    }
    return (json.dumps(told, indent=1) + "\n").encode()


def as_json(name: str, lines: Sequence[Line]) -> bytes:
    return (json.dumps({name: lines}, ensure_ascii=False, indent=1) + "\n").encode()


def as_csv(lines: Sequence[Line], columns: Iterable[str]) -> bytes:
    return table(list(columns), [[_cell(value) for value in line.values()] for line in lines])


def table(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _cell(value: Cell) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            return "; ".join(f"{name}={said}" for name, said in value.items())
        case list():
            return "; ".join(value)
    return value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
