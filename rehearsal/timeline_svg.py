"""Drawings of a timeline: lanes of dots over one axis of days. Only numbers and words; the template makes the SVG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lifecycle.dates import MONTHS, plain_date

WIDTH, LEFT, RIGHT = 1200, 200, 40
TOP, LANE, BOTTOM = 56, 34, 24
INK, GRID, DEEP, RUST = "#1b1f23", "#d5d3cc", "#1f5f5b", "#8a3b12"


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    fill: str
    says: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass
class Picture:
    """One drawing, with its words for those who do not see it."""

    id: str
    title: str
    description: str
    width: int = WIDTH
    height: int = 0
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True)
class Lane:
    """A row: its name, and how much of it happened on each day."""

    name: str
    days: dict[date, int]
    fill: str = DEEP


@dataclass(frozen=True)
class Mark:
    """A day that is drawn through all lanes, such as a due date."""

    day: date
    name: str


def draw(
    name: str,
    title: str,
    description: str,
    lanes: Sequence[Lane],
    marks: Sequence[Mark],
    span: tuple[date, date],
) -> Picture:
    """The lanes below each other, from the first day of the span to the last."""
    height = TOP + LANE * len(lanes) + BOTTOM
    picture = Picture(name, title, description, height=height)
    _draw_months(picture, span)
    for mark in marks:
        x = _x(mark.day, span)
        picture.lines.append(Line(x, TOP - 12, x, height - BOTTOM, RUST, dashed=True))
    _draw_mark_names(picture, marks, span)
    for nth, lane in enumerate(lanes):
        _draw_lane(picture, lane, TOP + LANE * nth + LANE / 2, span)
    return picture


def _x(day: date, span: tuple[date, date]) -> float:
    first, last = span
    share = (day - first).days / max(1, (last - first).days)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _draw_months(picture: Picture, span: tuple[date, date]) -> None:
    first, last = span
    for month in range(first.year * 12 + first.month, last.year * 12 + last.month):
        day = date(month // 12, month % 12 + 1, 1)
        x = _x(day, span)
        picture.lines.append(Line(x, TOP - 12, x, picture.height - BOTTOM, GRID))
        if day.month in (1, 4, 7, 10):
            picture.labels.append(
                Label(x, picture.height - 8, f"{MONTHS[day.month - 1][:3]} {day.year}", "middle")
            )


def _draw_mark_names(picture: Picture, marks: Sequence[Mark], span: tuple[date, date]) -> None:
    """In two rows by turns, so that neighbours do not cover each other."""
    for nth, mark in enumerate(sorted(marks, key=lambda one: one.day)):
        x = _x(mark.day, span)
        anchor = "end" if x > WIDTH - RIGHT - 160 else "start" if nth % 2 else "end"
        picture.labels.append(Label(x, 16 if nth % 2 else 34, mark.name, anchor))


def _draw_lane(picture: Picture, lane: Lane, y: float, span: tuple[date, date]) -> None:
    picture.labels.append(Label(8, y + 4, lane.name))
    picture.lines.append(Line(LEFT, y, WIDTH - RIGHT, y, GRID))
    for day, count in sorted(lane.days.items()):
        radius = round(min(14.0, 3 + count**0.5 * 1.5), 1)
        says = f"{lane.name}, {plain_date(day)}: {count}"
        picture.dots.append(Dot(_x(day, span), y, radius, lane.fill, says))
