"""In which region each body is, where that is known: `bodies/regions.csv`, the nine English regions and Wales."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from config.body_rows import read_rows

FILE = Path(__file__).parent / "bodies" / "regions.csv"
COLUMNS = ("body", "region", "basis")


@cache
def regions() -> Mapping[str, str]:
    """The region of each body, the regions from north to south, Wales last.

    Raises:
        BodyFileError: for the first fault found.
    """
    found: dict[str, str] = {}
    for row in read_rows(FILE, COLUMNS):
        row.check_basis()
        if row.slug("body") in found:
            raise row.wrong("body", "stands twice")
        found[row.slug("body")] = row.text("region")
    return found
