"""A dispatcher as the settings say: its relay, armed or not, its sender, and what policies say of sends in doubt."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from activities.mail.arming import is_armed
from activities.mail.backlog import Pace
from activities.mail.compose import Sender
from activities.mail.dispatch import Dispatcher
from activities.mail.links import Door
from activities.mail.relay import Relay
from config.keys import keys_for
from config.policy_files import load_policies
from config.settings import Settings
from models.database import Database
from models.tables import CaseRow


def dispatcher_for(
    settings: Settings,
    database: Database,
    *,
    smtp_url: str | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Dispatcher:
    """The dispatcher of this process.

    Raises:
        Unarmed: when the relay is beyond this machine and the installation is not armed.
    """
    return Dispatcher(
        database,
        Relay(smtp_url or settings.smtp_url, armed=is_armed(database)),
        sender_of(settings),
        worker=f"{socket.gethostname()}-{os.getpid()}",
        clock=clock,
        unknown_policy=lambda case_id: _on_unknown(database, case_id),
        pace=pace_of(settings),
    )


def pace_of(settings: Settings) -> Pace:
    """When mail is late, and how much of a backlog leaves in a minute."""
    return Pace(timedelta(days=settings.mail_late_days), settings.mail_late_per_minute)


def sender_of(settings: Settings) -> Sender:
    """From whom mail comes, where replies go, and how it is marked."""
    return Sender(
        name=settings.mail_from_name,
        address=settings.mail_from_address,
        reply_to=settings.mail_reply_to,
        domain=settings.mail_domain,
        marking=settings.marking,
        door=door_of(settings),
        sink=settings.mail_sink,
    )


def door_of(settings: Settings) -> Door:
    """Where the links of mails lead.

    Raises:
        SettingsError: when the keys that sign them cannot be used.
    """
    return Door(settings.base_url, keys_for(settings))


def _on_unknown(database: Database, case_id: str) -> str:
    with database.reading() as session:
        row = session.get(CaseRow, case_id)
    known = {policy.hash: policy.unknown_send for policy in load_policies()}
    return known.get(row.policy_hash, "hold") if row else "hold"
