"""Figures for all who watch: one task in this process looks, while anybody watches, and tells what has changed."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator

from sqlalchemy.exc import SQLAlchemyError

from console.ops.figures import Figures, figures
from console.room import TASK_QUEUE, Room
from office.overview import Overview, overview
from office.queues import Engine, engine

LOOK = 2.0
"""Seconds between two looks; longer where looking itself takes long."""
REST = 10
"""A look rests at least so many times as long as it took."""
PAUSE = 5.0
"""A watcher hears something, if only that nothing has changed, this often."""

log = logging.getLogger(__name__)


class Live:
    """The broadcaster. `close` ends every stream."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._latest: Figures | None = None
        self._news = asyncio.Event()
        self._watchers = 0
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def look(self) -> tuple[Overview, Engine]:
        """How it stands now, by the ledger and by the engine."""
        room = self._room
        return await asyncio.gather(
            room.read(lambda database: overview(database, room.now)), engine(room.client, TASK_QUEUE)
        )

    async def follow(self, last: str) -> AsyncGenerator[Figures | None, None]:
        """The figures each time that they differ from those with the id `last`; None when for a while they do not."""
        with self._watching():
            while not self._closed:
                news, latest = self._news, self._latest
                if latest is not None and latest.id != last:
                    last = latest.id
                    yield latest
                elif not await _heard(news):
                    yield None

    def close(self) -> None:
        """The process is about to end: let all watchers go."""
        self._closed = True
        self._stop_looking()
        self._tell()

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        self._watchers += 1
        if self._looking is None and not self._closed:
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            self._watchers -= 1
            if self._watchers == 0:
                self._stop_looking()

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._latest = None

    async def _keep_looking(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                seen = figures(*await self.look())
            except (SQLAlchemyError, OSError):
                log.exception("figures not seen")
            else:
                if self._latest is None or seen.id != self._latest.id:
                    self._latest = seen
                    self._tell()
            await asyncio.sleep(max(LOOK, REST * (loop.time() - began)))

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


async def _heard(news: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(PAUSE):
            await news.wait()
    except TimeoutError:
        return False
    return True
