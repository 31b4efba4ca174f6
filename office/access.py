"""Signing in: one-time links to known mailboxes, and sessions that end by themselves or by a press.

What is sent or set as a cookie is 256 random bits; the tables hold its SHA-256.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select, update

from lifecycle.dates import local_date
from models.database import Database
from models.tables import Person, SignInLink, WebSession
from office.people import Actor, NotAllowed, find_actor

LINK_LASTS = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)


class Spent(Exception):  # noqa: N818 - said to a person
    """The link was used, is too old, or was never sent."""


@dataclass(frozen=True)
class Limits:
    """How long a session lasts without a request, and at most."""

    idle: timedelta = timedelta(minutes=60)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, in which roles, in which session."""

    session: str
    name: str
    actor: Actor
    by: str


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make_link(database: Database, mailbox: str, onward: str, now: datetime) -> tuple[str, str] | None:
    """A secret for a one-time link, and the mailbox as it is registered; None when nobody who may sign in has it."""
    secret = secrets.token_urlsafe(32)
    with database.writing() as session:
        people = _people_at(session, mailbox, now)
        if not people:
            return None
        session.add(
            SignInLink(
                id=digest(secret),
                mailbox=mailbox.strip().lower(),
                onward=onward,
                made_at=now,
                ends_at=now + LINK_LASTS,
            )
        )
    return secret, people[0].mailbox


def who_may(database: Database, secret: str, now: datetime) -> Sequence[Person]:
    """The people whom a link lets in: all who share its mailbox. Using it up is another call.

    Raises:
        Spent
    """
    with database.reading() as session:
        return _people_at(session, _good(session, secret, now).mailbox, now)


def let_in(
    database: Database, secret: str, person_id: str, browser: str, now: datetime, limits: Limits
) -> tuple[str, str]:
    """Use a link up. Answers the session's secret, and where the person wanted to go.

    Raises:
        Spent
    """
    with database.writing() as session:
        link = _good(session, secret, now)
        if person_id not in {person.id for person in _people_at(session, link.mailbox, now)}:
            raise Spent(f"This link does not let {person_id} in. Ask for a new one.")
        link.used_at = now
        session.add(link)
        return begin(session, person_id, "link", browser, now, limits), link.onward


def begin(session: Session, person_id: str, by: str, browser: str, now: datetime, limits: Limits) -> str:
    """Begin a session; answers its secret."""
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            id=digest(secret),
            person_id=person_id,
            by=by,
            browser=browser[:200],
            made_at=now,
            seen_at=now,
            ends_at=now + limits.absolute,
        )
    )
    return secret


def signed_in(database: Database, secret: str, now: datetime, limits: Limits) -> SignedIn | None:
    """Who this secret is, or None when its session has ended, was idle too long, or its person has left."""
    with database.reading() as session:
        row = session.get(WebSession, digest(secret))
        if row is None or row.ended_at or now >= row.ends_at or now - row.seen_at >= limits.idle:
            return None
        try:
            actor = find_actor(session, row.person_id, local_date(now))
        except NotAllowed:
            return None
        person = session.get_one(Person, row.person_id)
        found = SignedIn(row.id, person.name, actor, row.by)
        stale = now - row.seen_at >= SEEN_EVERY
    if stale:
        _seen(database, found.session, now)
    return found


def still_in(session: Session, session_id: str, now: datetime, limits: Limits) -> bool:
    """Whether a session goes on. Asking is no request of the person's: it does not keep the session alive."""
    row = session.get(WebSession, session_id)
    return row is not None and not (row.ended_at or now >= row.ends_at or now - row.seen_at >= limits.idle)


def end(database: Database, session_id: str, by: str, now: datetime) -> None:
    """End one session."""
    with database.writing() as session:
        session.exec(
            update(WebSession)
            .where(col(WebSession.id) == session_id, col(WebSession.ended_at).is_(None))
            .values(ended_at=now, ended_by=by)
        )


def sessions_of(database: Database, person_id: str, now: datetime) -> Sequence[WebSession]:
    """The sessions of a person that have not ended, newest first."""
    with database.reading() as session:
        return session.exec(
            select(WebSession)
            .where(
                WebSession.person_id == person_id,
                col(WebSession.ended_at).is_(None),
                col(WebSession.ends_at) > now,
            )
            .order_by(col(WebSession.seen_at).desc())
        ).all()


def _seen(database: Database, session_id: str, now: datetime) -> None:
    with database.writing() as session:
        session.exec(update(WebSession).where(col(WebSession.id) == session_id).values(seen_at=now))


def _good(session: Session, secret: str, now: datetime) -> SignInLink:
    link = session.get(SignInLink, digest(secret))
    if link is None or link.used_at is not None or now >= link.ends_at:
        raise Spent(
            "This link has been used or is too old: it works once, for 10 minutes. Ask for a new one."
        )
    return link


def _people_at(session: Session, mailbox: str, now: datetime) -> Sequence[Person]:
    today = local_date(now)
    people = session.exec(
        select(Person)
        .where(func.lower(Person.mailbox) == mailbox.strip().lower(), Person.mailbox != "")
        .order_by(col(Person.id))
    )
    return [person for person in people if person.until is None or person.until > today]
