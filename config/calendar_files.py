"""The committed tables of bank holidays, `calendars/bank-holidays-<version>.csv`, read once."""

import re
from functools import cache
from pathlib import Path

from lifecycle.calendars import Calendars, read_calendars

FOLDER = Path(__file__).parent / "calendars"
NAME = re.compile(r"bank-holidays-([0-9]+)\.csv")


def table_path(version: int) -> Path:
    """Where a version of the table lies, or will lie."""
    return FOLDER / f"bank-holidays-{version}.csv"


def versions() -> list[int]:
    """The versions of the table that are committed, oldest first."""
    return sorted(int(name[1]) for path in FOLDER.iterdir() if (name := NAME.fullmatch(path.name)))


@cache
def load_calendars(version: int = 1) -> Calendars:
    """The calendars of one version. FileNotFoundError for none such; CalendarError for a damaged one."""
    return read_calendars(table_path(version).read_text(encoding="utf-8"))
