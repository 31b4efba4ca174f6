"""Where the soak plays: a checkout with a policy for each of its reports, whose rungs stand minutes apart on one day.

An operator would do the same: put a policy's file into `config/policies`, import a report that names it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
REFERENCES = 2
"""Recommendations of one report, so that some notices share a mail."""
WATCHES = (
    *("submission-reminder", "implementation-reminder", "implementation-overdue", "document-request"),
    *("document-overdue", "action-plan-reminder", "action-plan-overdue"),
)
"""A clock for each of these templates, with one rung, so that a mail's subject and case name its notice."""
EARLY = 5
"""So many of them fall while the clock is right, the others two hours later."""
TOLD = ("liaison", "chief_officer")
LATER = timedelta(hours=2)
ISSUED = date(2026, 3, 27)
START = datetime(2026, 3, 28, 12, tzinfo=UTC)
"""What clocks show when a soak begins."""

ACTS = """
[[announce]]
event = "submitted"
to = ["inspector"]
template = "submission-received"

[[announce]]
event = "submitted"
to = ["liaison"]
template = "receipt"

[[announce]]
event = "question_asked"
to = ["inspector"]
template = "question-asked"

[[announce]]
event = "question_answered"
to = ["liaison"]
template = "question-answered"

[[announce]]
event = "withdrawn"
to = ["liaison"]
template = "withdrawn"
"""


@dataclass(frozen=True)
class Part:
    """A day whose rungs stand within `length` of `begin`, and again two hours later; and a night before it.

    No rung falls on a Sunday. What falls on the Monday after clocks change was planned before they did, and must
    not be an hour off; what is done in that night itself is told in it.
    """

    name: str
    begin: datetime
    length: timedelta
    night: datetime | None = None

    @property
    def end(self) -> datetime:
        """When the last rung falls."""
        return self.begin + LATER + self.length


def parts(length: timedelta) -> tuple[Part, ...]:
    """Both nights on which clocks change, and a day like any other."""
    return (
        Part(
            "spring", datetime(2026, 3, 30, 9, tzinfo=UTC), length, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
        ),
        Part(
            "autumn", datetime(2026, 10, 26, 9, tzinfo=UTC), length, datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
        ),
        Part("day", datetime(2026, 11, 3, 9, 30, tzinfo=UTC), length),
    )


@dataclass(frozen=True)
class Extent:
    """How many reports, to which bodies, and the parts that their rungs fall in, in turn."""

    reports: int
    bodies: tuple[str, ...]
    parts: tuple[Part, ...]

    def part(self, number: int) -> Part:
        return self.parts[number % len(self.parts)]


def lay_out(folder: Path, extent: Extent) -> Path:
    """A checkout of ours in this folder, with the soak's policies; answers it."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name != "config" and (path.suffix == ".py" or (path / "__init__.py").exists()):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "config", folder / "config", ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(extent.reports):
        named = folder / "config" / "policies" / f"soak-{number}-1.toml"
        named.write_text(policy(number, extent), encoding="utf-8")
    return folder


def policy(number: int, extent: Extent) -> str:
    """Each report's rungs stand a little later than the last one's; every second sends again what is in doubt."""
    head = f"""
[policy]
name = "soak-{number}"
version = 1
title = "Soak {number}"
summary = "Rungs minutes apart, all on one day."
applies_to = ["recommendation"]
calendar = 1
opens = "09:00"
closes = "17:00"
unknown_send = "{"send_again" if number % 2 else "hold"}"
outcomes = ["started"]
"""
    return head + ACTS + "".join(_clocks(number, extent))


def _clocks(number: int, extent: Extent) -> Iterator[str]:
    part = extent.part(number)
    shift = part.length / (EARLY + 2) * number / max(1, extent.reports)
    rungs = [part.begin + shift + part.length * n / (EARLY + 2) for n in range(EARLY + 1)]
    yield _clock(
        "submission", ["submitted"], [(rungs[2], "submission-due-today"), (rungs[4], "submission-overdue")]
    )
    for n, template in enumerate(WATCHES):
        at = rungs[n] if n < EARLY else part.begin + LATER + shift + part.length * (n - EARLY) / 3
        yield _clock(f"watch-{n}", ["inspected"], [(at, template)])


def _clock(kind: str, met_by: list[str], rungs: list[tuple[datetime, str]]) -> str:
    """Due on the day before; its rungs are on the day itself, at times of their own on London's clocks."""
    eve = rungs[0][0].astimezone(LONDON).date() - timedelta(days=1)
    words = [
        f"""
[clock.{kind}]
title = "{kind}"
owner = "body"
starts = ["issued"]
limit = "{(eve - ISSUED).days} days"
met_by = {met_by}
"""
    ]
    for at, template in rungs:
        words.append(
            f"""
[[clock.{kind}.rung]]
id = "{template}"
when = "1 day after"
at = {at.astimezone(LONDON):%H:%M:%S}
to = {list(TOLD)}
template = "{template}"
"""
        )
    return "".join(words).replace("'", '"')


def report(number: int, extent: Extent) -> str:
    """A report for `followthrough report import`."""
    words = [
        f"""
[report]
id = "soak-{number}"
title = "Soak {number}"
published = {ISSUED}
source = "https://inspectorate.example/soak-{number}"
s55 = false
"""
    ]
    for n in range(REFERENCES):
        words.append(
            f"""
[[recommendation]]
reference = "SOAK-{number}-{n}"
number = {n + 1}
kind = "recommendation"
title = "Soak {number}, recommendation {n}"
summary = "The force has a plan."
policy = "soak-{number}"
bodies = {list(extent.bodies)}
"""
        )
    return "".join(words).replace("'", '"')
