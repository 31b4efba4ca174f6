"""Policies and tables of bank holidays by the hash of their text, read from their files. The standard library only."""

import csv
import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from audit.days import Table

CONFIG = Path(__file__).parents[1] / "config"
T = TypeVar("T")


class NotHeld(LookupError):  # noqa: N818 - said to a person
    """No file has the text with this hash."""


@dataclass(frozen=True)
class Shelf:
    """Everything that a case may hold by its hash."""

    policies: Mapping[str, Table]
    holidays: Mapping[str, Mapping[str, frozenset[date]]]

    def policy(self, digest: str) -> Table:
        return _held(self.policies, digest, "policy")

    def days(self, digest: str) -> Mapping[str, frozenset[date]]:
        """Bank holidays by division."""
        return _held(self.holidays, digest, "table of bank holidays")


def read_shelf(config: Path = CONFIG) -> Shelf:
    return Shelf(
        policies=dict(_by_hash(config.glob("policies/*.toml"), tomllib.loads)),
        holidays=dict(_by_hash(config.glob("calendars/bank-holidays-*.csv"), _holidays)),
    )


def _by_hash(paths: Iterable[Path], read: Callable[[str], T]) -> Iterator[tuple[str, T]]:
    for path in paths:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        yield hashlib.sha256(text.encode()).hexdigest(), read(text)


def _held(shelf: Mapping[str, T], digest: str, what: str) -> T:
    if digest not in shelf:
        raise NotHeld(f"No {what} in config/ has the hash {digest[:12]}: put that version back.")
    return shelf[digest]


def _holidays(text: str) -> dict[str, frozenset[date]]:
    days: dict[str, set[date]] = {}
    for row in csv.DictReader(text.splitlines()):
        days.setdefault(row["division"], set()).add(date.fromisoformat(row["date"]))
    return {division: frozenset(found) for division, found in days.items()}
