"""Calendar feeds: whose a secret is, and what that person's body owes, with the instant each date was last set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from lifecycle.dates import local_date
from models.database import Database
from models.tables import EventRow
from office.access import digest
from office.owed import Kinds, Sought, all_owed, name_of
from office.owing import Duty
from office.people import NotAllowed, find_actor
from office.rights import may
from office.tokens import Kind, token

DATES_SET = ("clock_started", "clock_moved")


@dataclass(frozen=True)
class Feed:
    """What a feed shows. `set_at` says of each case when its dates were last set."""

    body: str
    name: str
    duties: tuple[Duty, ...]
    set_at: Mapping[str, datetime]


class NoFeed(LookupError):  # noqa: N818 - said to a program
    """The secret is not known, or revoked, or its holder may not see the body any more."""


def feed(database: Database, kinds: Kinds, secret: str, now: datetime) -> Feed:
    """What the holder of this secret may see of the body it was made for. Raises NoFeed."""
    row = token(database, secret, Kind.feed, now)
    if row is None:
        raise NoFeed
    with database.reading() as session:
        try:
            actor = find_actor(session, row.person_id, local_date(now))
        except NotAllowed as left:
            raise NoFeed from left
    if not may(actor, "see_body", row.owner):
        raise NoFeed
    duties = tuple(duty for duty in all_owed(database, kinds, Sought(row.owner), local_date(now)) if duty.due)
    with database.reading() as session:
        set_at = _set_at(session, {duty.case for duty in duties})
    return Feed(row.owner, name_of(database, row.owner), duties, set_at)


def uid(duty: Duty, domain: str) -> str:
    """The same for the same duty, whatever becomes of its date."""
    return f"{digest(f'{duty.case}|{duty.clock}')[:32]}@{domain}"


def _set_at(session: Session, cases: set[str]) -> dict[str, datetime]:
    query = (
        select(EventRow.stream, func.max(EventRow.at))
        .where(col(EventRow.stream).in_(cases), col(EventRow.kind).in_(DATES_SET))
        .group_by(EventRow.stream)
    )
    return dict(session.exec(query).all())
