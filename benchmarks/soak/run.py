"""One soak from its beginning to its count."""

import asyncio
import contextlib
import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import exists
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from benchmarks.soak import scene
from benchmarks.soak.acts import Driver, Order, Press, by_commands, through_pages
from benchmarks.soak.disk import Disk
from benchmarks.soak.faults import BY_DAY, BY_NIGHT, KILL_SECONDS, Faults, timeline
from benchmarks.soak.plant import Plant, plant
from benchmarks.soak.wall import Wall, can_be_set
from models.tables import CaseRow, ClockRow, Mail, Notice
from office.auditing import audit_seats
from office.desk import Desk, NeedsRepair, Unreachable
from worker import TASK_QUEUE

ROUND = timedelta(minutes=70)
"""No mail is put off for longer."""
NIGHT = 0.25
"""The share of a part's kills that come in the night before it, where it has one."""
SETTLE_SECONDS = 900.0
COMMAND_SECONDS = 4.0
PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True)
class Size:
    """How much of everything. Bodies: how many forces. Parts: the names of those to be played."""

    kills: int
    reports: int
    bodies: int
    pages: int
    commands: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """What a soak is played on."""

    size: Size
    seed: int
    postgresql: bool = False


class NotHere(Exception):  # noqa: N818 - said to a person
    """This machine's clocks cannot be set for some processes alone."""


async def soak(folder: Path, setting: Setting) -> dict[str, object]:
    """Everything that was found, as the count and the driver tell it. Raises NotHere."""
    if not can_be_set():
        raise NotHere("the soak sets the clocks of its programs: that needs CPython on Linux on x86-64")
    began = time.monotonic()
    home = folder / "home"
    home.mkdir(parents=True)
    with closing(Disk(home)) as disk:
        wall, extent = Wall(scene.START), _extent(setting.size)
        checkout = scene.lay_out(folder / "checkout", extent)
        async with plant(folder, checkout, home, wall, setting.seed, postgresql=setting.postgresql) as there:
            found = await _play(there, disk, setting, extent)
            codes = {name: await there.programs[name].stop() for name in ("console", "worker", "engine")}
            counted = await _count(there)
        shutil.copytree(home, folder / "kept", ignore=shutil.ignore_patterns("ft-pg-*"))
    return {
        "seed": setting.seed,
        "ledger": "PostgreSQL" if setting.postgresql else "SQLite",
        **found,
        **counted,
        "exits": codes,
        "seconds": round(time.monotonic() - began),
    }


def _extent(size: Size) -> scene.Extent:
    length = timedelta(seconds=size.kills / len(size.parts) * KILL_SECONDS)
    played = tuple(part for part in scene.parts(length) if part.name in size.parts)
    return scene.Extent(size.reports, _forces(size.bodies), played)


def _forces(count: int) -> tuple[str, ...]:
    lines = (scene.ROOT / "config" / "bodies" / "forces.csv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(line.split(",")[0] for line in lines)[:count]


async def _play(there: Plant, disk: Disk, setting: Setting, extent: scene.Extent) -> dict[str, object]:
    await _import(there, extent)
    driver, settled = Driver(there), {}
    with closing(driver), closing(Faults(there, disk)) as faults:
        lanes = [asyncio.create_task(one) for one in _lanes(there, driver, setting, extent)]
        for number, part in enumerate(extent.parts):
            chance = random.Random(f"{setting.seed}/{part.name}")
            kills = _share(setting.size.kills, number, len(extent.parts))
            await _play_part(there, disk, faults, part, chance, kills)
            if part is extent.parts[-1]:
                await asyncio.gather(*lanes)
            settled[part.name] = await _settled(there, _on_its_way)
    return {
        "faults": dict(sorted(faults.done.items())),
        "disk": "can be full" if disk.there else "was never full: that needs root on Linux",
        "restarted_by_themselves": {
            name: len(one.ended) for name, one in there.programs.items() if one.ended
        },
        "acts": dict(driver.tally.taken),
        "acts_repeated": driver.tally.repeated,
        "acts_refused": driver.tally.refused,
        "acts_unanswered": driver.tally.unanswered,
        "commands_unreadable": driver.tally.unreadable,
        "settled_after": settled,
        "stuck": await _stuck(there),
        "seats": await _seats(there),
    }


def _share(of: int, number: int, parts: int) -> int:
    return of * (number + 1) // parts - of * number // parts


async def _play_part(
    there: Plant, disk: Disk, faults: Faults, part: scene.Part, chance: random.Random, kills: int
) -> None:
    """Its night and its day, with all that goes wrong; then all is tried once, and what was put off has its time."""
    targets, by_night = there.killable, round(kills * NIGHT) if part.night else 0
    there.post.honest = False
    if part.night:
        there.wall.to(part.night)
        await faults.run(timeline(chance, by_night, targets, BY_NIGHT, disk=disk.there))
    there.wall.to(part.begin - timedelta(seconds=2))
    await faults.run(timeline(chance, kills - by_night, targets, BY_DAY, disk=disk.there))
    there.wall.to(max(part.end, there.wall.now()))
    await _settled(there, _to_try)
    there.post.honest = True
    there.wall.step(ROUND)


async def _import(there: Plant, extent: scene.Extent) -> None:
    for number in range(extent.reports):
        file = there.folder / f"soak-{number}.toml"
        file.write_text(scene.report(number, extent), encoding="utf-8")
        code, _, err = await there.command.run("report", "import", str(file), "--as", "ops-1")
        if code != 0:
            raise RuntimeError(err)


def _lanes(
    there: Plant, driver: Driver, setting: Setting, extent: scene.Extent
) -> Iterator[Coroutine[None, None, None]]:
    """Who acts in the browser, and who by the command line; each on cases of their own."""
    chance = random.Random(setting.seed + 1)
    cases = [
        f"recommendation/soak-{report}-{n}/{body}"
        for report in range(extent.reports)
        for n in range(scene.REFERENCES)
        for body in extent.bodies
    ]
    chance.shuffle(cases)
    size, length = setting.size, setting.size.kills * KILL_SECONDS
    pages = [(case, through_pages(case)) for case in cases[: size.pages]]
    commands = [
        (case, by_commands(case, n)) for n, case in enumerate(cases[size.pages : size.pages + size.commands])
    ]
    yield driver.lane(iter(pages), _pace(pages, length, 0.5), random.Random(setting.seed + 2))
    yield driver.lane(
        iter(commands), _pace(commands, length, COMMAND_SECONDS), random.Random(setting.seed + 3)
    )


def _pace(lives: list[tuple[str, list[Press | Order]]], length: float, each: float) -> float:
    """How long to wait between acts, so that they are spread over the time of the kills."""
    acts = sum(len(some) for _, some in lives)
    return max(0.05, length / max(1, acts) - each)


Waiting = Callable[[Session, date], bool]


async def _settled(there: Plant, waiting: Waiting) -> float:
    """Wait until nothing waits in this sense; answers how many seconds that took."""
    began = time.monotonic()
    with closing(there.database()) as database:
        while time.monotonic() < began + SETTLE_SECONDS:
            await asyncio.sleep(1)
            with contextlib.suppress(SQLAlchemyError), database.reading() as session:
                if not waiting(session, there.wall.now().date()):
                    break
    return round(time.monotonic() - began, 1)


def _to_try(session: Session, today: date) -> bool:
    """Whether a rung up to today has not fallen, or some mail was not tried yet."""
    mail = select(Mail.id).where(col(Mail.state).in_(("composed", "sending")))
    notice = select(Notice.id).where(Notice.state == "due")
    told = exists().where(col(Notice.case_id) == ClockRow.case_id, col(Notice.clock) == ClockRow.id)
    rung = select(ClockRow.id).where(
        ClockRow.state == "running", col(ClockRow.kind).startswith("watch-"), col(ClockRow.due) < today, ~told
    )
    return any(session.exec(one.limit(1)).first() is not None for one in (mail, notice, rung))


def _on_its_way(session: Session, today: date) -> bool:
    """Whether any notice is still to be told."""
    mail = select(Mail.id).where(Mail.state == "deferred")
    notice = select(Notice.id).where(Notice.state == "claimed")
    return _to_try(session, today) or any(
        session.exec(one.limit(1)).first() is not None for one in (mail, notice)
    )


async def _stuck(there: Plant) -> list[str]:
    """Cases that do not answer, wait for repair, or stand elsewhere than their ledger."""
    with closing(there.database()) as database:
        with database.reading() as session:
            rows = session.exec(select(CaseRow.id, CaseRow.seq).where(col(CaseRow.ended_on).is_(None))).all()
        desk = Desk(await there.client(database), database, patience=PATIENCE)
        gate = asyncio.Semaphore(8)

        async def look(case: str, seq: int) -> str:
            async with gate:
                try:
                    view = await desk.view(case)
                except (NeedsRepair, Unreachable) as silent:
                    return f"{case}: {silent}"
            if view.parked or view.case.seq != seq:
                return f"{case}: stands at {view.case.seq}, its ledger at {seq}. {view.parked}"
            return ""

        return [one for one in await asyncio.gather(*(look(*row) for row in rows)) if one]


async def _seats(there: Plant) -> list[str]:
    """Open cases that no workflow runs for, and workflows that run for none: an ended one answers queries too."""
    with closing(there.database()) as database:
        client = await there.client(database)
        found = await audit_seats(client, database, TASK_QUEUE, there.wall.now())
    return [f"{one.subject}: {one.kind}" for one in found]


async def _count(there: Plant) -> dict[str, object]:
    """By a program that shares nothing with us."""
    count = Path(__file__).with_name("count.py")
    order = [sys.executable, "-I", str(count), there.url, str(there.folder)]
    process = await asyncio.create_subprocess_exec(*order, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    found: dict[str, object] = json.loads(out)
    return found
