"""The findings of an overview as sentences. Every number and name in them is counted from the record; none is typed."""

from collections import defaultdict
from collections.abc import Sequence

from lifecycle.dates import plain_date
from publication.figures import Figures, Region, Share
from publication.words import counted, listed, outcome


def outcomes(shares: Sequence[Share]) -> str:
    """The most frequent outcome, or those that share the first place."""
    first = first_of(shares)
    count, whole, percent = first[0].count, counted(first[0].whole, "letter"), first[0].percent
    names = listed([outcome(share.name) for share in first])
    if len(first) == 1:
        return f"{names} is the most frequent outcome, with {count} of {whole} ({percent}%)."
    return f"{names} are the most frequent outcomes, with {count} each of {whole} ({percent}%)."


def first_of(shares: Sequence[Share]) -> list[Share]:
    most = max(share.count for share in shares)
    return [share for share in shares if share.count == most]


def regions(found: Sequence[Region]) -> str:
    """Which outcome leads in which regions."""
    led: defaultdict[str, list[str]] = defaultdict(list)
    for region in found:
        first = first_of(region.outcomes)
        led[outcome(first[0].name) if len(first) == 1 else ""].append(region.name)
    tied = led.pop("", [])
    said = [f"{name} is the most frequent outcome in {listed(where)}." for name, where in led.items()]
    if tied:
        said.append(f"In {listed(tied)} no single outcome leads.")
    return " ".join(said)


def criteria(rows: Sequence[tuple[str, int, int]]) -> str:
    """The criterion that most plans meet, and the one that fewest do. A row is its name, how many, of how many."""
    most, fewest = max(rows, key=_share), min(rows, key=_share)
    if _share(most) == _share(fewest):
        _, count, whole = most
        return f"Every criterion is included or in place as often: in {count} of {whole} letters."
    return (
        f"Most often included or in place: {most[0]} ({most[1]} of {most[2]}). "
        f"Least often: {fewest[0]} ({fewest[1]} of {fewest[2]})."
    )


def _share(row: tuple[str, int, int]) -> float:
    return row[1] / row[2] if row[2] else 0


def plans(found: Figures) -> str:
    time = found.timeliness
    said = f"Of {counted(time.on_time + time.late + time.none, 'plan')} due, {time.on_time} came on time."
    if time.late:
        said += f" {time.late} came late, by {counted(time.most_late, 'day')} at most."
    return f"{said} From {time.none} nothing came." if time.none else said


def closed(found: Figures) -> str:
    last = found.curve[-1]
    return f"By {plain_date(last.on)}, {last.closed} of {found.cases} had been closed."
