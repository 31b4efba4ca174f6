"""The server under the console: uvicorn on loopback; what terminates TLS stands in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from temporalio.client import Client

from config.settings import Settings
from config.temporal import connect
from console.app import create_app
from embedded.ports import require_free
from models.database import Database
from models.installation import establish
from models.schema import upgrade

HOST = "127.0.0.1"
DRAIN = 10  # seconds for what is under way; open event streams end then


class Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(settings: Settings, database: Database, client: Client) -> AsyncIterator[str]:
    """The console while the block runs; answers its address.

    Raises:
        PortTaken, AssetsError, SettingsError
    """
    require_free(settings.console_port, "the console", "FOLLOWTHROUGH_CONSOLE_PORT")
    app = create_app(settings, database, client)
    async with listening(app, settings.console_port, ending=app.state.live.close) as address:
        yield address


@contextlib.asynccontextmanager
async def listening(
    app: ASGIApp, port: int, *, ending: Callable[[], object] = lambda: None
) -> AsyncIterator[str]:
    """An application on a port of the loopback while the block runs; answers its address. `ending` ends what would
    last for ever."""
    server = Server(
        uvicorn.Config(
            app,
            host=HOST,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=HOST,
            timeout_graceful_shutdown=DRAIN,
        )
    )
    running = asyncio.create_task(server.serve())
    try:
        while not server.started and not running.done():
            await asyncio.sleep(0.02)
        if running.done():
            await running
        yield f"http://{HOST}:{port}"
    finally:
        ending()
        server.should_exit = True
        await running


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """The console by itself, against the servers that the settings name, until told to stop."""
    database = Database(settings.database_url)
    with contextlib.closing(database):
        upgrade(database)
        establish(database)
        async with serving(settings, database, await connect(settings)):
            await stop.wait()
