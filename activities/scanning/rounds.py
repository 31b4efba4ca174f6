"""The scanner's rounds: what is quarantined or unscanned is scanned, and scanned again until there is a verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from activities.ledger.repairs import open_repair
from activities.scanning.clamd import Clamd, NotScanned
from models.database import Database, lock
from models.tables import Content, Document, Scan, ScanState

AT_ONCE = 50
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
WITHOUT = "no virus scanner is set up"


@dataclass
class Round:
    """What one round came to."""

    clean: int = 0
    infected: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return f"{self.clean} clean, {self.infected} infected, {self.failed} could not be scanned"


def scanner(address: str | None) -> Clamd | None:
    return Clamd(address) if address else None


def scan_waiting(
    database: Database, clamd: Clamd | None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> str:
    """Scan what waits, and say what came of it.

    Raises:
        NotScanned: when the scanner does not answer; what waited is unscanned, and the next round tries again.
    """
    _list_unknown(database)
    if clamd is None:
        _give_up(database, WITHOUT)
        return WITHOUT
    try:
        clamd.ping()
    except NotScanned as error:
        _give_up(database, str(error))
        raise
    count = Round()
    for digest in _waiting(database, now()):
        _scan(database, clamd, digest, now(), count)
    return str(count)


def _list_unknown(database: Database) -> None:
    """Documents that were sealed before anything was scanned are unscanned, and wait like the others."""
    unknown = (
        select(Document.hash, Document.name)
        .join(Content, col(Content.hash) == col(Document.hash))
        .outerjoin(Scan, col(Scan.hash) == col(Document.hash))
        .where(col(Scan.hash).is_(None))
    )
    with database.reading() as session:
        if session.exec(unknown.limit(1)).first() is None:
            return
    with database.writing() as session:
        lock(session.connection(), "scan/unknown")
        for digest, name in dict(session.exec(unknown).all()).items():
            session.add(Scan(hash=digest, state=ScanState.unscanned.value, name=name))


def _give_up(database: Database, reason: str) -> None:
    """Nothing stays quarantined when nobody scans."""
    waiting = col(Scan.state) == ScanState.quarantined.value
    with database.reading() as session:
        if session.exec(select(Scan.hash).where(waiting).limit(1)).first() is None:
            return
    with database.writing() as session:
        state = {"state": ScanState.unscanned.value, "reason": reason[:300]}
        session.connection().execute(update(Scan).where(waiting).values(**state))


def _waiting(database: Database, now: datetime) -> Sequence[str]:
    """Those never tried first, then those whose next try has come."""
    with database.reading() as session:
        return session.exec(
            select(Scan.hash)
            .where(col(Scan.state).in_((ScanState.quarantined.value, ScanState.unscanned.value)))
            .where(or_(col(Scan.next_try).is_(None), col(Scan.next_try) <= now))
            .order_by(col(Scan.next_try).is_not(None), col(Scan.next_try), col(Scan.hash))
            .limit(AT_ONCE)
        ).all()


def _scan(database: Database, clamd: Clamd, digest: str, now: datetime, count: Round) -> None:
    with database.reading() as session:
        kept = session.get(Content, digest)
    if kept is None:
        return  # removed meanwhile, with its row
    try:
        signature = clamd.scan(kept.content)
    except NotScanned as error:
        count.failed, reason = count.failed + 1, str(error)
        _note(database, digest, lambda session, scan: _failed(scan, reason, now))
        return
    if signature is None:
        count.clean += 1
        _note(database, digest, lambda session, scan: _clean(scan, now))
        return
    count.infected += 1
    _note(database, digest, lambda session, scan: _infected(session, scan, signature, now))


def _note(database: Database, digest: str, verdict: Callable[[Session, Scan], None]) -> None:
    with database.writing() as session:
        lock(session.connection(), f"content/{digest}")
        scan = session.get(Scan, digest)
        if scan is not None:
            scan.tries += 1
            verdict(session, scan)


def _failed(scan: Scan, reason: str, now: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** min(scan.tries - 1, 10), LONGEST_WAIT)
    scan.sqlmodel_update({"state": ScanState.unscanned.value, "reason": reason[:300], "next_try": now + wait})


def _clean(scan: Scan, now: datetime) -> None:
    scan.sqlmodel_update({"state": ScanState.clean.value, "reason": "", "scanned_at": now, "next_try": None})


def _infected(session: Session, scan: Scan, signature: str, now: datetime) -> None:
    """The bytes go at once; who had submitted them is for a person to see to."""
    found = {"signature": signature, "reason": "", "scanned_at": now, "next_try": None}
    scan.sqlmodel_update({"state": ScanState.infected.value, **found})
    session.connection().execute(delete(Content).where(col(Content.hash) == scan.hash))
    for document in session.exec(select(Document).where(Document.hash == scan.hash)):
        open_repair(
            session,
            id=f"infected/{document.submission_id}/{scan.hash[:16]}",
            subject=document.submission_id,
            kind="infected",
            cause=f"{document.name}, already submitted, contains a virus ({signature}). Its content was deleted.",
            remedy="Ask the body for a clean copy (followthrough case ask-document), and tell its IT team.",
        )
