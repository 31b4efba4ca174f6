"""Makes the next version of the table of bank holidays, from GOV.UK's list and the proclaimed days.

    python -m config.make_calendars --check              does the newest table hold what its sources hold?
    python -m config.make_calendars --seen 2027-03-01    write the next version, if anything has changed

GOV.UK's list is the copy inside the development package `govuk-bank-holidays`: nothing is fetched. Days that
it lacks come from `calendars/proclaimed-days.csv`. A table is never edited: running cases hold its hash. So a
change is a new file, in which the days already known keep their source and the day they were first seen.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version as installed
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from config.calendar_files import FOLDER, table_path, versions
from lifecycle.calendars import COLUMNS, CalendarError, Division, fingerprint, read_holidays

FEED = "govuk-bank-holidays"
PROCLAIMED = FOLDER / "proclaimed-days.csv"
HASHES = FOLDER / "HASHES"
UNCHANGED = "The newest table holds what its sources hold.\n"


class Row(NamedTuple):
    """One line of a table: all text, as committed."""

    date: str
    division: str
    title: str
    source: str
    first_seen: str

    @property
    def key(self) -> tuple[str, str]:
        return self.date, self.division


def make_table(known: Iterable[Row], proclaimed: Iterable[Row], published: Iterable[Row]) -> str:
    """The text of a table: a published day wins over a proclaimed one; a known row still true is kept."""
    rows = {row.key: row for row in (*proclaimed, *published)}
    kept = {row.key: row for row in known if row.key in rows and rows[row.key].title == row.title}
    return written(sorted((rows | kept).values()))


def published_days(seen: date) -> list[Row]:
    """Every day of GOV.UK's list, from the copy inside the package."""
    from govuk_bank_holidays.bank_holidays import BankHolidays

    feed = BankHolidays(use_cached_holidays=True)
    source = f"GOV.UK bank holidays ({FEED} {installed(FEED)})"
    return [
        Row(day["date"].isoformat(), division, titled(day["title"], day["notes"]), source, seen.isoformat())
        for division in Division
        for day in feed.get_holidays(division=division)
    ]


def titled(title: str, notes: str) -> str:
    """The name of a day with GOV.UK's note: Boxing Day (substitute day)"""
    return f"{title} ({notes.lower()})" if notes else title


def rows_of(text: str) -> list[Row]:
    """The rows of a table's text, without its header."""
    return [Row(*row) for row in csv.reader(StringIO(text))][1:]


def written(rows: Iterable[Row]) -> str:
    """The canonical text of rows: header first, lines that end in a line feed."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def newest_table() -> str:
    """The text of the newest committed table; nothing when there is none."""
    made = versions()
    return table_path(made[-1]).read_text(encoding="utf-8") if made else ""


def next_table(seen: date) -> str:
    """The table as its sources give it today. CalendarError when a proclaimed day is badly written."""
    proclaimed = PROCLAIMED.read_text(encoding="utf-8")
    read_holidays(proclaimed)
    return make_table(rows_of(newest_table()), rows_of(proclaimed), published_days(seen))


def write_table(table: str) -> Path:
    """Commits the text as the next version and adds its hash. An existing file is never written over."""
    path = table_path(max(versions(), default=0) + 1)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(table)
    with HASHES.open("a", encoding="utf-8", newline="") as file:
        file.write(f"{fingerprint(table)}  {path.name}\n")
    return path


def changes(old: str, new: str) -> list[str]:
    """The days that differ between two tables, as a person reads them: - gone, + added."""
    before, after = ({row[:3] for row in rows_of(text)} for text in (old, new))
    gone = [f"- {', '.join(day)}" for day in sorted(before - after)]
    return gone + [f"+ {', '.join(day)}" for day in sorted(after - before)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks the newest table, or writes the next: 1 when the check finds a change, 2 for a bad source."""
    options = read_arguments(arguments)
    try:
        table = next_table(options.seen or date.max)
    except CalendarError as fault:
        sys.stderr.write(f"{PROCLAIMED.name}: nothing written\n{fault}\n")
        return 2
    changed = changes(newest_table(), table)
    sys.stdout.write("".join(f"{line}\n" for line in changed) or UNCHANGED)
    if changed and options.seen:
        sys.stdout.write(f"Written: {write_table(table).name}\n")
    return int(bool(changed) and options.check)


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Either --check or --seen DATE."""
    about = "Makes the next version of the table of bank holidays."
    parser = argparse.ArgumentParser(prog="python -m config.make_calendars", description=about)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--check", action="store_true", help="compare the newest table with its sources")
    act.add_argument("--seen", type=date.fromisoformat, help="write the next; the day its new rows were seen")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
