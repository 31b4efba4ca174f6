"""The clocks of a case as a Gantt in inline SVG: attributes alone, so that the strict policy on styles lets it be.

Title and description say what is to be seen; the table under it says the same in words.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from lifecycle.case import ClockState
from lifecycle.dates import MONTHS, long_date, short_date
from office.duties import Duty, days

LEFT, WIDTH, TOP, ROW, BAR = 230, 1000, 34, 34, 16
INK, GRID, LATE, TODAY = "#0b0c0c", "#cecece", "#942514", "#0b5c6b"
FILLS = {ClockState.running: "#2b6ca3", ClockState.met: "#11734b", ClockState.ended: "#6f777b"}
MOST_MONTHS = 14
MOST_LETTERS = 28


def gantt(duties: Sequence[Duty], today: date) -> str:
    """The chart, or nothing when no clock has a date."""
    dated = [duty for duty in duties if duty.due or duty.stopped_on]
    if not dated:
        return ""
    scale = _Scale(dated, today)
    height = TOP + ROW * len(dated) + 8
    rows = "".join(_row(duty, n, scale, today) for n, duty in enumerate(dated))
    labels = "".join(_label(duty, n) for n, duty in enumerate(dated))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%" role="img"'
        f' aria-labelledby="gantt-title gantt-desc" font-family="sans-serif" font-size="14" fill="{INK}">'
        f'<title id="gantt-title">{escape(finding(dated, today))}</title>'
        f'<desc id="gantt-desc">{escape(_described(dated, today))}</desc>'
        f"{_months(scale, height)}{_today(scale, height)}{rows}{labels}</svg>"
    )


def finding(duties: Sequence[Duty], today: date) -> str:
    """What the chart shows, in one sentence: what is late, or what is due next."""
    running = [duty for duty in duties if duty.state is ClockState.running and duty.due]
    late = [duty for duty in running if duty.days_late(today)]
    if late:
        return f"{_named(late)} {'is' if len(late) == 1 else 'are'} late, by {_most(late, today)}."
    if running:
        nearest = min(running, key=lambda duty: duty.due or date.max)
        assert nearest.due is not None
        return f"Nothing is late. {nearest.title} is due next, on {long_date(nearest.due)}."
    return "No clock is running."


def _named(duties: Sequence[Duty]) -> str:
    titles = [duty.title for duty in duties]
    return f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else titles[0]


def _most(late: Sequence[Duty], today: date) -> str:
    most = max(duty.days_late(today) for duty in late)
    return days(most) if len(late) == 1 else f"up to {days(most)}"


def _described(duties: Sequence[Duty], today: date) -> str:
    return " ".join(
        f"{duty.title}: from {short_date(duty.started)}, {duty.stands(today)}." for duty in duties
    )


class _Scale:
    """Days to pixels, with a little room on both sides."""

    def __init__(self, duties: Sequence[Duty], today: date) -> None:
        ends = [day for duty in duties for day in (duty.due, duty.stopped_on) if day]
        first, last = min([today, *(duty.started for duty in duties)]), max([today, *ends])
        room = timedelta(days=max(4, (last - first).days // 25))
        self.first, self.last, self.today = first - room, last + room, today

    def x(self, day: date) -> float:
        share = (day - self.first) / (self.last - self.first)
        return round(LEFT + share * (WIDTH - LEFT), 1)

    def months(self) -> list[date]:
        """The first of each month, or of every second, third, … so that no more are named than fit."""
        first = self.first.year * 12 + self.first.month
        count = self.last.year * 12 + self.last.month - first
        step = -(-max(1, count) // MOST_MONTHS)
        found = [date(n // 12, n % 12 + 1, 1) for n in range(first, first + count, step)]
        return [day for day in found if self.x(day) < WIDTH - 40]


def _months(scale: _Scale, height: int) -> str:
    return "".join(
        f'<line x1="{scale.x(day)}" y1="{TOP - 8}" x2="{scale.x(day)}" y2="{height}" stroke="{GRID}"/>'
        f'<text x="{scale.x(day) + 3}" y="16" font-size="12">{_month(day)}</text>'
        for day in scale.months()
    )


def _month(day: date) -> str:
    name = MONTHS[day.month - 1][:3]
    return f"{name} {day.year}" if day.month == 1 else name


def _today(scale: _Scale, height: int) -> str:
    """Drawn before the bars and their labels, which stand over it."""
    x = scale.x(scale.today)
    return (
        f'<line x1="{x}" y1="20" x2="{x}" y2="{height}" stroke="{TODAY}" stroke-width="2"'
        f' stroke-dasharray="5 3"/>{_haloed("Today", x, 30, anchor="middle", fill=TODAY)}'
    )


def _row(duty: Duty, n: int, scale: _Scale, today: date) -> str:
    """A bar from start to date, and beyond its date what is late of it."""
    y = TOP + ROW * n + (ROW - BAR) // 2
    until = duty.stopped_on or today
    end = min(duty.due, until) if duty.due and duty.stopped_on else duty.due or until
    bar = _bar(scale.x(duty.started), scale.x(max(end, duty.started)), y, FILLS[duty.state])
    if duty.due and until > duty.due:
        bar += _bar(scale.x(max(duty.due, duty.started)), scale.x(until), y, LATE)
    return bar


def _bar(left: float, right: float, y: int, fill: str) -> str:
    return f'<rect x="{left}" y="{y}" width="{max(3, round(right - left, 1))}" height="{BAR}" fill="{fill}"/>'


def _label(duty: Duty, n: int) -> str:
    title = duty.title if len(duty.title) <= MOST_LETTERS else f"{duty.title[: MOST_LETTERS - 1]}…"
    return _haloed(title, 0, TOP + ROW * n + ROW // 2 + 5)


def _haloed(text: str, x: float, y: int, *, anchor: str = "start", fill: str = INK) -> str:
    """Text with a white edge, legible over whatever it crosses."""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" stroke="#ffffff" stroke-width="3"'
        f' stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
    )
