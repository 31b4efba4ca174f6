"""A report in TOML: our own format, made to be written and read by people. docs/import.md shows a whole one."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date

from lifecycle.limits import Limit, LimitError
from office import intake_check as check
from office.intake_bodies import Bodies
from office.intake_csv import LONGEST
from office.intake_due import Said
from office.intake_entries import (
    CriterionEntry,
    Due,
    IntakeError,
    Parsed,
    Problem,
    RecommendationEntry,
    ReportFile,
)
from office.intake_lines import Lines, Path
from office.intake_record import Record, slug

REPORT = frozenset({"id", "title", "published", "source", "s55", "sample"})
CRITERION = frozenset({"id", "summary", "wording", "limit", "due"})
RECOMMENDATION = CRITERION - {"id"} | frozenset(
    {"reference", "number", "kind", "title", "quoted", "source", "issued", "bodies", "policy", "criterion"}
)
DUE = {"text": "wording", "phrase": "wording", "day": "due"}


def read_toml(text: str, name: str, bodies: Bodies, *, leave_out_bad: bool = False) -> Parsed:
    """The one report in a TOML text.

    Raises:
        IntakeError: with every problem found; a problem of the report itself refuses the whole file.
    """
    return read_table(_parsed(text, name), Lines(text), name, bodies, leave_out_bad=leave_out_bad)


def read_table(
    table: Mapping[str, object], lines: Lines, name: str, bodies: Bodies, *, leave_out_bad: bool = False
) -> Parsed:
    """As `read_toml`, for a text that is parsed already."""
    reader = _Reader(table, lines, name, bodies)
    report = reader.report()
    found = [reader.recommendation(n, one, report) for n, one in enumerate(reader.tables("recommendation"))]
    kept = check.not_twice([(record, entry) for record, entry in found if entry], "reference")
    entries = tuple(entry for _, entry in kept)
    forces = any(bodies.is_force(body) for entry in entries for body in entry.bodies)
    full = report.model_copy(update={"recommendations": entries, "s55": reader.s55(forces)})
    return check.whole(name, [full], [record for record, _ in found], leave_out_bad)


def _parsed(text: str, name: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "it nests too deeply"
        raise IntakeError(
            name, [Problem(line=_line(said), column="", message=f"This is not TOML: {said}.")]
        ) from error


def _line(said: str) -> int:
    """tomllib says "(at line 3, column 5)"."""
    _, _, after = said.rpartition("(at line ")
    number = after.partition(",")[0]
    return int(number) if number.isdigit() else 0


class _Reader:
    """The tables of one file, with the lines on which they stand."""

    def __init__(self, table: Mapping[str, object], lines: Lines, name: str, bodies: Bodies) -> None:
        self.table = table
        self.lines = lines
        self.name = name
        self.bodies = bodies

    def record(self, path: Path, table: object, known: frozenset[str]) -> Record:
        values = table if isinstance(table, dict) else {}
        record = Record(self.lines.of(path), values, self.lines.under(path))
        if not isinstance(table, dict):
            record.wrong(str(path[0]), f"This must be a table. Write [{path[0]}].")
        for key in sorted(values.keys() - known):
            record.wrong(key, f"This key is not known. Known: {', '.join(sorted(known))}.")
        return record

    def tables(self, key: str) -> Sequence[object]:
        value = self.table.get(key, [])
        if not isinstance(value, list):
            said = f"Begin each one with [[{key}]], in two pairs of brackets."
            raise IntakeError(self.name, [Problem(line=self.lines.of((key,)), column=key, message=said)])
        return value

    def report(self) -> ReportFile:
        record = self.record(("report",), self.table.get("report"), REPORT)
        for key in sorted(self.table.keys() - {"report", "recommendation"}):
            said = "This is not known here. A file has [report] and [[recommendation]]."
            record.problems.append(Problem(line=self.lines.of((key,)), column=key, message=said))
        report_id, published = record.text("id", most=80), record.day("published")
        if report_id and report_id != slug(report_id):
            record.wrong("id", f"Write small letters, digits and hyphens: {slug(report_id) or 'peel-2025'}.")
        if published is None and not record.problems:
            record.wrong("published", "This is empty. Write the day of publication, such as 2016-12-08.")
        title, source = record.text("title", most=400), record.text("source", most=1000, needed=False)
        sample = record.flag("sample", False)
        record.flag("s55", True)
        if record.problems or published is None:
            raise IntakeError(self.name, record.problems)
        return ReportFile(
            line=record.line,
            id=report_id,
            title=title,
            published=published,
            source=source,
            sample=sample,
            recommendations=(),
        )

    def s55(self, forces: bool) -> bool:
        """Whether s.55 asks for a response: as the file says, or else where a police force is addressed."""
        report = self.table["report"]
        return bool(report.get("s55", forces)) if isinstance(report, dict) else forces

    def recommendation(
        self, n: int, table: object, report: ReportFile
    ) -> tuple[Record, RecommendationEntry | None]:
        record = self.record(("recommendation", n), table, RECOMMENDATION)
        issued = record.day("issued") or report.published
        reference = check.reference(record, "reference")
        policy = check.policy(record, "kind", "policy")
        bodies = check.bodies(record, "bodies", record.words("bodies"), issued, self.bodies)
        summary = record.text("summary", most=LONGEST)
        quoted = record.text("quoted", most=LONGEST, needed=False)
        due = self.due(record, issued, quoted or summary)
        criteria = self.criteria(n, record, issued)
        title, number = record.text("title", most=300), self.number(record)
        source = record.text("source", most=1000, needed=False) or report.source
        if record.problems or policy is None:
            return record, None
        check.plan_agrees(record, "wording", due, policy)
        return record, RecommendationEntry(
            line=record.line,
            reference=reference,
            number=number,
            kind=check.kind_of(record, "kind"),
            title=title,
            summary=summary,
            quoted=quoted,
            source=source,
            issued=issued,
            bodies=bodies,
            policy=policy.name,
            due=due,
            criteria=criteria,
        )

    def number(self, record: Record) -> str:
        """The number in the report, which people write with quotation marks or without."""
        value = record.values.get("number")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return record.text("number", most=40, needed=False)

    def due(self, record: Record, issued: date, text: str) -> Due:
        """From `due`, or `limit`, or the words of `wording`, or else those of the text."""
        wording = record.text("wording", most=400, needed=False)
        limit, day = self.limit(record), record.day("due")
        return check.due(record, Said(wording or text, wording, limit, day, text), issued, DUE)

    def limit(self, record: Record) -> Limit | None:
        said = record.text("limit", most=60, needed=False)
        try:
            return Limit.parse(said) if said else None
        except LimitError as error:
            record.wrong("limit", f"{error}.")
            return None

    def criteria(self, n: int, record: Record, issued: date) -> tuple[CriterionEntry, ...]:
        tables = record.values.get("criterion", [])
        if not isinstance(tables, list):
            record.wrong("criterion", "Begin each one with [[recommendation.criterion]].")
            return ()
        found: dict[str, CriterionEntry] = {}
        for m, table in enumerate(tables):
            one = self.record(("recommendation", n, "criterion", m), table, CRITERION)
            entry = self.criterion(one, issued)
            if entry.id in found and entry.id:
                one.wrong("id", f"The criterion {entry.id} stands twice. Give this one another id.")
            found[entry.id] = entry
            record.problems += one.problems
            record.warnings += one.warnings
        return tuple(found.values())

    def criterion(self, one: Record, issued: date) -> CriterionEntry:
        criterion_id = one.text("id", most=40)
        if criterion_id and criterion_id != slug(criterion_id):
            one.wrong("id", f"Write small letters, digits and hyphens: {slug(criterion_id) or 'strategy'}.")
        summary = one.text("summary", most=LONGEST)
        return CriterionEntry(id=criterion_id, summary=summary, due=self.due(one, issued, summary))
