"""Disposal of cases past their retention: proposed by one person, done by another, recorded for ever.

Of each case its words, files and mail are taken out and its data key is destroyed, in one transaction with the record.
Events, dates and hashes stay, so that the chain holds and what happened can be counted.
"""

import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from activities.ledger.repairs import close_repair
from audit.disposals import digest
from audit.record import FIRST
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import CaseRow, Disposal, Repair
from office.forgetting import forget_contacts, forget_people
from office.people import find_actor
from office.redaction import redact
from office.retention import Kept, disposed, retained, years_before
from office.rights import role_for
from secrecy.case_keys import destroy

log = logging.getLogger(__name__)
MOST = 1000
"""Cases in one proposal: what somebody can look through. The rest is proposed after it."""


def proposals(session: Session) -> Sequence[Disposal]:
    """The cases that somebody proposed to dispose of, and that nobody has disposed of yet or withdrawn."""
    waits = (col(Disposal.number).is_(None), col(Disposal.withdrawn_at).is_(None))
    return session.exec(
        select(Disposal).where(*waits).order_by(col(Disposal.proposed_at), col(Disposal.case_id))
    ).all()


def done(session: Session) -> Sequence[Disposal]:
    """The cases that are disposed of, in order."""
    return session.exec(
        select(Disposal).where(col(Disposal.number).is_not(None)).order_by(col(Disposal.number))
    ).all()


def propose(
    database: Database, person: str, reason: str, years: int, now: datetime, only: Collection[str] = ()
) -> list[Disposal]:
    """Propose to dispose of these cases, or of all that are past their retention; another person does it.

    Raises:
        NotAllowed.
        Refused: when there is none, for one that must be kept, and without a reason.
    """
    if not reason.strip():
        raise Refused("Say why; it is recorded for ever. The retention schedule's name will do.")
    with database.writing() as session:
        _permit(session, person, now)
        lock(session.connection(), "disposals")
        wanted = _wanted(session, years, now, only)
        name = f"{local_date(now)}-{uuid.uuid4().hex[:8]}"
        made = [
            Disposal(
                proposal=name,
                case_id=kept.case,
                under=kept.under,
                reason=reason.strip(),
                proposed_by=person,
                proposed_at=now,
            )
            for kept in wanted
        ]
        session.add_all(made)
    return made


def _wanted(session: Session, years: int, now: datetime, only: Collection[str]) -> list[Kept]:
    known = retained(session, years, local_date(now), only)
    for case in sorted(set(only) - {kept.case for kept in known}):
        raise Refused(
            f"{case} has not ended, is disposed of already, or is not here: `followthrough disposal list`."
        )
    if only and (kept := next((kept for kept in known if kept.forbids), None)) is not None:
        raise Refused(f"{kept.case} is not to be disposed of: {kept.forbids}. Nothing was proposed.")
    waiting = {one.case_id for one in proposals(session)}
    wanted = [kept for kept in known if not kept.forbids and kept.case not in waiting][:MOST]
    if not wanted:
        raise Refused(
            "There is nothing to propose: no case is past its retention, or all are proposed already."
        )
    return wanted


def withdraw(database: Database, person: str, proposal: str, now: datetime) -> int:
    """Withdraw what is not done of a proposal. Raises NotAllowed; Refused when nothing of it waits."""
    with database.writing() as session:
        _permit(session, person, now)
        lock(session.connection(), "disposals")
        waiting = _waiting(session, proposal)
        for one in waiting:
            one.withdrawn_by, one.withdrawn_at = person, now
            session.add(one)
    return len(waiting)


def dispose(
    database: Database, person: str, proposal: str, years: int, clock: Callable[[], datetime]
) -> list[Disposal]:
    """Dispose of what somebody else proposed. Each case is one transaction: what is done when this is interrupted
    stays done, and asking again does the rest.

    Raises:
        NotAllowed.
        Refused: by whoever proposed it, when nothing of it waits, and for a case that must be kept by now.
    """
    now = clock()
    with database.reading() as session:
        _permit(session, person, now)
        waiting = [one.case_id for one in _waiting(session, proposal, by=person)]
        _refuse_kept(session, waiting, years, now)
    try:
        done = [_dispose(database, person, proposal, case, years, clock) for case in waiting]
    finally:
        _shred_file(database)
    return [one for one in done if one is not None]


def _dispose(
    database: Database, person: str, proposal: str, case_id: str, years: int, clock: Callable[[], datetime]
) -> Disposal | None:
    """One case; None when another process has done it meanwhile."""
    with database.writing() as session:
        _forget_deleted(session)
        lock(session.connection(), "disposals")
        found = session.get_one(Disposal, (proposal, case_id))
        if found.number is not None or found.withdrawn_at is not None:
            return None
        now = clock()  # after the lock: in the order of the chain
        _refuse_kept(session, [case_id], years, now)
        row, gone, day = session.get_one(CaseRow, case_id), disposed(session), local_date(now)
        long_ago = years_before(day, years)
        made = redact(session, row, gone, day)
        _close_repairs(session, made.texts, person)
        made.counts["people"] = forget_people(session, case_id, long_ago)
        made.counts["contacts"] = forget_contacts(session, _owners(row), long_ago)
        made.counts["keys"] = destroy(session, case_id, person, f"disposed of: {found.under}", now)
        found.redacted, found.texts = dict(made.counts), made.texts
        found.disposed_by, found.disposed_at = person, now
        _chain(session, found)
    return found


def _close_repairs(session: Session, texts: Collection[str], person: str) -> None:
    """Nobody can be asked for a clean copy of a document that is gone."""
    about = select(Repair).where(col(Repair.subject).in_(texts), col(Repair.closed_at).is_(None))
    for repair in session.exec(about).all():
        close_repair(session, repair.id, person)


def _owners(row: CaseRow) -> list[str]:
    return [row.body_id, *([row.oversight_id] if row.oversight_id else [])]


def _chain(session: Session, found: Disposal) -> None:
    last = session.exec(
        select(Disposal)
        .where(col(Disposal.number).is_not(None))
        .order_by(col(Disposal.number).desc())
        .limit(1)
    ).first()
    found.number = (last.number or 0) + 1 if last else 1
    if (
        last and last.disposed_at and found.disposed_at
    ):  # a clock set back reorders nothing: heads count by instants
        found.disposed_at = max(found.disposed_at, last.disposed_at)
    found.previous_hash = last.hash if last else FIRST
    found.hash = digest(found.model_dump())
    session.add(found)


def _permit(session: Session, person: str, now: datetime) -> None:
    role_for(find_actor(session, person, local_date(now)), "dispose", "", None)


def _waiting(session: Session, proposal: str, by: str = "") -> list[Disposal]:
    found = [one for one in proposals(session) if one.proposal == proposal]
    if not found:
        raise Refused(
            f"Nothing of a proposal {proposal!r} waits: `followthrough disposal list` shows those that do."
        )
    if found[0].proposed_by == by:
        raise Refused(f"{by} proposed this. Disposal takes two people: somebody else must do it.")
    return found


def _refuse_kept(session: Session, cases: Collection[str], years: int, now: datetime) -> None:
    for kept in retained(session, years, local_date(now), cases):
        if kept.forbids:
            raise Refused(
                f"{kept.case} is not to be disposed of: {kept.forbids}. Lift what forbids it, or withdraw the proposal "
                "and make another. Nothing of this case was taken out."
            )


def _forget_deleted(session: Session) -> None:
    """SQLite leaves deleted words in its file until something is written over them, unless it is told."""
    if session.connection().dialect.name == "sqlite":
        session.connection().execute(text("PRAGMA secure_delete=ON"))


def _shred_file(database: Database) -> None:
    """What was written before is still in SQLite's log, until that is moved into the file and emptied. Whoever reads
    the ledger for longer than we wait for prevents it; then that is said."""
    if database.sqlite:
        with closing(database.engine.raw_connection()) as connection:
            busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            log.warning(
                "What was disposed of is out of the ledger, and still in SQLite's log beside it (%s-wal), for "
                "something reads the ledger all the time. Stop all programs: the last to end empties it.",
                database.engine.url.database,
            )
