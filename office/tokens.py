"""Tokens: for the API, and the secrets of calendar feeds. A token has its holder's rights and no more."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select, update

from lifecycle.dates import local_date
from models.database import Database
from models.tables import AccessToken, Person
from office.access import SEEN_EVERY, SignedIn, digest
from office.people import NotAllowed, find_actor

PREFIX = "ft_"


class Kind(StrEnum):
    api = "api"
    feed = "feed"


class Scope(StrEnum):
    """What a token is for: looking, or acting too."""

    read = "read"
    act = "act"


def make_token(
    database: Database,
    person_id: str,
    kind: Kind,
    now: datetime,
    *,
    name: str = "",
    owner: str = "",
    scope: Scope = Scope.read,
    lasts: timedelta | None = None,
) -> str:
    """A new token, shown this once."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with database.writing() as session:
        session.add(
            AccessToken(
                id=digest(secret),
                kind=kind,
                person_id=person_id,
                owner=owner,
                name=name,
                scope=scope,
                made_at=now,
                ends_at=now + lasts if lasts else None,
            )
        )
    return secret


def tokens_of(database: Database, person_id: str, kind: Kind) -> Sequence[AccessToken]:
    """The tokens of a person that are not revoked, newest first."""
    with database.reading() as session:
        return session.exec(
            select(AccessToken)
            .where(
                AccessToken.person_id == person_id,
                AccessToken.kind == kind,
                col(AccessToken.ended_at).is_(None),
            )
            .order_by(col(AccessToken.made_at).desc())
        ).all()


def revoke(database: Database, person_id: str, token_id: str, now: datetime) -> bool:
    """Revoke a token of one's own; answers whether there was one."""
    with database.writing() as session:
        ended = session.exec(
            update(AccessToken)
            .where(
                col(AccessToken.id) == token_id,
                col(AccessToken.person_id) == person_id,
                col(AccessToken.ended_at).is_(None),
            )
            .values(ended_at=now)
        )
        return bool(ended.rowcount)


def token(database: Database, secret: str, kind: Kind, now: datetime) -> AccessToken | None:
    """The token with this secret, when it is of this kind, not revoked, and not too old."""
    with database.reading() as session:
        row = session.get(AccessToken, digest(secret))
    if row is None or row.kind != kind or row.ended_at or (row.ends_at and now >= row.ends_at):
        return None
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        with database.writing() as session:
            session.exec(update(AccessToken).where(col(AccessToken.id) == row.id).values(used_at=now))
    return row


def bearer(database: Database, secret: str, now: datetime) -> SignedIn | None:
    """Who calls the API with this token, or None. `by` says what the token is for: "token:read" or "token:act"."""
    row = token(database, secret, Kind.api, now)
    if row is None:
        return None
    with database.reading() as session:
        try:
            actor = find_actor(session, row.person_id, local_date(now))
        except NotAllowed:
            return None
        person = session.get_one(Person, row.person_id)
        return SignedIn(row.id, person.name, actor, f"token:{row.scope}")
