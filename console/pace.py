"""How often one may: sign-in, links, uploads and feeds, each for a mailbox, a person or an address."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

RULES = {
    "sign-in mailbox": parse("5 per 15 minutes"),
    "sign-in address": parse("60 per 15 minutes"),
    "link address": parse("60 per 15 minutes"),
    "upload": parse("60 per 10 minutes"),
    "feed": parse("120 per hour"),
    "token address": parse("60 per 15 minutes"),
    "act": parse("120 per minute"),
    "api": parse("1200 per minute"),
}


class TooOften(Exception):  # noqa: N818 - said to a person
    """Asked too often; the message says to wait, `seconds` for how long it counts."""

    def __init__(self, said: str, seconds: int) -> None:
        super().__init__(said)
        self.seconds = seconds


class Pace:
    """Counts in this process: several consoles allow as many times as much."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def note(self, rule: str, who: str) -> None:
        """Count one time.

        Raises:
            TooOften
        """
        if not self._limiter.hit(RULES[rule], rule, who):
            limit = RULES[rule]
            raise TooOften(
                f"That was asked too often: at most {limit.amount} times in {limit.get_expiry() // 60} minutes. "
                "Wait a little, and try again.",
                limit.get_expiry(),
            )
