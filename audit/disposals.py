"""The record of disposals, a chain of its own; and sealed texts held to their hashes, unless they are disposed of."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from audit.record import FIRST, Row

STREAM = "disposals"
SEALED = re.compile("[a-z_]+-[0-9a-f]{24}")
SAID = ("number", "case_id", "proposal", "under", "reason", "proposed_by", "disposed_by", "redacted", "texts")
INSTANTS = ("proposed_at", "disposed_at")


def told(row: Row) -> dict[str, Any]:
    """What the record of a disposal says, as it is hashed."""
    return {key: row[key] for key in SAID} | {key: row[key].astimezone(UTC).isoformat() for key in INSTANTS}


def told_hash(row: Row) -> str:
    """SHA-256 over what it says. With this a later record is led to without being shown."""
    return hashlib.sha256(json.dumps(told(row), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest(row: Row) -> str:
    """The hash of a disposal: over the hash of the one before, and that of all that its row says."""
    return hashlib.sha256(f"{row['previous_hash']} {told_hash(row)}".encode()).hexdigest()


def disposals(session: Session, until: datetime | None = None) -> list[Row]:
    """Those that were done by then, in order of their numbers."""
    table = SQLModel.metadata.tables["disposal"]
    query = select(table).where(table.c.number.is_not(None)).order_by(table.c.number)
    if until is not None:
        query = query.where(table.c.disposed_at <= until)
    return [dict(row) for row in session.connection().execute(query).mappings()]


def first_break(rows: Iterable[Row]) -> int | None:
    """The number of the first disposal that does not follow from the one before it; None when all do."""
    previous = FIRST
    for number, row in enumerate(rows, 1):
        if row["number"] != number or row["previous_hash"] != previous or digest(row) != row["hash"]:
            return number
        previous = row["hash"]
    return None


def false_texts(session: Session, rows: Iterable[Row]) -> Iterator[str]:
    """The ids of sealed texts that are not the words that were sealed, and that no disposal took out."""
    gone = {text for row in rows for text in row["texts"]}
    table = SQLModel.metadata.tables["sealed_text"]
    query = select(table.c.id, table.c.hash, table.c.text).order_by(table.c.id)
    for text_id, sealed, text in session.connection().execution_options(yield_per=500).execute(query):
        if text_id not in gone and hashlib.sha256(text.encode()).hexdigest() != sealed:
            yield text_id


def named_texts(events: Iterable[Row]) -> set[str]:
    """The ids in what events say that are made of a text's hash."""
    found = (value for details in events for value in details.values() if isinstance(value, str))
    return {value for value in found if SEALED.fullmatch(value)}


def missing_texts(session: Session, named: set[str]) -> list[str]:
    """Sealed texts that events name and that are not there: a disposal leaves each in its place, without its words."""
    table = SQLModel.metadata.tables["sealed_text"]
    return sorted(named - set(session.connection().execute(select(table.c.id)).scalars()))
