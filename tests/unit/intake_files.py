"""Files to import: a row and a report that are right, their changes, and what becomes of them."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import pytest

from config.policy_files import fill_shelf
from lifecycle.opening import Opening, open_case
from lifecycle.rules import rules_for
from models.database import Database
from models.tables import CaseRow
from office import intake
from office.intake import ImportResult, IntakeError, Parsed
from office.intake_csv import COLUMNS
from office.intake_entries import RecommendationEntry
from office.reference import load_reference

TODAY = date(2026, 2, 2)
HEADER = ",".join(COLUMNS)
ROW = {
    "row_id": "1",
    "rec_number": "VET-1",
    "kind": "recommendation",
    "report_title": "Vetting",
    "report_published": "2026-01-20",
    "directed_at": "the force",
    "body": "bedfordshire",
    "text": "Within six months, the force should explain its decisions.",
    "due_wording": "Within six months",
    "source_url": "https://inspectorate.example/vetting",
}
TOML = """
[report]
id = "vetting"
title = "Vetting"
published = 2026-01-20

[[recommendation]]
reference = "VET-1"
kind = "recommendation"
title = "Decisions explained"
summary = "Decisions are explained."
wording = "within six months"
bodies = ["bedfordshire"]
"""


def toml(old: str = "", new: str = "") -> bytes:
    assert old in TOML
    return TOML.replace(old, new, 1).encode()


def sheet(*rows: dict[str, str], header: Sequence[str] = COLUMNS, **changes: str) -> bytes:
    """CSV with these rows, each a change of ROW."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows or [changes])
    return out.getvalue().encode()


def read(content: bytes, name: str = "register.csv", *, leave_out_bad: bool = False) -> Parsed:
    return intake.read_bytes(content, name, leave_out_bad=leave_out_bad)


def problems(content: bytes, name: str = "register.csv") -> list[tuple[int, str, str]]:
    with pytest.raises(IntakeError) as caught:
        read(content, name)
    return [(one.line, one.column, one.message) for one in caught.value.problems]


def refused(content: bytes, name: str = "register.csv") -> tuple[int, str, str]:
    [problem] = problems(content, name)
    return problem


def entry(content: bytes, name: str = "register.csv") -> RecommendationEntry:
    [report] = read(content, name).reports
    [found] = report.recommendations
    return found


def warned(content: bytes, name: str = "register.csv") -> list[str]:
    return [f"{one.column}: {one.message}" for one in read(content, name).warnings]


def with_bodies(database: Database) -> Database:
    """The ledger as an import needs it."""
    fill_shelf()
    load_reference(database)
    return database


def apply(database: Database, file: Parsed, actor: str = "ops-1", today: date = TODAY) -> ImportResult:
    return intake.apply_import(database, file, actor, today=today)


def imported(
    database: Database, content: bytes, name: str = "register.csv", *, leave_out_bad: bool = False
) -> ImportResult:
    return apply(database, intake.read_bytes(content, name, database, leave_out_bad=leave_out_bad))


def opened(openings: tuple[Opening, ...], today: date = TODAY) -> None:
    now = datetime.combine(today, time(12), UTC)
    for opening in openings:
        assert open_case(
            opening, now, rules_for(opening.policy_hash, opening.calendar_hash, opening.division)
        )


def put_cases(database: Database, openings: tuple[Opening, ...]) -> None:
    """The rows that the ledger has of cases that are open."""
    with database.writing() as session:
        for one in openings:
            session.add(
                CaseRow(
                    id=one.id,
                    reference=one.reference,
                    body_id=one.body,
                    report_id=one.report,
                    recommendation_kind=one.recommendation_kind,
                    division=one.division,
                    policy=one.policy,
                    policy_hash=one.policy_hash,
                    calendar_hash=one.calendar_hash,
                    stage="issued",
                    seq=1,
                    head_hash="",
                    issued_on=one.issued_on,
                    opened_at=datetime(2026, 2, 2, tzinfo=UTC),
                )
            )
