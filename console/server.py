"""The server under the console: uvicorn on loopback; what terminates TLS stands in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from temporalio.client import Client

from config.settings import Settings
from config.temporal import connect
from console.app import create_app
from embedded.ports import require_free
from embedded.web import listening
from models.database import Database
from models.installation import establish
from models.schema import upgrade


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


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """The console by itself, against the servers that the settings name, until told to stop."""
    database = Database(settings.database_url)
    with contextlib.closing(database):
        upgrade(database)
        establish(database)
        async with serving(settings, database, await connect(settings, database)):
            await stop.wait()
