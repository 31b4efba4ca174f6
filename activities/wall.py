"""The clock on the wall: whether it was set back. What was planned by it would else wait until it is there again."""

import asyncio
import time

LOOK_SECONDS = 1.0
MARGIN = 5.0
"""Seconds. A clock that is only slowed or nudged (NTP) is left alone."""


async def until_set_back(look: float = LOOK_SECONDS) -> float:
    """Wait until this machine's clock is set back; answers by how many seconds. One that is set forward is followed."""
    ahead = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(look)
        now = time.time() - time.monotonic()
        if ahead - now > MARGIN:
            return ahead - now
        ahead = now
