"""Checks that every format shares: references, kinds and their policies, bodies, limits."""

import re
from collections.abc import Iterable
from datetime import date

from config.policy_files import load_policies
from lifecycle.dates import plain_date
from lifecycle.limits import LimitError
from lifecycle.moments import FAR_YEARS
from lifecycle.policy import Policy
from office.intake_bodies import GROUPS, Bodies
from office.intake_due import Said, plan_clock_of, read_due
from office.intake_entries import Due, IntakeError, Parsed, Problem, RecommendationEntry, ReportFile
from office.intake_record import Record, slug

RESPONSE = "response"
_SEVERAL = re.compile(r"[/,;&]| and ")


def reference(record: Record, column: str) -> str:
    """The reference as a slug, which names the case's workflow."""
    said = record.text(column, most=200)
    found = slug(said)
    if said and not found:
        record.wrong(column, f"{said!r} has no letter or digit. Give a reference such as VET-2022-1.")
    if len(found) > 80:
        record.wrong(column, f"{said!r} is over 80 characters. Shorten it.")
    return found


def policy(record: Record, kind_column: str, policy_column: str = "") -> Policy | None:
    """The newest policy that the file names, or else the one that is first of all for this kind."""
    kind = kind_of(record, kind_column)
    named = record.text(policy_column, most=80, needed=False) if policy_column else ""
    newest = _newest()
    if named:
        if named not in newest:
            record.wrong(policy_column, f"There is no policy {named!r}. Known: {', '.join(sorted(newest))}.")
        return newest.get(named)
    ranked = sorted(
        (one.applies_to.index(kind), one.name) for one in newest.values() if kind in one.applies_to
    )
    if kind and not ranked:
        known = sorted({kind for one in newest.values() for kind in one.applies_to})
        record.wrong(kind_column, f"No policy is for the kind {kind!r}. Write one of: {', '.join(known)}.")
    return newest[ranked[0][1]] if ranked else None


def kind_of(record: Record, column: str) -> str:
    return " ".join(record.text(column, most=60).lower().split())


def _newest() -> dict[str, Policy]:
    """The newest version of each policy for recommendations, by name."""
    policies = sorted(load_policies(), key=lambda one: one.version)
    return {one.name: one for one in policies if one.applies_to != (RESPONSE,)}


def bodies(record: Record, column: str, names: Iterable[str], day: date, known: Bodies) -> tuple[str, ...]:
    """The ids of the bodies named, groups spread out, each once."""
    found: list[str] = []
    for name in names:
        if name in GROUPS:
            found += known.group(name, day)
        elif name not in known.known:
            record.wrong(column, _no_single_body(name) or _unknown_body(name, known))
        elif not known.known[name].active(day):
            until = known.known[name].until
            ended = plain_date(until) if until else ""
            record.wrong(column, f"{name} ended on {ended}, before {plain_date(day)}. Name its successor.")
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _no_single_body(name: str) -> str:
    if name.startswith("("):
        return f"{name!r} names no body. Write the body's id, such as essex."
    if _SEVERAL.search(name):
        return f"{name!r} names no single body. Write one row for each body, each with a number of its own."
    return ""


def _unknown_body(name: str, known: Bodies) -> str:
    return f"{name!r} is not a known body.{known.near(name)} docs/bodies.md says where they are listed."


def due(record: Record, said: Said, start: date, columns: dict[str, str]) -> Due:
    """When it is due; doubts become warnings. `columns` names the file's columns for "text", "phrase" and "day"."""
    try:
        found, doubts = read_due(said, start)
    except LimitError as error:
        record.wrong(columns["phrase"], f"{error}.")
        return Due()
    if found.day and (odd := _implausible(found.day, start)):
        record.wrong(
            columns["day" if said.day else "text"], f"It would be due on {plain_date(found.day)}, {odd}"
        )
    for doubt in doubts:
        record.warn(columns[doubt.about], doubt.message)
    return found


def _implausible(day: date, start: date) -> str:
    """Why no case could open with this date (`lifecycle.moments.refuse_bad_due`)."""
    if day < start:
        return f"before its day of issue, {plain_date(start)}. Correct one of them."
    if day.year > start.year + FAR_YEARS:
        return f"more than {FAR_YEARS} years after its issue. Correct the date."
    return ""


def plan_agrees(record: Record, column: str, found: Due, chosen: Policy) -> None:
    """Warn where the text gives another time for an action plan than the policy's clock does."""
    clock = plan_clock_of(chosen)
    if found.plan and clock and found.limit and found.limit != clock:
        record.warn(
            column,
            f"The text gives {found.limit} for an action plan, the policy {chosen.title} {clock}: the clock starts "
            "with the policy's. Move its due date by an act.",
        )


def not_twice(
    read: Iterable[tuple[Record, RecommendationEntry]], column: str
) -> list[tuple[Record, RecommendationEntry]]:
    """Those whose reference stands for the first time; the others get a problem."""
    first: dict[str, tuple[Record, RecommendationEntry]] = {}
    for record, entry in read:
        if entry.reference in first:
            earlier = first[entry.reference][1].line
            said = f"The reference {entry.reference} stands on line {earlier} already. Give this one another."
            record.wrong(column, said)
        else:
            first[entry.reference] = (record, entry)
    return list(first.values())


def whole(name: str, reports: Iterable[ReportFile], records: Iterable[Record], leave_out_bad: bool) -> Parsed:
    """All of it, or nothing: without `leave_out_bad`, any problem refuses the file.

    Raises:
        IntakeError: with every problem; also when nothing is left to import.
    """
    records = list(records)
    problems = [problem for record in records for problem in record.problems]
    kept = tuple(report for report in reports if report.recommendations)
    if (problems and not leave_out_bad) or not kept:
        raise IntakeError(name, problems or [_nothing()])
    warnings = [warning for record in records if not record.problems for warning in record.warnings]
    return Parsed(
        name=name,
        reports=kept,
        warnings=tuple(sorted(warnings)),
        left_out=tuple(sorted(set(problems))),
        leave_out_bad=leave_out_bad,
    )


def _nothing() -> Problem:
    return Problem(line=0, column="", message="The file has no recommendation. Add at least one.")
