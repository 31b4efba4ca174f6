"""The public site on a port of this machine, for looking at; the public reads it from a server of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from embedded.ports import require_free
from embedded.web import listening
from publication.pages import pages


@contextlib.asynccontextmanager
async def site_serving(folder: Path, port: int) -> AsyncIterator[str]:
    """The site of a folder while the block runs, whichever release is current; answers its address.

    Raises:
        PortTaken
    """
    require_free(port, "the public site", "FOLLOWTHROUGH_SITE_PORT")
    async with listening(pages(folder), port) as address:
        yield address


async def serve_site(folder: Path, port: int, stop: asyncio.Event) -> None:
    """The site by itself, until told to stop. Raises PortTaken."""
    async with site_serving(folder, port):
        await stop.wait()
