"""A whole run: the next instant of any agenda or deed, then its rungs, its deeds, its mail; and so on to the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from itertools import groupby

from rehearsal.conductor import Conductor
from rehearsal.deeds import Deed

AT_ONCE = 12
Take = Callable[[Deed], Awaitable[Sequence[str]]]
Deliver = Callable[[], Awaitable[None]]
Tell = Callable[[int, int, datetime], None]


class Performance:
    """`take` takes a deed and answers the streams that it opens, `deliver` sends what is due, `tell` hears how far
    it has come: deeds done, deeds in all, the instant."""

    def __init__(
        self, conductor: Conductor, deeds: Sequence[Deed], *, take: Take, deliver: Deliver, tell: Tell
    ) -> None:
        self.conductor = conductor
        self.deeds = deeds
        self.take = take
        self.deliver = deliver
        self.tell = tell
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, until: datetime) -> None:
        """Play all deeds, and all that falls due by `until`."""
        done = 0
        await self.conductor.settle()
        await self.deliver()
        while (instant := self._next(done, until)) is not None:
            await self.conductor.move_to(instant)
            now = [deed for deed in self.deeds[done:] if deed.at <= instant]
            await self._act(now)
            await self.deliver()
            done += len(now)
            self.tell(done, len(self.deeds), instant)

    def _next(self, done: int, until: datetime) -> datetime | None:
        coming = (self.deeds[done].at if done < len(self.deeds) else None, self.conductor.next_instant())
        first = min((instant for instant in coming if instant), default=None)
        return first if first is not None and first <= until else None

    async def _act(self, deeds: Sequence[Deed]) -> None:
        """Deeds of one kind together, then the next kind: what comes first in the process comes first here."""
        for _, same in groupby(deeds, key=lambda deed: deed.rank):
            await self.conductor.settle(await self._together(list(same)))

    async def _together(self, deeds: Sequence[Deed]) -> list[str]:
        """Take them at once; answers the streams that they open. A failure is raised when all have ended."""
        opened: list[str] = []
        for came in await asyncio.gather(*(self._take(deed) for deed in deeds), return_exceptions=True):
            if isinstance(came, BaseException):
                raise came
            opened += came
        return opened

    async def _take(self, deed: Deed) -> Sequence[str]:
        async with self._gate:
            return await self.take(deed)
