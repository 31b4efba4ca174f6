"""A dispatcher in a process of its own, for a test to kill: python -m tests.mail.doomed DATABASE SMTP NOW."""

import sys
from datetime import datetime, timedelta

from activities.mail.dispatch import Dispatcher
from activities.mail.relay import Relay
from models.database import Database
from tests.mail.post import SENDER


def main(database: str, smtp: str, now: str) -> None:
    dispatcher = Dispatcher(
        Database(database),
        Relay(smtp, armed=False),
        SENDER,
        worker="doomed",
        clock=lambda: datetime.fromisoformat(now),
        lease=timedelta(seconds=0.1),
    )
    dispatcher.run_once()


if __name__ == "__main__":
    main(*sys.argv[1:])
