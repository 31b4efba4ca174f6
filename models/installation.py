"""This installation's identity: one row, with a random id, the one timeline the database holds, and its place."""

import secrets
from datetime import UTC, datetime
from typing import Literal

from sqlmodel import Session, select

from models.database import Database, lock
from models.place import place
from models.tables import Installation

Timeline = Literal["real", "virtual"]
REAL = "real"


class WrongTimeline(Exception):  # noqa: N818 - said to an operator
    """The database holds the other timeline."""


def establish(database: Database, timeline: Timeline = "real") -> Installation:
    """The installation of this database, made now if there is none.

    A database found at another place than where it last started becomes a copy: a new installation, mute and
    unarmed (docs/decisions/0010). One from before places were kept is bound to where it is.

    Raises:
        WrongTimeline: when the database was made for the other timeline, real or virtual.
    """
    with database.writing() as session:
        lock(session.connection(), "installation")
        found = session.exec(select(Installation)).one_or_none()
        if found is None:
            found = Installation(id=_identity(), timeline=timeline, created_at=datetime.now(UTC))
            session.add(found)
            session.flush()
        if found.timeline == timeline == REAL:
            found = _bound(session, found, place(database, session.connection()))
    if found.timeline != timeline:
        raise WrongTimeline(
            f"This database holds a {found.timeline} timeline, and a {timeline} one was asked for. "
            "Use another database (FOLLOWTHROUGH_DATABASE_URL) or another home folder (FOLLOWTHROUGH_HOME)."
        )
    return found


def become_copy(session: Session, now: datetime) -> Installation:
    """A new installation, mute and unarmed, that says whose copy it is. Armings of the original do not apply to it."""
    original = session.exec(select(Installation)).one()
    copy = Installation(
        id=_identity(), timeline=original.timeline, created_at=now, copy_of=original.id, copied_at=now
    )
    session.delete(original)
    session.flush()
    session.add(copy)
    session.flush()
    return copy


def _bound(session: Session, found: Installation, here: str) -> Installation:
    if found.place and here and found.place != here:
        found = become_copy(session, datetime.now(UTC))
    found.place = here or found.place
    return found


def _identity() -> str:
    return secrets.token_hex(16)
