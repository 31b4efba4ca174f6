"""The record of disposals, a chain of its own; and sealed texts held to their hashes, unless they are disposed of."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from audit.record import FIRST, Row

STREAM = "disposals"
SAID = ("number", "case_id", "proposal", "under", "reason", "proposed_by", "disposed_by", "redacted", "texts")
INSTANTS = ("proposed_at", "disposed_at")


def digest(row: Row) -> str:
    """The hash of a disposal: SHA-256 over all that its row says, and the hash of the one before."""
    said: dict[str, Any] = {key: row[key] for key in SAID} | {"previous_hash": row["previous_hash"]}
    said |= {key: row[key].astimezone(UTC).isoformat() for key in INSTANTS}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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
