"""The dispatcher: claims what is due, checks that it is still true, sends it once, and records what became of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from activities.mail.backlog import Pace
from activities.mail.compose import Sender
from activities.mail.counting import DispatchCount
from activities.mail.lease import LEASE, Lease
from activities.mail.relay import Relay
from activities.mail.run import Run, UnknownPolicy
from activities.mail.settle import HOLD
from models.database import Database

__all__ = ["DispatchCount", "Dispatcher"]


class Dispatcher:
    """Sends due notices, a batch at a time. Any number of them may work on one database.

    `clock` is the time of the case: compared with when notices are due, and written on mails. Leases are in the
    host's time. `unknown_policy` says, for a case, whether a send in doubt is held ("hold") or sent again once
    under the same Message-ID ("send_again"). Without a `pace` late mail leaves like any other: on a virtual timeline
    none is late.
    """

    def __init__(
        self,
        database: Database,
        relay: Relay,
        sender: Sender,
        *,
        worker: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        unknown_policy: UnknownPolicy = lambda case_id: HOLD,
        lease: timedelta = LEASE,
        pace: Pace | None = None,
    ) -> None:
        self.database = database
        self.relay = relay
        self.sender = sender
        self.worker = worker
        self.clock = clock
        self.unknown_policy = unknown_policy
        self.lease = lease
        self.pace = pace

    def run_once(self, limit: int = 200) -> DispatchCount:
        """Send up to `limit` notices newly due, and up to `limit` mails whose next try has come.

        Blocks until all are settled; call it from a thread. A relay that cannot be reached ends the run early:
        what is left goes with the next.
        """
        return Run(self, Lease.new(self.worker, self.lease)).go(limit)

    def close(self) -> None:
        """End the connection to the relay."""
        self.relay.close()
