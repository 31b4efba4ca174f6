"""What an import would change: new, changed and unchanged rows and cases, and what running clocks forbid."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlmodel import Session, SQLModel, col, select

from lifecycle.dates import plain_date
from lifecycle.words import Frozen
from models.tables import Body, CaseRow, Recommendation, Report
from office.intake_entries import Parsed, Problem, RecommendationEntry, ReportFile
from office.intake_openings import case_id
from office.intake_rows import criteria_in_tables, criterion_rows, recommendation_row, report_row

HELD = ("report_id", "kind", "issued_on", "limit", "due", "policy", "criteria")
"""Fields of a recommendation on which its cases depend."""
REPORT_FIELDS = ("title", "published_on", "source", "s55")
FIELDS = ("title", "summary", "quoted", "source", "phrase", "illustrative", *HELD[:-1])
IN_CSV = {
    "report_id": "report_title",
    "published_on": "report_published",
    "issued_on": "issued_date",
    "limit": "due_wording",
    "due": "due_date_if_stated",
    "policy": "kind",
}
IN_TOML = {"report_id": "id", "published_on": "published", "issued_on": "issued", "criteria": "criterion"}


class State(StrEnum):
    new = "new"
    changed = "changed"
    unchanged = "unchanged"


class FieldChange(Frozen):
    """One field of a row, as it is kept and as the file has it, both in words."""

    field: str
    before: str
    after: str

    @property
    def is_held(self) -> bool:
        """Whether cases depend on it: all but a criterion's summary, where criteria are concerned."""
        return self.field in HELD or (
            self.field.startswith("criterion") and not self.field.endswith("summary")
        )


class RowChange(Frozen):
    """A report or a recommendation against what is kept of it. With `problems`, it cannot be loaded."""

    id: str
    line: int
    state: State
    changes: tuple[FieldChange, ...] = ()
    problems: tuple[Problem, ...] = ()

    def lines(self, what: str) -> list[str]:
        said = [f"{self.state.value} {what} {self.id}"]
        return said + [f"  {one.field}: {one.before!r} becomes {one.after!r}" for one in self.changes]


class Difference(Frozen):
    """What loading a file does. `gone` are cases that the file does not name: they go on as they are."""

    reports: tuple[RowChange, ...] = ()
    recommendations: tuple[RowChange, ...] = ()
    new_cases: tuple[str, ...] = ()
    known_cases: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Changes that cannot be made."""
        rows = (*self.reports, *self.recommendations)
        return tuple(sorted(problem for row in rows for problem in row.problems))

    @property
    def hash(self) -> str:
        """SHA-256 of all of it: the same where it would change the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def lines(self) -> list[str]:
        """All of it in words, for a dry run."""
        said = [
            *(line for row in self.reports for line in row.lines("report")),
            *(line for row in self.recommendations for line in row.lines("recommendation")),
            f"{len(self.new_cases)} cases to open; {len(self.known_cases)} are here already",
        ]
        said += [f"{case} is not in the file, and goes on as it is" for case in self.gone]
        return said + [f"cannot be changed: {problem}" for problem in self.problems]


def difference(session: Session, file: Parsed, today: date) -> Difference:
    """The file against the tables."""
    columns = IN_TOML if file.name.lower().endswith(".toml") else IN_CSV
    bodies = set(session.exec(select(Body.id)))
    return _joined(
        part
        for report in file.reports
        for part in (
            Difference(reports=(_report(session, report, columns, today),)),
            *(_of_entry(session, report, one, columns, today, bodies) for one in report.recommendations),
        )
    )


def _joined(parts: Iterable[Difference]) -> Difference:
    kept = list(parts)
    return Difference.model_validate(
        {
            field: tuple(one for part in kept for one in getattr(part, field))
            for field in Difference.model_fields
        }
    )


def _row(row_id: str, line: int, there: SQLModel | None, row: SQLModel, fields: Sequence[str]) -> RowChange:
    if there is None:
        return RowChange(id=row_id, line=line, state=State.new)
    return _with_changes(RowChange(id=row_id, line=line, state=State.unchanged), _changes(there, row, fields))


def _with_changes(row: RowChange, changes: Iterable[FieldChange]) -> RowChange:
    found = (*row.changes, *changes)
    return row.model_copy(update={"changes": found, "state": State.changed}) if found else row


def _changes(there: SQLModel, row: SQLModel, fields: Iterable[str], name: str = "") -> Iterator[FieldChange]:
    for field in fields:
        before, after = getattr(there, field), getattr(row, field)
        if before != after:
            yield FieldChange(field=f"{name}{field}", before=_said(before), after=_said(after))


def _said(value: object) -> str:
    return plain_date(value) if isinstance(value, date) else "" if value is None else str(value)


# Reports


def _report(session: Session, report: ReportFile, columns: Mapping[str, str], today: date) -> RowChange:
    row = _row(report.id, report.line, session.get(Report, report.id), report_row(report), REPORT_FIELDS)
    column = columns["published_on"]
    problems = []
    if report.published > today:
        problems.append(_future(report.line, column, report.published))
    for change in row.changes:
        cases = _cases(session, report.id) if change.field == "published_on" else 0
        if cases:
            problems.append(Problem(line=report.line, column=column, message=_held(report.id, change, cases)))
    return row.model_copy(update={"problems": tuple(problems)})


def _cases(session: Session, report_id: str) -> int:
    return len(session.exec(select(col(CaseRow.id)).where(CaseRow.report_id == report_id)).all())


def _future(line: int, column: str, day: date) -> Problem:
    message = f"{plain_date(day)} has not come yet. Import this on that day or later."
    return Problem(line=line, column=column, message=message)


# Recommendations


def _of_entry(
    session: Session,
    report: ReportFile,
    entry: RecommendationEntry,
    columns: Mapping[str, str],
    today: date,
    bodies: set[str],
) -> Difference:
    cases = set(session.exec(select(CaseRow.id).where(CaseRow.reference == entry.reference)))
    named = [case_id(entry.reference, body) for body in entry.bodies]
    row = _recommendation(session, report, entry)
    problems = (
        *_problems(entry, row, len(cases), columns, today),
        *(_missing(entry.line, body) for body in entry.bodies if body not in bodies),
    )
    return Difference(
        recommendations=(row.model_copy(update={"problems": problems}),),
        new_cases=tuple(case for case in named if case not in cases and not entry.finished),
        known_cases=tuple(case for case in named if case in cases),
        gone=tuple(sorted(cases.difference(named))),
    )


def _recommendation(session: Session, report: ReportFile, entry: RecommendationEntry) -> RowChange:
    there = session.get(Recommendation, entry.reference)
    row = _row(entry.reference, entry.line, there, recommendation_row(report, entry), FIELDS)
    return row if there is None else _with_changes(row, _criteria_changes(session, entry))


def _criteria_changes(session: Session, entry: RecommendationEntry) -> Iterator[FieldChange]:
    kept = {row.id: row for row in criteria_in_tables(session, entry.reference)}
    given = {row.id: row for row in criterion_rows(entry)}
    if list(kept) != list(given):
        yield FieldChange(field="criteria", before=", ".join(kept), after=", ".join(given))
    for one in kept:
        if one in given:
            yield from _changes(kept[one], given[one], ("limit", "due", "summary"), f"criterion {one} ")


def _problems(
    entry: RecommendationEntry, row: RowChange, cases: int, columns: Mapping[str, str], today: date
) -> Iterator[Problem]:
    if entry.issued > today:
        yield _future(entry.line, columns["issued_on"], entry.issued)
    changes = {change.field: change for change in row.changes}
    if elsewhere := changes.get("report_id"):
        message = _elsewhere(entry.reference, elsewhere.before, sample="illustrative" in changes)
        yield Problem(line=entry.line, column=columns["report_id"], message=message)
        return
    for change in row.changes:
        if cases and change.is_held:
            column = columns.get(change.field, change.field)
            yield Problem(line=entry.line, column=column, message=_held(entry.reference, change, cases))


def _elsewhere(reference: str, report: str, *, sample: bool) -> str:
    if sample:
        return (
            f"{reference} is in the sample report {report}, with sample dates. Import it into an installation "
            "without the sample (followthrough up --no-sample), or give this one another reference."
        )
    return f"{reference} is in the report {report} already. Give this one another reference."


def _missing(line: int, body: str) -> Problem:
    message = f"This ledger does not know {body}. Load the bodies first (followthrough up does)."
    return Problem(line=line, column="body", message=message)


def _held(name: str, change: FieldChange, cases: int) -> str:
    kept, given = change.before or "nothing", change.after or "nothing"
    depend = "case depends" if cases == 1 else "cases depend"
    return (
        f"{cases} {depend} on {change.field} of {name}, which is {kept} and would become {given}. Leave it as it is "
        "here. To change a date, move the clock by an act (followthrough case move): it keeps who moved it, and why."
    )
