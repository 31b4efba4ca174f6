"""A web server of ours inside a process that does other things too: uvicorn, until the block ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from embedded.ports import LOOPBACK

DRAIN = 10  # seconds for what is under way; open event streams end then


class Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(
    app: ASGIApp, port: int, *, host: str = LOOPBACK, ending: Callable[[], object] = lambda: None
) -> AsyncIterator[str]:
    """An application on a port, which is free, while the block runs; answers its address. `ending` ends what would
    last for ever."""
    server = Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=LOOPBACK,
            timeout_graceful_shutdown=DRAIN,
        )
    )
    running = asyncio.create_task(server.serve())
    try:
        while not server.started and not running.done():
            await asyncio.sleep(0.02)
        if running.done():
            await running
        yield f"http://{host}:{port}"
    finally:
        ending()
        server.should_exit = True
        await running
