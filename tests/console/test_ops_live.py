"""The broadcaster: one look for all who watch, also while the engine is away; and it lets all go at the end."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from config.settings import Settings
from config.temporal import connect_to
from console.keys import Keys
from console.ops.figures import Figures
from console.ops.live import Live
from console.pace import Pace
from console.room import Room
from embedded.ports import free_ports
from models.database import Database
from office import post
from office.desk import Clock
from office.reference import load_reference


@pytest.fixture
async def live(tmp_path: Path, sqlite_template: Path):
    """A broadcaster over a ledger of its own, whose engine is not there."""
    (tmp_path / "ledger.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    load_reference(database)
    [port] = free_ports(1)
    client = await connect_to(f"127.0.0.1:{port}", lazy=True)
    made = Live(Room(Settings(), database, client, Keys(["k" * 32]), Clock(), Pace()))
    yield made
    made.close()
    database.close()


async def next_figures(heard: AsyncGenerator[Figures | None, None]) -> Figures:
    async for seen in heard:
        if seen is not None:
            return seen
    raise AssertionError("the stream has ended")


async def test_all_who_watch_hear_the_same_and_are_let_go_at_the_end(live: Live):
    one, other = live.follow(""), live.follow("")
    first, second = await asyncio.gather(next_figures(one), next_figures(other))
    assert first.id == second.id
    assert first.texts["engine"].startswith("The engine does not answer")

    post.stop_sending(live._room.database, "ops-1", "a rehearsal")
    async with asyncio.timeout(60):
        changed = await next_figures(one)
        assert (await next_figures(other)).id == changed.id != first.id
    assert changed.texts["sending"] == "stopped by ops-1: a rehearsal"

    late = live.follow(changed.id)  # resumes: there is nothing new to hear
    assert await anext(late) is None
    ends = [asyncio.create_task(anext(stream, "ended")) for stream in (one, other, late)]
    await asyncio.sleep(0)
    live.close()
    async with asyncio.timeout(2):
        assert await asyncio.gather(*ends) == ["ended"] * 3
    assert await anext(live.follow(""), "ended") == "ended"


async def test_nobody_looks_when_nobody_watches(live: Live):
    stream = live.follow("")
    await next_figures(stream)
    assert live._looking is not None
    await stream.aclose()
    assert live._looking is None
