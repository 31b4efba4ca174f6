"""A sign of life to an address outside: whoever watches it is told when it stays silent (a dead man's switch)."""

import urllib.error
import urllib.request
from http.client import HTTPException

SECONDS = 10


class NotDelivered(Exception):  # noqa: N818 - said to an operator
    """Nobody took the sign; the message says why, and names no address."""


def give_sign(url: str) -> None:
    """Ask for the address, and throw the answer away. Raises NotDelivered."""
    request = urllib.request.Request(url, headers={"User-Agent": "followthrough"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise NotDelivered(f"the watcher answered {error.code}") from error
    except (OSError, HTTPException) as error:
        raise NotDelivered(f"no answer from the watcher: {error}") from error
