"""The timeline page of a replay: what happened when in all bodies, each body's outcome, and one body in full."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import config
from lifecycle.dates import plain_date
from lifecycle.words import Finding
from models.database import Database
from rehearsal.history import BodyHistory, Fact, History
from rehearsal.timeline_lane import Entry, entries
from rehearsal.timeline_ledger import CLOCKS, Ledger, read_ledger
from rehearsal.timeline_svg import DEEP, RUST, Lane, Mark, Picture, draw

FOLDER = Path(config.__file__).parent / "templates" / "replay"
KINDS: dict[str, tuple[str, str, Fact | None]] = {
    "issued": ("Cases opened", "cases opened", None),
    "requested": ("Requests", "request letters sent", "requested"),
    "submitted": ("Submissions", "submissions received", "submitted"),
    "assessed": ("Assessments", "assessments completed", "assessed"),
    "authorised": ("Authorisations", "assessments authorised", "authorised"),
    "letter_sent": ("Letters", "assessment letters sent", "letter"),
    "published": ("Publication", "letters published", None),
    "responded": ("Responses", "responses of oversight bodies recorded", "responded"),
    "declared": ("Declarations", "declarations by bodies recorded", "declared"),
    "inspected": ("Inspections", "follow-up inspections recorded", "inspected"),
}
FOUND = {
    Finding.included_commenced: "included, begun",
    Finding.included_not_commenced: "included, not begun",
    Finding.seen_earlier: "no information; seen in an earlier inspection",
}


@dataclass(frozen=True)
class Said:
    """A cell, and whether what it says is made up."""

    text: str
    illustrative: bool = False


@dataclass(frozen=True)
class BodyLine:
    name: str
    outcome: Said
    findings: tuple[Said, ...]
    submitted: Said
    responded: Said
    closed: Said


@dataclass(frozen=True)
class Day:
    day: str
    lines: tuple[Said, ...]


def write_timeline(history: History, database: Database, path: Path) -> None:
    """Write the page of a replay that has ended."""
    path.write_text(render(history, database), encoding="utf-8")


def render(history: History, database: Database) -> str:
    """The page, whole: no scripts, and nothing fetched from elsewhere."""
    ledger = read_ledger(database)
    spot = history.of(history.spotlight)
    told = entries(history, database)
    span = ledger.span()
    return (
        _environment()
        .get_template("timeline.html.jinja")
        .render(
            title=history.title,
            summary=history.summary,
            report=f"{history.report.title}, published {plain_date(history.report.published_on)}",
            report_source=history.report.source,
            overview_on=_day(history.report.overview_published_on),
            overview_source=history.report.overview_source,
            recommendation=history.recommendation.title,
            recommendation_source=history.recommendation.source,
            national=_national(history, ledger, span),
            days=_days(history, ledger),
            outcomes=sorted(Counter(_plain(case.outcome) for case in ledger.cases if case.outcome).items()),
            criteria=[one.title or _title(one.id) for one in history.recommendation.criterion],
            bodies=[_line(history, body, ledger) for body in history.body],
            lane_name=ledger.names[spot.id],
            lane_note=_lane_note(spot),
            lane=_lane(ledger.names[spot.id], told, span),
            entries=told,
        )
    )


def _made_up(history: History, kind: str) -> bool:
    """Whether the days on which this happened are made up, of any body."""
    fact = KINDS[kind][2]
    return fact is not None and any(fact in body.illustrative for body in history.body)


def _national(history: History, ledger: Ledger, span: tuple[date, date]) -> Picture:
    lanes = [
        Lane(f"{name} (illustrative)" if _made_up(history, kind) else name, days)
        for kind, (name, _, _) in KINDS.items()
        if (days := ledger.happened(kind))
    ]
    marks = [Mark(min(days), f"{CLOCKS[kind]} {plain_date(min(days))}") for kind, days in ledger.due.items()]
    return draw(
        "national",
        "What happened in all bodies, by day",
        "One row for each kind of act, a dot for each day, larger where more happened; dashed lines are due dates. "
        "The table below says the same in words.",
        [*lanes, Lane("Notices sent", dict(ledger.sent), RUST)],
        marks,
        span,
    )


def _days(history: History, ledger: Ledger) -> list[Day]:
    found: dict[date, list[Said]] = {}
    for kind, (_, words, _) in KINDS.items():
        for day, count in ledger.happened(kind).items():
            found.setdefault(day, []).append(Said(f"{count} {words}", _made_up(history, kind)))
    for kind, days in ledger.due.items():
        for day, count in days.items():
            found.setdefault(day, []).append(Said(f"{CLOCKS[kind]}, for {count}"))
    for day, count in ledger.sent.items():
        found.setdefault(day, []).append(Said(f"{count} notices sent"))
    return [Day(plain_date(day), tuple(lines)) for day, lines in sorted(found.items())]


def _line(history: History, body: BodyHistory, ledger: Ledger) -> BodyLine:
    case = next(one for one in ledger.cases if one.id == history.case_id(body.id))
    return BodyLine(
        name=ledger.names[body.id],
        outcome=_said(body, "outcome", _plain(body.outcome)),
        findings=tuple(_said(body, "findings", _finding(body, one)) for one in history.criteria),
        submitted=_said(body, "submitted", _day(body.submitted)),
        responded=_said(body, "responded", _day(body.responded)),
        closed=_said(body, "inspected", _day(case.ended_on)),
    )


def _finding(body: BodyHistory, criterion: str) -> str:
    finding = body.findings.get(criterion)
    return FOUND.get(finding, _plain(finding.value)) if finding else ""


def _title(criterion: str) -> str:
    return criterion.replace("-", " ").capitalize()


def _said(body: BodyHistory, fact: Fact, text: str) -> Said:
    return Said(text or "none", bool(text) and fact in body.illustrative)


def _lane(name: str, told: Iterable[Entry], span: tuple[date, date]) -> Picture:
    counts: dict[str, Counter[date]] = {"event": Counter(), "notice": Counter(), "mail": Counter()}
    for entry in told:
        counts[entry.kind][entry.day] += 1
    lanes = [
        Lane("Events", counts["event"], DEEP),
        Lane("Notices", counts["notice"], RUST),
        Lane("Mails", counts["mail"], "#3b4d8a"),
    ]
    return draw(
        "lane",
        f"{name}: events, notices and mails, by day",
        "Three rows, a dot for each day. The table below names every one.",
        lanes,
        [],
        span,
    )


def _lane_note(body: BodyHistory) -> str:
    if not body.illustrative:
        return "Everything told here of this body is known."
    return (
        f"Illustrative, because not known of this body: {', '.join(body.illustrative)}. {body.source}".strip()
    )


def _plain(word: str | None) -> str:
    return (word or "").replace("_", " ")


def _day(day: date | None) -> str:
    return plain_date(day) if day else ""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
