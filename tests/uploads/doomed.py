"""An upload that never ends, in a process for a test to kill: python -m tests.uploads.doomed DATABASE HOME."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from models.database import Database
from tests.uploads.scene import Draft


async def endless() -> AsyncIterator[bytes]:
    yield b"%PDF-1.7\n" * 50_000
    print("half way", flush=True)
    await asyncio.sleep(600)


def main(database: str, home: str) -> None:
    asyncio.run(Draft(Database(database), Path(home)).upload("plan.pdf", endless()))


if __name__ == "__main__":
    main(*sys.argv[1:])
