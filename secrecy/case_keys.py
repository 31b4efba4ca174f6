"""One data key for each workflow, kept wrapped in the ledger: destroyed, what the engine holds of it is noise."""

import os
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import CaseKey
from secrecy.ring import Forged, Ring, Sealer

REMEMBERED = 10_000
FORGOTTEN_AFTER = 300.0
"""Seconds for which an opened key stays in memory: so long, other processes can still read what was shredded."""
LOST = "its master key is lost"
NUMBER = re.compile("[0-9]{1,9}")


class Shredded(Refused):
    """The data key was destroyed, so nobody can read this any more."""


@dataclass(frozen=True)
class DataKey:
    """A key in the clear, and what it is for. It exists in memory only."""

    workflow_id: str
    number: int
    sealer: Sealer

    @property
    def name(self) -> str:
        return f"{self.number}:{self.workflow_id}"


class CaseKeys:
    """The data keys of one namespace. Safe to use from several threads."""

    def __init__(self, database: Database, ring: Ring, namespace: str) -> None:
        self.database = database
        self.ring = ring
        self.namespace = namespace
        self._known: dict[str, tuple[float, DataKey]] = {}
        self._newest: dict[str, str] = {}
        self._turn = threading.Lock()

    def recall(self, workflow_id: str, name: str | None = None) -> DataKey | None:
        """A key that is in memory: by its name, or the newest of a workflow."""
        name = name or self._newest.get(workflow_id, "")
        until, key = self._known.get(name, (0.0, None))
        return key if until > time.monotonic() else None

    def current(self, workflow_id: str) -> DataKey:
        """The key to seal with, made when there is none.

        Raises:
            Shredded, NoMaster, Forged
        """
        with self.database.reading() as session:
            row = _newest(session, workflow_id)
        if row is None:
            row = self._make(workflow_id)
        return self._opened(row)

    def named(self, name: str) -> DataKey:
        """The key with this name.

        Raises:
            Shredded, NoMaster
            Forged: when there is no such key.
        """
        number, _, workflow_id = name.partition(":")
        known = NUMBER.fullmatch(number) and "\x00" not in workflow_id
        with self.database.reading() as session:
            row = session.get(CaseKey, (workflow_id, int(number))) if known else None
        if row is None:
            raise Forged(f"The ledger knows no data key {name!r}.")
        return self._opened(row)

    def _make(self, workflow_id: str) -> CaseKey:
        """Two that come at once get the same."""
        with self.database.writing() as session:
            lock(session.connection(), f"case-key/{workflow_id}")
            row = _newest(session, workflow_id)
            if row is None:
                row = CaseKey(
                    workflow_id=workflow_id,
                    number=_next(session, workflow_id),
                    master=self.ring.newest,
                    made_at=datetime.now(UTC),
                )
                self._wrap(row, os.urandom(32))
                session.add(row)
        return row

    def _wrap(self, row: CaseKey, key: bytes) -> None:
        row.wrapped = self.ring.wrap(key, self._purpose(row))
        row.master = self.ring.newest

    def _unwrapped(self, row: CaseKey) -> bytes:
        if row.wrapped is None:
            raise Shredded(
                f"The data key of {row.workflow_id} was destroyed on {row.ended_at:%Y-%m-%d} ({row.why}): what the "
                "engine held of it cannot be read by anybody. The ledger says what happened."
            )
        return self.ring.unwrap(row.master, row.wrapped, self._purpose(row))

    def _opened(self, row: CaseKey) -> DataKey:
        key = DataKey(row.workflow_id, row.number, Sealer(self._unwrapped(row)))
        with self._turn:
            while len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[key.name] = (time.monotonic() + FORGOTTEN_AFTER, key)
            self._newest[key.workflow_id] = max(self._newest.get(key.workflow_id, ""), key.name, key=_number)
        return key

    def _purpose(self, row: CaseKey) -> bytes:
        return f"data key\x00{self.namespace}\x00{row.workflow_id}\x00{row.number}".encode()

    # --- the care of keys -------------------------------------------------------------------------------------------

    def rewrap(self, workflow_id: str, number: int) -> bool:
        """Wrap a key by the newest master; False when it is already, or was destroyed. Raises NoMaster, Forged."""
        with self.database.writing() as session:
            row = session.get(CaseKey, (workflow_id, number), with_for_update=True)
            if row is None or row.wrapped is None or row.master == self.ring.newest:
                return False
            self._wrap(row, self._unwrapped(row))
            session.add(row)
        return True

    def give_up(self, workflow_id: str, number: int, by: str) -> bool:
        """Let go of a key whose master is lost, so that a new one can be made; False when it is not lost."""
        with self.database.writing() as session:
            row = session.get(CaseKey, (workflow_id, number), with_for_update=True)
            if row is None or row.wrapped is None or row.master in self.ring:
                return False
            row.wrapped, row.ended_at, row.ended_by, row.why = None, datetime.now(UTC), by, LOST
            session.add(row)
        return True


def destroy(session: Session, workflow_id: str, by: str, why: str, now: datetime) -> int:
    """Destroy every data key of a workflow, in the caller's transaction; answers how many there were."""
    rows = session.exec(
        select(CaseKey).where(CaseKey.workflow_id == workflow_id, col(CaseKey.wrapped).is_not(None))
    ).all()
    for row in rows:
        row.wrapped, row.ended_at, row.ended_by, row.why = None, now, by, why
        session.add(row)
    return len(rows)


def _newest(session: Session, workflow_id: str) -> CaseKey | None:
    """A lost key is no key: the next one is made. One that was destroyed on purpose is."""
    return session.exec(
        select(CaseKey)
        .where(CaseKey.workflow_id == workflow_id, CaseKey.why != LOST)
        .order_by(col(CaseKey.number).desc())
        .limit(1)
    ).one_or_none()


def _next(session: Session, workflow_id: str) -> int:
    last = session.exec(select(func.max(CaseKey.number)).where(CaseKey.workflow_id == workflow_id)).one()
    return (last or 0) + 1


def _number(name: str) -> int:
    return int(name.partition(":")[0] or 0)
