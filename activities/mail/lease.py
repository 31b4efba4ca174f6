"""Leases: a worker's hold on notices and mails for a short while, in the host's time, never a case's."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from models.tables import Mail, Notice

LEASE = timedelta(seconds=45)
"""With the dispatch interval it bounds how long a dead worker's send stays unexplained: within a minute (rule 2)."""

FAR = timedelta(minutes=10)
"""No lease is taken for so long: one that ends later was taken under a clock that has been set back since."""


@dataclass(frozen=True)
class Lease:
    """One run's hold. `token` names the worker and the run, so that no two runs can be taken for each other."""

    token: str
    length: timedelta

    @classmethod
    def new(cls, worker: str, length: timedelta) -> "Lease":
        return cls(f"{worker[:60]}/{secrets.token_hex(8)}", length)

    def until(self) -> datetime:
        return host_now() + self.length


def free(row: type[Notice] | type[Mail]) -> ColumnElement[bool]:
    """Nobody holds the row, or whoever did has not been heard of since."""
    return or_(col(row.lease).is_(None), expired(row))


def expired(row: type[Notice] | type[Mail]) -> ColumnElement[bool]:
    now, until = host_now(), col(row.lease_until)
    return or_(until.is_(None), until <= now, until > now + FAR)


def host_now() -> datetime:
    return datetime.now(UTC)
