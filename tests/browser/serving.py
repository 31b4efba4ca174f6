"""An application of ours behind a real port of the loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 30.0


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serves the application from a thread with a loop of its own, and gives its address: http://127.0.0.1:<port>."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        settings = uvicorn.Config(
            app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="console")
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + PATIENCE
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the application did not start: its own message is in the log above")
        if time.monotonic() > until:
            raise TimeoutError(f"the application did not start within {PATIENCE:.0f} seconds")
        time.sleep(0.02)
