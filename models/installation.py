"""This installation's identity: one row, with a random id and the one timeline the database holds."""

import secrets
from datetime import UTC, datetime
from typing import Literal

from sqlmodel import select

from models.database import Database, lock
from models.tables import Installation

Timeline = Literal["real", "virtual"]


class WrongTimeline(Exception):  # noqa: N818 - said to an operator
    """The database holds the other timeline."""


def establish(database: Database, timeline: Timeline = "real") -> Installation:
    """The installation of this database, made now if there is none.

    Raises:
        WrongTimeline: when the database was made for the other timeline, real or virtual.
    """
    with database.writing() as session:
        lock(session.connection(), "installation")
        found = session.exec(select(Installation)).one_or_none()
        if found is None:
            found = Installation(id=secrets.token_hex(16), timeline=timeline, created_at=datetime.now(UTC))
            session.add(found)
    if found.timeline != timeline:
        raise WrongTimeline(
            f"This database holds a {found.timeline} timeline, and a {timeline} one was asked for. "
            "Use another database (FOLLOWTHROUGH_DATABASE_URL) or another home folder (FOLLOWTHROUGH_HOME)."
        )
    return found
