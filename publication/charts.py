"""Charts as SVG that stands in the page: attributes only, so that no content policy blanks them; own colours, 10:1 and
more against white. Each has a title that says its finding, and the page gives the same as a table and as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from textwrap import wrap

from markupsafe import Markup, escape

from lifecycle.dates import MONTHS

INK, GRID, FILL = "#1b1f23", "#c9cdd2", "#12436d"
WIDTH, BAR, LINE, GAP, LETTERS = 400, 24, 20, 14, 48
HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 240, 44, 16, 36, 16
ON_SCREEN = "system-ui, sans-serif"


@dataclass(frozen=True)
class Chart:
    """A drawing: `finding` is what it shows, as a sentence; `described` says how it is drawn."""

    id: str
    finding: str
    described: str
    height: int
    marks: str

    def svg(self, font: str = ON_SCREEN) -> Markup:
        title, desc = f"{self.id}-title", f"{self.id}-desc"
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" class="chart" role="img" '
            f'aria-labelledby="{title} {desc}" font-family="{escape(font)}" font-size="16">'
            f'<title id="{title}">{escape(self.finding)}</title><desc id="{desc}">{escape(self.described)}</desc>'
            f"{self.marks}</svg>"
        )


def bars(name: str, finding: str, rows: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each row, its name above it and its number at its end."""
    most = max((count for _, count in rows), default=0) or 1
    marks, y = [], 0
    for label, count in rows:
        for line in wrap(label, LETTERS):
            y += LINE
            marks.append(f'<text x="0" y="{y - 4}" fill="{INK}">{escape(line)}</text>')
        length = round((WIDTH - 60) * count / most, 1)
        marks.append(
            f'<rect x="0" y="{y}" width="{length}" height="{BAR}" fill="{FILL}"/>'
            f'<text x="{length + 8}" y="{y + 18}" fill="{INK}" font-weight="bold">{count}</text>'
        )
        y += BAR + GAP
    said = "Bars, one for each row of the table below, as long as its number."
    return Chart(name, finding, said, y or GAP, "".join(marks))


def curve(name: str, finding: str, steps: Sequence[tuple[date, int]], whole: int) -> Chart:
    """A staircase of how many of `whole` were reached by each day."""
    first, last = steps[0][0], steps[-1][0]
    days = max(1, (last - first).days)

    def x(on: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (on - first).days / days, 1)

    def y(count: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / whole, 1)

    marks = [_level(y(count), count) for count in sorted({0, round(whole / 2), whole})]
    marks += [_tick(x(on), on, anchor) for on, anchor in ((first, "start"), (last, "end"))]
    path = f"M{x(first)} {y(steps[0][1])}" + "".join(
        f"H{x(on)}V{y(count)}" for (_, _), (on, count) in pairwise(steps)
    )
    marks.append(f'<path d="{path}" fill="none" stroke="{FILL}" stroke-width="3"/>')
    said = "A line that rises by a step on each day on which recommendations to bodies were closed."
    return Chart(name, finding, said, HEIGHT, "".join(marks))


def _level(y: float, count: int) -> str:
    return (
        f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{GRID}"/>'
        f'<text x="{LEFT - 8}" y="{y + 5}" fill="{INK}" text-anchor="end">{count}</text>'
    )


def _tick(x: float, on: date, anchor: str) -> str:
    said = f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"
    return f'<text x="{x}" y="{HEIGHT - 12}" fill="{INK}" text-anchor="{anchor}">{said}</text>'
