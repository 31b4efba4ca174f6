"""Sessions and tokens of a person, all revoked at once: of who leaves, and of whoever's may be in other hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select, update

from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import AccessToken, Person, WebSession
from office.personnel import Change, Kind, found, permitted, record
from office.tokens import Kind as TokenKind

SCHEDULER = "scheduler"
"""In whose name what a leaver held is revoked on the day they leave."""


@dataclass(frozen=True)
class Held:
    """What lets somebody in, newest first: sessions, and tokens of programs and of calendar feeds; revoked or not."""

    sessions: Sequence[WebSession]
    tokens: Sequence[AccessToken]


def held(session: Session, person_id: str) -> Held:
    sessions = select(WebSession).where(WebSession.person_id == person_id)
    tokens = select(AccessToken).where(AccessToken.person_id == person_id)
    return Held(
        session.exec(sessions.order_by(col(WebSession.made_at).desc()).limit(50)).all(),
        session.exec(tokens.order_by(col(AccessToken.made_at).desc()).limit(50)).all(),
    )


def revoke_all(database: Database, change: Change, person_id: str) -> str:
    """Revoke all that lets somebody in, now; answers how much that was, in words. They may sign in again.

    Raises:
        NotAllowed.
        Refused: when there is nothing to revoke.
    """
    with database.writing() as session:
        permitted(session, change)
        found(session, person_id)
        said = revoke_in(session, change, person_id)
    if not said:
        raise Refused(f"{person_id} is signed in nowhere and has no tokens. There is nothing to revoke.")
    return said


def revoke_leavers(database: Database, now: datetime) -> int:
    """Revoke what those hold who have left by today; answers of how many people there was something."""
    if not _left(database, now):
        return 0
    with database.writing() as session:
        return sum(
            bool(revoke_in(session, Change(SCHEDULER, "left", now), person))
            for person in _who_left(session, now)
        )


def revoke_in(session: Session, change: Change, person_id: str) -> str:
    """The same within a transaction, recorded with how much it was; empty words for nothing."""
    sessions = session.exec(
        update(WebSession)
        .where(
            col(WebSession.person_id) == person_id,
            col(WebSession.ended_at).is_(None),
            col(WebSession.ends_at) > change.now,
        )
        .values(ended_at=change.now, ended_by=change.by)
    ).rowcount
    tokens, feeds = (_revoke_tokens(session, change, person_id, kind) for kind in TokenKind)
    counts = {"sessions": sessions, "api tokens": tokens, "calendar feeds": feeds}
    if not any(counts.values()):
        return ""
    record(
        session, change, person_id, Kind.revoked, sessions=sessions, api_tokens=tokens, calendar_feeds=feeds
    )
    return ", ".join(f"{name}: {count}" for name, count in counts.items() if count)


def _revoke_tokens(session: Session, change: Change, person_id: str, kind: TokenKind) -> int:
    of_kind = (
        col(AccessToken.person_id) == person_id,
        col(AccessToken.kind) == kind.value,
        col(AccessToken.ended_at).is_(None),
    )
    return session.exec(update(AccessToken).where(*of_kind).values(ended_at=change.now)).rowcount


def _left(database: Database, now: datetime) -> bool:
    with database.reading() as session:
        return bool(_who_left(session, now))


def _who_left(session: Session, now: datetime) -> Sequence[str]:
    """Those who have left, and for whom something would still open if they were let in again."""
    signed_in = exists().where(
        col(WebSession.person_id) == Person.id,
        col(WebSession.ended_at).is_(None),
        col(WebSession.ends_at) > now,
    )
    has_token = exists().where(col(AccessToken.person_id) == Person.id, col(AccessToken.ended_at).is_(None))
    return session.exec(
        select(Person.id)
        .where(col(Person.until) <= local_date(now), signed_in | has_token)
        .order_by(Person.id)
    ).all()
