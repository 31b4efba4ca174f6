"""A console without an engine: enough for signing in, and for what surrounds every answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient
from temporalio.client import Client

from config.settings import Settings
from console.app import create_app
from models.database import Database


@contextmanager
def browser_at(settings: Settings, ledger: Database) -> Iterator[TestClient]:
    """A browser at a console, which needs no engine for signing in."""
    engine = asyncio.run(Client.connect("127.0.0.1:1", lazy=True))
    app = create_app(settings, ledger, engine)
    headers = {"Sec-Fetch-Site": "same-origin"}
    with TestClient(app, base_url=settings.base_url, headers=headers, follow_redirects=False) as browser:
        yield browser
