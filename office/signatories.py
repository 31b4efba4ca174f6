"""Who signs letters: by body, by kind of body, or for the whole inspectorate; dated, and ended rather than changed.

A region is the bodies in it: whoever answers for a region is named for each of them.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from lifecycle.dates import local_date, plain_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import Body, Signatory
from office.people import INSPECTORATE, find_actor
from office.rights import role_for

LONGEST = 200
RIGHT = "people"


def signatory_of(session: Session, body: Body, day: date) -> Signatory | None:
    """Who signs a letter to this body on this day: for it alone, for its kind, or for all."""
    rows = session.exec(
        select(Signatory)
        .where(col(Signatory.owner).in_((body.id, body.kind, INSPECTORATE)), *_in_force(day))
        .order_by(col(Signatory.since).desc(), col(Signatory.id).desc())
    ).all()
    by_owner = {row.owner: row for row in reversed(rows)}
    return by_owner.get(body.id) or by_owner.get(body.kind) or by_owner.get(INSPECTORATE)


def name_signatory(
    database: Database,
    actor: str,
    owners: Sequence[str],
    holder: str,
    offices: Sequence[str],
    since: date,
    now: datetime,
) -> None:
    """From a day on, this person signs the letters to these owners; an empty name leaves the offices alone.

    Raises:
        NotAllowed; Refused: for an owner that is neither a body, a kind of body nor the inspectorate, a day that has
            passed, or too long a name. Nothing is changed then.
    """
    name, titles = " ".join(holder.split()), [" ".join(one.split()) for one in offices if one.strip()]
    if max(len(one) for one in (name, *titles)) > LONGEST:
        raise Refused(f"A name or an office has at most {LONGEST} characters. Shorten it.")
    if since < local_date(now):
        raise Refused(f"Give {plain_date(local_date(now))} or a later day: what was cannot be changed.")
    with database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), RIGHT, "", None)
        for owner in dict.fromkeys(owners):
            _refuse_unknown(session, owner)
            for one in session.exec(select(Signatory).where(Signatory.owner == owner, *_in_force(since))):
                one.until = since
            session.add(Signatory(owner=owner, holder=name, offices=titles, since=since))


def signatories(database: Database) -> list[Signatory]:
    """All of them, by owner, the newest first."""
    with database.reading() as session:
        order = (col(Signatory.owner), col(Signatory.since).desc(), col(Signatory.id).desc())
        return list(session.exec(select(Signatory).order_by(*order)))


def _in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    return col(Signatory.since) <= day, or_(col(Signatory.until).is_(None), col(Signatory.until) > day)


def _refuse_unknown(session: Session, owner: str) -> None:
    kinds = set(session.exec(select(Body.kind).distinct()))
    if owner != INSPECTORATE and owner not in kinds and session.get(Body, owner) is None:
        raise Refused(
            f"{owner!r} is no body and no kind of body. Give a body's id, one of {', '.join(sorted(kinds))}, "
            f"or {INSPECTORATE}."
        )
