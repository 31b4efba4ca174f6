"""A console that says of each answer what it took: `python -m benchmarks.pages_console URL ENGINE PORT HOME`.

Its server's milliseconds and statements are in the headers x-ms and x-queries. It ends with its standard input.
"""

import asyncio
import contextlib
import sys
import time
from contextvars import ContextVar
from dataclasses import dataclass

import uvicorn
from sqlalchemy import event
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import load
from config.temporal import connect
from console.app import create_app
from embedded.ports import LOOPBACK
from embedded.web import Server
from models.database import Database


@dataclass
class Count:
    statements: int = 0


_count: ContextVar[Count | None] = ContextVar("count", default=None)


def count_statements(database: Database) -> None:
    """Add each statement to the count of the request that it is asked for; threads inherit it."""

    def add(*_: object) -> None:
        if (count := _count.get()) is not None:
            count.statements += 1

    event.listen(database.engine, "before_cursor_execute", add)


class Measured:
    """The application, its answers held until they are whole."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        count = Count()
        held: list[Message] = []
        _count.set(count)

        async def hold(message: Message) -> None:
            held.append(message)

        began = time.perf_counter()
        await self.app(scope, receive, hold)
        took = (time.perf_counter() - began) * 1000
        headers = MutableHeaders(scope=held[0])
        headers["x-ms"], headers["x-queries"] = f"{took:.2f}", str(count.statements)
        for message in held:
            await send(message)


async def main(url: str, engine: str, port: str, home: str) -> None:
    settings = load(home=home, database_url=url, temporal_address=engine, console_port=int(port))
    database = Database(settings.database_url)
    count_statements(database)
    with contextlib.closing(database):
        app = create_app(settings, database, await connect(settings, database))
        server = Server(
            uvicorn.Config(Measured(app), host=LOOPBACK, port=int(port), log_config=None, access_log=False)
        )
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.02)
        print("serving", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        app.state.live.close()
        server.should_exit = True
        await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
