"""The post of a replay: an inbox of its own, and the dispatcher that sends there whatever is due by the clock."""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from activities.mail.compose import Sender
from activities.mail.counting import DispatchCount
from activities.mail.dispatch import Dispatcher
from activities.mail.relay import Relay
from embedded.inbox import Inbox
from models.database import Database
from office.desk import Clock

SENDER = Sender(
    name="Recommendations follow-up (rehearsal, partly illustrative)",
    address="followthrough@inspectorate.example",
    reply_to="recommendations@inspectorate.example",
    domain="inspectorate.example",
    marking="OFFICIAL",
)
"""Every mail says in its From line and at its foot that it is part of a rehearsal, and partly illustrative."""
BATCH = 1000
"""All notices of an instant are claimed together, so that what goes to one mailbox goes in one mail in every run."""


class Post:
    """Open while the block runs. Mail goes to `folder` and nowhere else: nothing here is ever armed."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._inbox = Inbox().start(0, 0, folder)
        relay = Relay(self._inbox.smtp_url, armed=False)
        self._dispatcher = Dispatcher(database, relay, SENDER, worker="replay", clock=clock.now)
        self._sending: asyncio.Future[None] | None = None
        self._open = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let a batch that is being sent end, and close."""
        self._open = False
        if self._sending is not None:
            with contextlib.suppress(Exception):
                await self._sending
        self._dispatcher.close()
        await asyncio.to_thread(self._inbox.stop)

    async def deliver(self) -> None:
        """Send until nothing more is due."""
        self._sending = asyncio.ensure_future(asyncio.to_thread(self._send))
        await asyncio.shield(self._sending)

    def _send(self) -> None:
        while self._open and _came_further(self._dispatcher.run_once(BATCH)):
            pass


def _came_further(count: DispatchCount) -> bool:
    return count.sent + count.refused + count.unknown + count.suppressed > 0
