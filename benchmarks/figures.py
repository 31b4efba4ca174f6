"""Figures, and the table that shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """What a figure is to be under, or over."""

    limit: float
    over: bool = False
    unit: str = ""

    def met(self, value: float) -> bool:
        return value > self.limit if self.over else value < self.limit

    def __str__(self) -> str:
        return f"{'over' if self.over else 'under'} {self.limit:g}{self.unit}"


@dataclass(frozen=True)
class Figure:
    """One line: ours, a yardstick of the same run (the plain one unless the name says another), and the goal.

    A goal without a unit is for the ratio, one with a unit for ours.
    """

    name: str
    ours: float
    yardstick: float | None = None
    goal: Goal | None = None
    digits: int = 1

    @property
    def ratio(self) -> float | None:
        return self.ours / self.yardstick if self.yardstick else None

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.goal.met(self.ours if self.goal.unit or self.ratio is None else self.ratio)

    def plainly(self) -> dict[str, str | float | bool | None]:
        """As JSON has it."""
        return {
            "name": self.name,
            "ours": self.ours,
            "yardstick": self.yardstick,
            "ratio": self.ratio,
            "goal": str(self.goal) if self.goal else None,
            "met": self.met,
        }

    def cells(self) -> tuple[str, ...]:
        ours, other = (
            "" if value is None else f"{value:,.{self.digits}f}" for value in (self.ours, self.yardstick)
        )
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return (self.name, ours, other, ratio, str(self.goal or ""), met)


HEAD = ("figure", "ours", "yardstick", "ratio", "goal", "met")
WIDTHS = (78, 9, 9, 5, 12, 6)


def head() -> str:
    """The first two lines of a table in Markdown."""
    return f"{_line(HEAD)}\n|{'|'.join('-' * (width + 2) for width in WIDTHS)}|"


def row(figure: Figure) -> str:
    """A figure's line of the table."""
    return _line(figure.cells())


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + " |"
