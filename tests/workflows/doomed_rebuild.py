"""A rebuild that is killed, with kill -9, after so many cases have a seat."""

import asyncio
import os
import signal
import sys
from itertools import count

from config.temporal import connect_to
from models.database import Database
from models.messages import TimeFrame
from office import rebuild
from office.repair import start_case


async def main(address: str, queue: str, url: str, time: str, seats: int) -> None:
    numbers = count(1)

    async def doomed(*words: object) -> bool:
        started = await start_case(*words)  # type: ignore[arg-type]
        if next(numbers) == seats:
            os.kill(os.getpid(), signal.SIGKILL)
        return started

    vars(rebuild).update(start_case=doomed)
    frame = TimeFrame.model_validate_json(time)
    client, database = await connect_to(address), Database(url)
    await rebuild.Rebuild(client, database, queue, "operations-1", time=frame).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])))
